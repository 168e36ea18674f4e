"""The same moments of a model with and without an intervention, under the same noise."""

from collections.abc import Iterator

import numpy as np

from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.intervention.lesion import Lesioned
from surrobrain.seeds import stream
from surrobrain.simulation import Drive, simulate

__all__ = ["Pair", "own_sd", "paired_runs"]

Pair = tuple[np.ndarray, np.ndarray]


def paired_runs(
    model: ForwardModel,
    changed: ForwardModel,
    *,
    duration: float,
    stimulus: Drive | None = None,
    n_seeds: int = 8,
    seed: int = 0,
    state: object = None,
) -> Iterator[Pair]:
    """Yield runs without and with an intervention that share their start and their noise.

    Parameters
    ----------
    model : ForwardModel
        Runs without.
    changed : ForwardModel
        Runs with; the same model where a stimulus is all that changes.
    duration : float
        Length of every run in seconds.
    stimulus : Drive, optional
        Of the runs with the intervention.
    n_seeds : int
        Number of pairs.
    seed : int
        Decides the noise of all pairs.
    state : object, optional
        State of the model to start from; a settled state, another one for every pair, when absent.

    Yields
    ------
    pair of array, shape (n_times, n_observed)

    Raises
    ------
    Diverged
        A run left the finite range; the message says which one.
    """
    for k in range(n_seeds):
        child = int(stream(seed, k).integers(2**31))
        intact, fresh = _starts(model, changed, state=state, seed=child)
        before = _run(model, "without", duration=duration, state=intact, seed=child)
        after = _run(changed, "with", duration=duration, stimulus=stimulus, state=fresh, seed=child)
        yield before, after


def own_sd(variance: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return the standard deviation per region; NaN where all variation is rounding.

    Parameters
    ----------
    variance : array, shape (n_regions,)
        Of the runs without an intervention.
    level : array, shape (n_times, n_regions)
        One of them, or their mean, which says how large numbers are.
    """
    sd = np.sqrt(variance)
    return np.where(sd > 1e-9 * np.abs(level).max(axis=0), sd, np.nan)


def _starts(
    model: ForwardModel, changed: ForwardModel, *, state: object, seed: int
) -> tuple[object, object]:
    """One moment in the life of the intact model, from which both runs of a pair go on."""
    begin = model.run(getattr(model, "memory", 1), state=state, seed=seed)
    if isinstance(changed, Lesioned):
        return begin.state, changed.state_after(begin)
    return begin.state, begin.state


def _run(
    model: ForwardModel,
    which: str,
    *,
    duration: float,
    stimulus: Drive | None = None,
    state: object,
    seed: int,
) -> np.ndarray:
    try:
        run = simulate(model, duration=duration, stimulus=stimulus, state=state, seed=seed)
    except Diverged as error:
        raise Diverged(f"{which} the intervention, {error}") from error
    return np.asarray(run.values, dtype=np.float64)
