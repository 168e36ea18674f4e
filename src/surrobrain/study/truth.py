"""How close a surrogate comes to a known truth, beside what needs no surrogate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.intervention.what_if import Effect
from surrobrain.seeds import stream

__all__ = ["Answers", "Comparison", "compare_with_truth", "compare_with_wiring"]

Matrix = Float[np.ndarray, "regions regions"]


@dataclass(frozen=True)
class Answers:
    """What one brain, true or learned, answered to the same three questions.

    Parameters
    ----------
    connectivity : EffectiveConnectivity
        What drives what.
    stimulation, lesion : Effect
        What driving, and removing, the target region does.
    """

    connectivity: EffectiveConnectivity
    stimulation: Effect
    lesion: Effect


@dataclass(frozen=True)
class Comparison:
    """One correlation with its interval, and the same for what needs no surrogate.

    Parameters
    ----------
    name : str
        What is compared with what.
    value, low, high : float
        Pearson correlation and its 95 % interval over resampled regions.
    baselines : dict of str to float
        The same correlation for functional or structural connectivity alone.
    ceiling : float or None
        What the noise of the reference itself leaves to reach, where it is known.
    """

    name: str
    value: float
    low: float
    high: float
    baselines: dict[str, float]
    ceiling: float | None = None

    def in_words(self) -> str:
        """Return the comparison in one line."""
        beside = ", ".join(f"{name} {value:.2f}" for name, value in self.baselines.items())
        ceiling = "" if self.ceiling is None else f"; ceiling {self.ceiling:.2f}"
        best = max(self.baselines, key=lambda name: self.baselines[name])
        verdict = "better than" if self.low > self.baselines[best] else "no better than"
        return (
            f"{self.name}: r = {self.value:.2f} [{self.low:.2f}, {self.high:.2f}], {verdict} "
            f"{best} alone ({beside}{ceiling})"
        )


def compare_with_truth(
    learned: Answers, true: Answers, *, target: int, functional: Matrix, structural: Matrix
) -> tuple[Comparison, ...]:
    """Correlate the answers of a surrogate with those of the brain it stands in for.

    Parameters
    ----------
    learned, true : Answers
        Answers to the same questions, regions in the same order.
    target : int
        Region that was stimulated and removed; left out of what is compared.
    functional, structural : array, shape (n_regions, n_regions)
        What the same correlation is computed for instead, as baselines.

    Notes
    -----
    Effective connectivity: entries off the diagonal. Stimulation: signed response of every other
    region. Lesion: change of functional connectivity between the remaining regions; the baseline
    of a matrix M is -M[i, target] M[j, target], the loss of a shared influence.
    """
    n = len(functional)
    pairs = ~np.eye(n, dtype=bool)
    others = np.arange(n) != target
    left = np.triu(np.outer(others, others), 1).astype(bool)
    raw = {"functional connectivity": functional, "structural connectivity": structural}

    truth = true.connectivity.weights
    noise = float((true.connectivity.error[pairs] ** 2).mean() / truth[pairs].var())
    response = _signed_response(true.stimulation)[others]
    change = true.lesion.fc_after - true.lesion.fc_before
    return (
        Comparison(
            "effective connectivity, with the truth",
            *_over_regions(learned.connectivity.weights, truth, pairs),
            {name: _pearson(m[pairs], truth[pairs]) for name, m in raw.items()},
            ceiling=float(np.sqrt(max(0.0, 1.0 - noise))),
        ),
        Comparison(
            "response to stimulation, with the truth",
            *_over_entries(_signed_response(learned.stimulation)[others], response),
            {name: _pearson(m[others, target], response) for name, m in raw.items()},
        ),
        Comparison(
            "change of functional connectivity after the lesion, with the truth",
            *_over_regions(learned.lesion.fc_after - learned.lesion.fc_before, change, left),
            {
                name: _pearson(-np.outer(m[:, target], m[:, target])[left], change[left])
                for name, m in raw.items()
            },
        ),
    )


def compare_with_wiring(
    learned: Answers, *, functional: Matrix, structural: Matrix
) -> tuple[Comparison, ...]:
    """Correlate effective with structural connectivity, off the diagonal."""
    pairs = ~np.eye(len(functional), dtype=bool)
    return (
        Comparison(
            "effective connectivity, with the structural connectome",
            *_over_regions(learned.connectivity.weights, structural, pairs),
            {"functional connectivity": _pearson(functional[pairs], structural[pairs])},
        ),
    )


def _signed_response(effect: Effect) -> np.ndarray:
    """Mean change over the run in standard deviations, with its sign."""
    return np.sign(effect.difference.mean(axis=0)) * effect.response


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def _over_entries(a: np.ndarray, b: np.ndarray, n: int = 1000) -> tuple[float, float, float]:
    """Pearson correlation with a 95 % percentile interval over resampled entries."""
    rng = stream(0, len(a))
    draws = rng.integers(len(a), size=(n, len(a)))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = [np.corrcoef(a[d], b[d])[0, 1] for d in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return _pearson(a, b), float(low), float(high)


def _over_regions(
    a: np.ndarray, b: np.ndarray, pairs: np.ndarray, n: int = 500
) -> tuple[float, float, float]:
    """Pearson correlation of matrix entries; regions are resampled, since entries of a row hang
    together. A pair of one region with its own copy is left out.
    """  # noqa: D205
    rng = stream(0, len(a), 1)
    values = []
    for _ in range(n):
        d = rng.integers(len(a), size=len(a))
        different = d[:, None] != d[None, :]
        keep = different & (pairs | pairs.T)[np.ix_(d, d)]
        values.append(_pearson(a[np.ix_(d, d)][keep], b[np.ix_(d, d)][keep]))
    low, high = np.percentile(values, [2.5, 97.5])
    return _pearson(a[pairs], b[pairs]), float(low), float(high)
