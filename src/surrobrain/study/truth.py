"""How close a surrogate comes to a known truth, beside what is simpler."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.intervention.what_if import Effect
from surrobrain.seeds import stream
from surrobrain.statistics.agreement import correlation

__all__ = [
    "Answers", "Comparison", "compare_with_truth", "compare_with_wiring",
]  # fmt: skip

Matrix = Float[np.ndarray, "regions regions"]
_RESAMPLINGS = 300


@dataclass(frozen=True)
class Answers:
    """What one brain, true or learned, answered to the same three questions.

    Parameters
    ----------
    target : str
        The region that was driven, and removed.
    connectivity : EffectiveConnectivity
        What drives what.
    stimulation, lesion : Effect
        What driving, and removing, the target does.
    """

    target: str
    connectivity: EffectiveConnectivity
    stimulation: Effect
    lesion: Effect


@dataclass(frozen=True)
class Comparison:
    """One correlation with its interval, and the same for what is simpler.

    Parameters
    ----------
    name : str
        What is compared with what.
    value, low, high : float
        Pearson correlation and its 95 % interval over resampled regions.
    baselines : dict of str to float
        The same correlation for what needs no surrogate, or a simpler one.
    unbeaten : tuple of str
        Baselines whose difference from ``value``, over the same resamplings, has an interval that
        includes zero or lies below it.
    ceiling : float or None
        What the noise of the reference itself leaves to reach, where it is known.
    """

    name: str
    value: float
    low: float
    high: float
    baselines: dict[str, float]
    unbeaten: tuple[str, ...]
    ceiling: float | None = None

    def in_words(self) -> str:
        """Return the comparison in one line."""
        beside = ", ".join(f"{name} {value:.2f}" for name, value in self.baselines.items())
        ceiling = "" if self.ceiling is None else f"; ceiling {self.ceiling:.2f}"
        verdict = (
            f"no better than {' and '.join(self.unbeaten)}"
            if self.unbeaten
            else "better than every baseline"
        )
        return (
            f"{self.name}: r = {self.value:.2f} [{self.low:.2f}, {self.high:.2f}], {verdict} "
            f"({beside}{ceiling})"
        )


def compare_with_truth(
    learned: Answers,
    true: Answers,
    *,
    target: int,
    simpler: Mapping[str, Answers],
    raw: Mapping[str, Matrix],
) -> tuple[Comparison, ...]:
    """Correlate the answers of a surrogate with those of the brain it stands in for.

    Parameters
    ----------
    learned, true : Answers
        Answers to the same questions, regions in the same order.
    target : int
        Region that was stimulated and removed; left out of what is compared.
    simpler : mapping of str to Answers
        Answers of simpler surrogates, as baselines.
    raw : mapping of str to array, shape (n_regions, n_regions)
        Matrices that need no surrogate, as baselines.

    Notes
    -----
    Effective connectivity: entries off the diagonal. Stimulation: signed response of every other
    region; the baseline of a matrix M is its column of the target. Lesion: change of functional
    connectivity between the remaining regions; the baseline is -M[i, target] M[j, target], the
    loss of a shared influence.
    """
    n = len(true.connectivity.weights)
    pairs, others = ~np.eye(n, dtype=bool), np.arange(n) != target
    left = pairs & np.outer(others, others)
    truth = true.connectivity.weights
    noise = float((true.connectivity.error[pairs] ** 2).mean() / truth[pairs].var())
    return (
        _comparison(
            "effective connectivity, with the truth",
            learned.connectivity.weights,
            truth,
            {name: each.connectivity.weights for name, each in simpler.items()} | dict(raw),
            pairs,
            ceiling=float(np.sqrt(max(0.0, 1.0 - noise))),
        ),
        _comparison(
            "response to stimulation, with the truth",
            learned.stimulation.signed_response,
            true.stimulation.signed_response,
            {name: each.stimulation.signed_response for name, each in simpler.items()}
            | {name: matrix[:, target] for name, matrix in raw.items()},
            others,
        ),
        _comparison(
            "change of functional connectivity after the lesion, with the truth",
            _change(learned.lesion),
            _change(true.lesion),
            {name: _change(each.lesion) for name, each in simpler.items()}
            | {name: -np.outer(m[:, target], m[:, target]) for name, m in raw.items()},
            left,
        ),
    )


def compare_with_wiring(
    learned: Answers, *, simpler: Mapping[str, Answers], functional: Matrix, structural: Matrix
) -> tuple[Comparison, ...]:
    """Correlate effective with structural connectivity, off the diagonal."""
    baselines = {name: each.connectivity.weights for name, each in simpler.items()}
    return (
        _comparison(
            "effective connectivity, with the structural connectome",
            learned.connectivity.weights,
            structural,
            baselines | {"functional connectivity": functional},
            ~np.eye(len(functional), dtype=bool),
        ),
    )


def _change(effect: Effect) -> np.ndarray:
    return effect.fc_after - effect.fc_before


def _comparison(
    name: str,
    ours: np.ndarray,
    truth: np.ndarray,
    baselines: dict[str, np.ndarray],
    mask: np.ndarray,
    *,
    ceiling: float | None = None,
) -> Comparison:
    """Correlate the masked entries; regions are resampled, since entries of a row hang together.

    All contestants see the same resamplings, so that their differences are paired.
    """
    n = len(mask)
    draws = stream(0, n).integers(n, size=(_RESAMPLINGS, n))

    def replicates(values: np.ndarray) -> np.ndarray:
        return np.array([_correlated(values, truth, mask, draw) for draw in draws])

    everyone = np.arange(n)
    found = replicates(ours)
    low, high = _interval(found)
    return Comparison(
        name,
        _correlated(ours, truth, mask, everyone),
        low,
        high,
        {key: _correlated(m, truth, mask, everyone) for key, m in baselines.items()},
        tuple(k for k, m in baselines.items() if not _interval(found - replicates(m))[0] > 0),
        ceiling,
    )


def _interval(replicates: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval; a resampling without variation tells nothing."""
    known = replicates[np.isfinite(replicates)]
    if len(known) < _RESAMPLINGS / 2:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def _correlated(values: np.ndarray, truth: np.ndarray, mask: np.ndarray, draw: np.ndarray) -> float:
    """Correlate over a draw of regions; the pair of a region with its own copy is left out."""
    if mask.ndim == 1:
        return correlation(values[draw][mask[draw]], truth[draw][mask[draw]])
    grid = np.ix_(draw, draw)
    keep = mask[grid] & (draw[:, None] != draw)
    return correlation(values[grid][keep], truth[grid][keep])
