"""Whether a person's surrogate explains that person's next session better than another's."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain import catalog
from surrobrain.checks import choice, same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.evaluation.baselines import forecast_windows
from surrobrain.evaluation.contest import model_runs
from surrobrain.evaluation.metric import Tag, tag_of
from surrobrain.forward import ForwardModel, Predictor
from surrobrain.seeds import stream
from surrobrain.statistics.intervals import binomial_interval, jackknife_margin

__all__ = ["Fingerprint", "fingerprint"]

_FOLDER = "surrobrain.evaluation.metrics"
Matrix = Float[np.ndarray, "models sessions"]
Metric = Callable[..., float]


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """How well people are recognized, what chance would do, and what the raw data do.

    Parameters
    ----------
    metric : str
        How a model is compared with a session.
    better : {"lower", "higher"}
        Which direction is good.
    matrix : array, shape (n_people, n_people)
        Score of every model (row) on every session (column); own ones on the diagonal.
    rate : float
        Share of the sessions that their own person's model explains best.
    interval : tuple of float
        95 % interval of the rate.
    rate_p : float
        How often permuted people reach that rate; they reach ``1 / n_people`` on average.
    rate_of_models : float
        Share of the models that explain their own person's session best among all sessions; not
        for forecasts, since some sessions are easier to predict by any model.
    contrast : float
        Differential identifiability: mean score on one's own session minus that on others',
        above zero where own ones are better, in units of the metric.
    contrast_margin : float
        Half its 95 % interval, people left out one by one.
    contrast_p : float
        How often permuted people reach that contrast.
    baseline : Fingerprint or None
        The same with the functional connectivity of the first sessions in place of models.
    """

    metric: str
    better: Literal["lower", "higher"]
    matrix: Matrix
    rate: float
    interval: tuple[float, float]
    rate_p: float
    rate_of_models: float
    contrast: float
    contrast_margin: float
    contrast_p: float
    baseline: "Fingerprint | None" = None

    def __str__(self) -> str:
        """Return what was found in two or three sentences."""
        n, (low, high) = len(self.matrix), self.interval
        said = (
            f"{round(self.rate * n)} of {n} sessions are explained best by their own person's "
            f"model ({self.metric}; {self.rate:.0%}, 95 % interval {low:.0%} to {high:.0%}, "
            f"chance {1 / n:.0%}, p = {self.rate_p:.2g}). Own minus other people's score: "
            f"{self.contrast:.3g} +- {self.contrast_margin:.2g}, p = {self.contrast_p:.2g}."
        )
        if self.baseline is not None:
            said += f" First sessions in place of models: {self.baseline}"
        return said


def fingerprint(
    models: Sequence[Any],
    sessions: Sequence[Recording],
    *,
    metric: str = "fc",
    first: Sequence[Recording] | None = None,
    n_runs: int = 10,
    n_permutations: int = 10_000,
    seed: int = 0,
) -> Fingerprint:
    """Recognize people in a second session by the models of their first.

    A surrogate that is a person's own, and not everyone's, must explain that person's next
    session better than another person's surrogate does.

    Parameters
    ----------
    models : sequence of ForwardModel, fit or Recording
        One per person, from the first session. A recording is compared as it is.
    sessions : sequence of Recording
        Of the same people in the same order, not used in any fit.
    metric : str
        A metric of the catalog: "fc" compares free runs, "r2" forecasts one sample ahead.
    first : sequence of Recording, optional
        The first sessions; with them the result has the baseline that a model must beat to be
        worth its making: their raw functional connectivity.
    n_runs : int
        Free runs per model; scores are means over them.
    n_permutations : int
        All permutations of the people are taken where there are no more than that.
    seed : int
        Decides runs and permutations.

    Returns
    -------
    Fingerprint

    Raises
    ------
    ValueError
        Fewer than three people, unequal numbers, other regions, or no such metric.
    TypeError
        A model does not run, or was asked for forecasts and does not predict from data.

    Notes
    -----
    Sessions and runs are standardized region by region, and forecasts are made in the mean and
    scale of the model: people are not to be recognized by how bright their scans are. Rates are
    those of [1]_, the contrast is that of [2]_ (without the factor 100). Two halves of one run
    are not two sessions: whatever was the same within that hour counts as the person.

    References
    ----------
    .. [1] Finn et al. (2015), Functional connectome fingerprinting: identifying individuals using
       patterns of brain connectivity. Nat Neurosci 18:1664.
    .. [2] Amico & Goñi (2018), The quest for identifiability in human functional connectomes. Sci
       Rep 8:8254.

    Examples
    --------
    >>> import surrobrain as sb
    >>> people = [sb.examples.linear_network(6, duration=400.0, seed=k).recording for k in range(4)]
    >>> early, late = zip(*(person.split(0.5) for person in people))
    >>> models = [sb.fit(sb.LinearVAR(6), each).model for each in early]
    >>> found = fingerprint(models, late, metric="r2", first=early)
    >>> found.rate, found.rate_p < 0.05, found.baseline.rate
    (1.0, True, 1.0)
    """
    run = [getattr(each, "model", each) for each in models]  # a fit stands for its model
    _check(run, sessions, first)
    asked: Any = catalog.load(_FOLDER, choice(metric, catalog.names(_FOLDER), "metric"))
    tag = tag_of(asked)
    compare = _forecast if tag.protocol == "forecast" else _free_run
    whole(n_runs, "n_runs", low=1)
    rows = []
    for k, model in enumerate(run):
        key = int(stream(seed, 0xF1, k).integers(2**31))
        rows.append(compare(model, sessions, asked, n_runs=n_runs, seed=key))
    raw = None
    if first is not None:
        raw = fingerprint(first, sessions, n_permutations=n_permutations, seed=seed)
    orders = _orders(len(run), whole(n_permutations, "n_permutations", low=1), seed)
    return _recognized(np.array(rows), orders, metric, tag, raw)


def _check(
    models: Sequence[Any], sessions: Sequence[Recording], first: Sequence[Recording] | None
) -> None:
    n = len(sessions)
    counts = (len(models), n, n if first is None else len(first))
    if n < 3 or len(set(counts)) > 1:
        raise ValueError(
            f"fingerprints need at least three people, with one model and one session each, but "
            f"{counts[0]} models, {n} sessions and {counts[2]} first sessions arrived"
        )
    for k, model in enumerate(models):
        if not isinstance(model, (ForwardModel, Recording)):
            raise TypeError(
                f"model {k} is a {type(model).__name__}, which cannot run; give fits, models or "
                "recordings"
            )
        same_names(sessions[k].names, sessions[0].names, our=f"session {k}", their="session 0")
        same_names(model.names, sessions[0].names, our=f"model {k}", their="session 0")


def _free_run(
    model: Any, sessions: Sequence[Recording], metric: Metric, *, n_runs: int, seed: int
) -> list[float]:
    """Return the mean score of free runs, each as long as the session."""
    driven = getattr(model, "n_inputs", 0) and not isinstance(model, Recording)
    longest = max(session.n_times for session in sessions)
    runs = [] if driven else _runs(model, longest, n_runs=n_runs, seed=seed, inputs=None)
    found = []
    for session in sessions:
        n_times = session.n_times
        if driven:
            runs = _runs(model, n_times, n_runs=n_runs, seed=seed, inputs=session.inputs)
        shared = min(n_times, len(runs[0]))
        real = _standard(session.values[:shared])
        scores = [_ask(metric, real, _standard(run[:shared]), session.sfreq) for run in runs]
        found.append(float(np.mean(scores)))
    return found


def _runs(model: Any, n_times: int, *, n_runs: int, seed: int, inputs: Any) -> list[np.ndarray]:
    if isinstance(model, Recording):
        return [model.values]
    return model_runs(model, n_times=n_times, n_runs=n_runs, seed=seed, inputs=inputs)


def _forecast(
    model: Any, sessions: Sequence[Recording], metric: Metric, *, n_runs: int, seed: int
) -> list[float]:
    """Return the score of forecasts one sample ahead, in the units of the model."""
    if not isinstance(model, Predictor):
        raise TypeError(
            f"{type(model).__name__} does not predict from data, so it has no forecasts; use a "
            "metric of free runs such as 'fc'"
        )
    found, units = [], (getattr(model, "center", None), getattr(model, "scale", None))
    if units[0] is None:
        (run,) = model_runs(model, n_times=sessions[0].n_times, n_runs=1, seed=seed)
        units = (run.mean(axis=0), run.std(axis=0))
    center, scale = units
    for session in sessions:
        values = _standard(session.values) * scale + center
        dtype = session.values.dtype  # a model may refuse another precision
        windows, rows = forecast_windows(
            Recording(values, session.sfreq, session.names, on_bad="keep"), memory=model.memory
        )
        drive = {"drive": session.inputs[rows]} if getattr(model, "n_inputs", 0) else {}  # pyright: ignore
        ahead = (model.predict(windows.astype(dtype), **drive) - center) / scale
        found.append(_ask(metric, _standard(session.values)[rows], ahead, session.sfreq))
    return found


def _ask(metric: Metric, real: np.ndarray, run: np.ndarray, sfreq: float) -> float:
    return metric(real, run, **({"sfreq": sfreq} if tag_of(metric).needs_sfreq else {}))


def _standard(values: np.ndarray) -> Float[np.ndarray, "times regions"]:
    """Return signals in standard deviations from their mean; missing samples stay missing."""
    x = values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # a run that diverged is infinite, and stays no number
        return (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0)


def _recognized(
    matrix: Matrix,
    orders: Int[np.ndarray, "permutations people"],
    metric: str,
    tag: Tag,
    raw: Fingerprint | None,
) -> Fingerprint:
    """Return rates and contrast of a matrix of scores, with what permuted people give."""
    n = len(matrix)
    alike = matrix if tag.better == "higher" else -matrix
    alike = np.where(np.isfinite(alike), alike, -np.inf)  # a run that diverged explains nothing
    if not np.isfinite(alike).all(axis=0).any():
        raise ValueError("in every session some model diverged or has no score; nothing to compare")
    best = alike.argmax(axis=0)
    rates = (best == orders).mean(axis=1)
    contrasts = np.array([_contrast(alike[order]) for order in orders])  # models change owners
    kept = [np.delete(np.arange(n), k) for k in range(n)]
    margin = jackknife_margin(np.array([_contrast(alike[np.ix_(k, k)]) for k in kept]))
    rate, contrast = float((best == np.arange(n)).mean()), _contrast(alike)
    return Fingerprint(
        metric, tag.better, matrix, rate, binomial_interval(round(rate * n), n),
        float((rates >= rate - 1e-12).mean()),
        float((alike.argmax(axis=1) == np.arange(n)).mean()), contrast, margin,
        float((contrasts >= contrast - 1e-12).mean()) if math.isfinite(contrast) else math.nan, raw,
    )  # fmt: skip


def _contrast(alike: Matrix) -> float:
    n = len(alike)
    own = np.trace(alike) / n
    return float(own - (alike.sum() - n * own) / (n * (n - 1)))


def _orders(n: int, most: int, seed: int) -> Int[np.ndarray, "permutations people"]:
    """Return all orders of people, or many by chance, the true one among them."""
    if math.factorial(n) <= most:
        return np.array(list(itertools.permutations(range(n))))
    draws = stream(seed, 0xFE)
    return np.stack([np.arange(n), *(draws.permutation(n) for _ in range(most - 1))])
