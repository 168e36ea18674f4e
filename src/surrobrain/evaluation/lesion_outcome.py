"""Whether the regions a model would remove are those whose removal helped."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import finite, whole
from surrobrain.errors import NotEnough

__all__ = ["LesionOutcome", "lesion_outcome"]

_NORMAL = 1.959964  # 97.5 % of the normal distribution lies below


@dataclass(frozen=True)
class LesionOutcome:
    """What `lesion_outcome` found.

    Parameters
    ----------
    auc : float
        Probability that a resected region scores higher than one that was spared, ties half.
    low, high : float
        95 % interval of the AUC; NaN when a side has a single region.
    p_value : float
        Probability of such an AUC or a higher one if scores were shuffled over regions.
    sensitivity, specificity : float
        Share of the resected regions inside the predicted zone, and of the spared ones outside.
    dice, jaccard : float
        Overlap of the two zones: 2 |A and B| / (|A| + |B|), and |A and B| / |A or B|.
    threshold : float
        The lowest score inside the predicted zone.
    n_predicted, n_resected, n_regions : int
        Sizes of the zones, and of the brain.
    """

    auc: float
    low: float
    high: float
    p_value: float
    sensitivity: float
    specificity: float
    dice: float
    jaccard: float
    threshold: float
    n_predicted: int
    n_resected: int
    n_regions: int


def lesion_outcome(
    scores: Float[np.ndarray, "regions"],
    resected: Bool[np.ndarray, "regions"],
    *,
    n_predicted: int | None = None,
) -> LesionOutcome:
    """Compare a score per region with the zone that was resected.

    For patients who became free of seizures: only their resection is known to hold what had to go.

    Parameters
    ----------
    scores : array, shape (n_regions,)
        How strongly the model would remove each region; any unit.
    resected : array of bool, shape (n_regions,)
        Which regions were removed.
    n_predicted : int, optional
        Size of the predicted zone, the highest scores; by default as large as the resection, so
        that overlap does not depend on a threshold. Regions tied with the last belong to it.

    Returns
    -------
    LesionOutcome
        Free of a threshold (AUC), and for the predicted zone.

    Raises
    ------
    ValueError
        Scores are not finite, or the two do not have equally many regions.
    NotEnough
        Nothing or everything was resected.

    Notes
    -----
    AUC is the Mann-Whitney statistic, its interval DeLong's [1]_, cut at 0 and 1. The p-value is
    exact, ties included: all ways to choose the resected regions are counted.

    Regions of one patient are neighbors and not independent, which interval and p-value take them
    for; a resection is also larger than what had to go. Neither tells about the next patient. To
    predict outcome, call this across patients, one score and one outcome each, with models that
    were fitted without the patient they score.

    References
    ----------
    .. [1] DeLong, DeLong and Clarke-Pearson (1988), Comparing the areas under two or more
       correlated receiver operating characteristic curves.

    Examples
    --------
    >>> scores = np.array([0.9, 0.8, 0.3, 0.2, 0.1])
    >>> found = lesion_outcome(scores, np.array([True, False, True, False, False]))
    >>> round(found.auc, 3), found.p_value, found.dice
    (0.833, 0.2, 0.5)
    """
    finite(scores, "scores")
    if len(scores) != len(resected):
        raise ValueError(
            f"there are {len(scores)} scores but {len(resected)} entries of resected; give one of "
            "each per region, in one order"
        )
    n_regions, n_resected = len(scores), int(resected.sum())
    if not 0 < n_resected < n_regions:
        raise NotEnough(
            f"{n_resected} of {n_regions} regions are resected; at least one must be, and one not"
        )
    ahead = np.sign(scores[resected][:, None] - scores[~resected]) / 2 + 0.5  # 1, 1/2, 0 per pair
    auc, margin = float(ahead.mean()), _delong_margin(ahead)
    asked = n_resected if n_predicted is None else whole(n_predicted, "n_predicted", low=1)
    threshold = float(np.sort(scores)[::-1][min(asked, n_regions) - 1])
    predicted = scores >= threshold
    both, n_zone = int((predicted & resected).sum()), int(predicted.sum())
    return LesionOutcome(
        auc=auc,
        low=max(auc - margin, 0.0),
        high=min(auc + margin, 1.0),
        p_value=_permutation_probability(scores, resected),
        sensitivity=both / n_resected,
        specificity=1 - (n_zone - both) / (n_regions - n_resected),
        dice=2 * both / (n_zone + n_resected),
        jaccard=both / (n_zone + n_resected - both),
        threshold=threshold,
        n_predicted=n_zone,
        n_resected=n_resected,
        n_regions=n_regions,
    )


def _delong_margin(ahead: Float[np.ndarray, "inside outside"]) -> float:
    """Return half the width of a 95 % interval of the mean of all pairs."""
    if min(ahead.shape) < 2:
        return math.nan
    by_inside, by_outside = ahead.mean(axis=1), ahead.mean(axis=0)
    variance = by_inside.var(ddof=1) / len(by_inside) + by_outside.var(ddof=1) / len(by_outside)
    return _NORMAL * math.sqrt(float(variance))


def _permutation_probability(scores: np.ndarray, resected: np.ndarray) -> float:
    """Count the choices of as many regions whose ranks sum to as much or more."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(counts) - counts + 1)[inverse]  # twice the mean rank of ties: whole
    ranks = doubled // np.gcd.reduce(doubled)
    fewer = resected if 2 * resected.sum() <= len(scores) else ~resected
    ways = np.zeros((int(fewer.sum()) + 1, int(ranks.sum()) + 1))
    ways[0, 0] = 1.0
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, :-rank].copy()
    total, found = ways[-1], int(ranks[fewer].sum())
    # the sum of the others is as low as that of these is high
    as_extreme = total[found:] if fewer is resected else total[: found + 1]
    return float(as_extreme.sum() / total.sum())
