"""Where to stimulate."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surrobrain.analysis.controllability import average_controllability
from surrobrain.checks import choice, whole
from surrobrain.data.recording import Recording
from surrobrain.forward import ForwardModel
from surrobrain.intervention.controllability import linear_map, strength
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.intervention.targets import Targets, scored
from surrobrain.intervention.what_if_each import what_if_each
from surrobrain.seeds import stream

__all__ = ["rank_targets"]


def rank_targets(
    model: ForwardModel,
    *,
    by: str | Callable[[Recording], float] = "response",
    stimulus: Callable[[str], Stimulus] | None = None,
    duration: float = 10.0,
    n_seeds: int = 8,
    seed: int = 0,
    folder: str | Path | None = None,
) -> Targets:
    """Rank all regions by what stimulating them would do.

    Parameters
    ----------
    model : ForwardModel
        A fitted surrogate or a mechanistic network.
    by : "response", "controllability" or callable
        How far the rest of the brain moves under the stimulus; the energy of the answer to an
        impulse in a linear map of the model (see `controllability`), which needs no stimulus; or
        a symptom, a function of a recording, the lower the better, scored by how far it falls.
    stimulus : callable, optional
        Stimulus for the region whose name it is given; a constant of 1 when absent.
    duration : float
        Length of every run in seconds.
    n_seeds : int
        Noise seeds, at least 2.
    seed : int
        Decides the noise.
    folder : str or Path, optional
        Where to keep the scores of each region, see ``what_if_each``.

    Returns
    -------
    Targets
        ``highest()`` names the best targets first. A wide interval says that the order is chance;
        ``agreement`` says how much of it the strength of the regions alone tells.

    Raises
    ------
    ValueError
        There is no such ranking, or the linear map is not stable.

    Examples
    --------
    >>> import surrobrain as sb
    >>> chain = sb.Connectome(np.diag([0.5, 0.5], k=-1), names=["A", "B", "C"])
    >>> model = sb.Network(sb.Linear(), chain, noise=1.0)
    >>> rank_targets(model, by="controllability").highest(1)
    ('A',)
    """
    if not isinstance(by, str):
        drive = _unit if stimulus is None else stimulus
        return what_if_each(
            model, duration=duration, stimulus=drive, score=_Relief(by), n_seeds=n_seeds,
            seed=seed, folder=folder,
        )  # fmt: skip
    if choice(by, ("controllability", "response"), "ranking") == "response":
        drive = _unit if stimulus is None else stimulus
        return what_if_each(
            model, duration=duration, stimulus=drive, n_seeds=n_seeds, seed=seed, folder=folder
        )
    seeds = [int(stream(seed, k).integers(2**31)) for k in range(whole(n_seeds, "n_seeds", low=2))]
    if hasattr(model, "connectome"):  # no run, no chance
        seeds = [seed]
    found = np.stack([average_controllability(linear_map(model, seed=s)) for s in seeds], axis=1)
    found = np.broadcast_to(found, (len(found), n_seeds))
    words = "average controllability of a linear map"
    return scored(words, model.regions, found, strength(model, seed=seed))


def _unit(region: str) -> Stimulus:
    return step(regions=[region], amplitude=1.0)


@dataclass(frozen=True)
class _Relief:
    """Counts a symptom downwards; a dataclass, so that its content makes a key."""

    symptom: Callable[[Recording], float]

    @property
    def __name__(self) -> str:
        return f"minus {getattr(self.symptom, '__name__', 'symptom')}"

    def __call__(self, recording: Recording) -> float:
        return -float(self.symptom(recording))
