"""What if each region in turn were removed, or driven."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, positive, whole
from surrobrain.data.recording import Recording
from surrobrain.forward import ForwardModel
from surrobrain.intervention.controllability import strength
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.pairs import own_sd, paired_runs
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.intervention.targets import Targets, scored
from surrobrain.parallel import pmap
from surrobrain.progress import progress

__all__ = ["what_if_each"]

Score = Callable[[Recording], float]


def what_if_each(
    model: ForwardModel,
    *,
    duration: float,
    stimulus: Callable[[str], Stimulus] | None = None,
    score: str | Score = "response",
    n_seeds: int = 8,
    seed: int = 0,
    folder: str | Path | None = None,
) -> Targets:
    """Remove, or drive, every region in turn, and score what that changes.

    Runs on all cores, or as many as ``joblib.parallel_config(n_jobs=...)`` says around the call.

    Parameters
    ----------
    model : ForwardModel
        A fitted surrogate or a mechanistic network.
    duration : float
        Length of every run in seconds.
    stimulus : callable, optional
        Stimulus for the region whose name it is given; each region is removed when absent.
    score : "response" or callable
        "response" is the mean absolute change in standard deviations of each region without the
        intervention, averaged over what is observed apart from the region itself. A function of
        a recording (such as the power of a symptom's rhythm) is scored by how much it changes,
        with less without.
    n_seeds : int
        Pairs of runs per region, at least 2; the same noise for all regions.
    seed : int
        Decides the noise.
    folder : str or Path, optional
        Keep the scores of each region here; called again, only what is missing is computed. See
        ``pmap`` for what a ``score`` must then be.

    Returns
    -------
    Targets
        One score per region, with intervals over noise seeds, and the strength of the region.

    Raises
    ------
    TaskFailed
        The runs of some regions failed; all others are kept in the folder.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> table = what_if_each(model, duration=2.0, n_seeds=2)
    >>> table.score.shape
    (4,)
    """
    whole(n_seeds, "n_seeds", low=2)
    n_times = whole(round(positive(duration, "duration", unit="s") * model.sfreq), "samples", low=1)
    if isinstance(score, str):
        choice(score, ("response",), "score")
    items = [
        (k, None if stimulus is None else stimulus(name).sampled(model, n_times))
        for k, name in enumerate(model.regions)
    ]
    task = _Scores(model, duration, score, n_seeds, seed)
    with progress(len(items), label="what if") as report:
        found = pmap(task, items, folder=folder, progress=lambda done, _: report(done, "regions"))
    done = "each region removed" if stimulus is None else _driven(stimulus, model.regions[0])
    by = score if isinstance(score, str) else f"change of {getattr(score, '__name__', 'score')}"
    scores = np.stack([each["scores"] for each in found])
    return scored(f"{done}, by {by}", model.regions, scores, strength(model, seed=seed))


@dataclass(frozen=True)
class _Sampled:
    """A stimulus that was sampled for this model already, so that a task knows its content."""

    drive: Float[np.ndarray, "rows regions"]

    def sampled(self, model: ForwardModel, n_times: int) -> Float[np.ndarray, "rows regions"]:
        return self.drive


def _driven(stimulus: Callable[[str], Stimulus], example: str) -> str:
    parts = stimulus(example).parts
    return f"each region driven ({'; '.join(part.description for part in parts)})"


@dataclass(frozen=True)
class _Scores:
    """Scores one region under every seed; a dataclass, so that its content makes a key."""

    model: ForwardModel
    duration: float
    score: str | Score
    n_seeds: int
    seed: int

    def __call__(
        self, item: tuple[int, Float[np.ndarray, "rows regions"] | None]
    ) -> dict[str, Float[np.ndarray, "seeds"]]:
        region, drive = item
        model, score = self.model, self.score
        pairs = paired_runs(
            model,
            lesion(model, regions=[region]) if drive is None else model,
            duration=self.duration,
            stimulus=None if drive is None else _Sampled(drive),
            n_seeds=self.n_seeds,
            seed=self.seed,
        )
        others = np.array([name != model.regions[region] for name in model.names])
        found = [
            _response(before[:, others], after[:, others])
            if isinstance(score, str)
            else _change(score, model, before, after)
            for before, after in pairs
        ]
        return {"scores": np.array(found, dtype=np.float64)}


def _response(before: np.ndarray, after: np.ndarray) -> float:
    sd = own_sd(before.var(axis=0), before)
    relative = np.abs(after - before).mean(axis=0) / sd
    return float(relative[np.isfinite(sd)].mean()) if np.isfinite(sd).any() else float("nan")


def _change(score: Score, model: ForwardModel, before: np.ndarray, after: np.ndarray) -> float:
    seen = [
        Recording(values, model.sfreq, model.names, model.modality, on_bad="keep")
        for values in (after, before)
    ]
    return float(score(seen[0])) - float(score(seen[1]))
