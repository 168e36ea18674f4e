"""What an analysis of identifiability means for each unknown, in plain words."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.curvature import Curvature, left_of_the_prior
from surrobrain.inverse.uniqueness import Uniqueness

__all__ = ["ADVICE_LENGTHS", "advice", "verdict"]

IDENTIFIED, WEAKLY = 0.9, 0.5  # share of the prior's variance that the data must take away
ADVICE_LENGTHS = (2, 4, 8, 16)
_APART = 0.5  # standard deviations of the prior between equally good solutions
_TRADES = 0.7  # correlation from which two unknowns stand in for each other
_EDGE = 2.5  # standard deviations of the prior, beyond which a local picture says little
_BLIND = 1e-3  # share of the largest sensitivity


def verdict(shrinkage: float, *, apart: float = 0.0, flat: bool = False) -> str:
    """Say whether the data decide on an unknown.

    Parameters
    ----------
    shrinkage : float
        Share of the prior's variance that the data take away.
    apart : float
        Largest distance between equally good solutions, in standard deviations of the prior.
    flat : bool
        Whether the profile of the loss rises less than noise hides, on one side at least.

    Returns
    -------
    str
        "identified", "weakly identified" or "not identified".

    Examples
    --------
    >>> verdict(0.97), verdict(0.97, apart=2.0), verdict(0.1)
    ('identified', 'not identified', 'not identified')
    """
    if shrinkage < WEAKLY or apart > 2 * _APART:
        return "not identified"
    if shrinkage < IDENTIFIED or apart > _APART or flat:
        return "weakly identified"
    return "identified"


def advice(
    k: int,
    near: Curvature | None,
    covariance: Float[np.ndarray, "unknowns unknowns"],
    *,
    names: Sequence[str],
    unique: Uniqueness | None,
    draws: Float[np.ndarray, "draws numbers"] | None,
    at: float,
) -> str:
    """Say what would help to identify an unknown.

    Parameters
    ----------
    k : int
        Which one.
    near : Curvature, optional
        The loss at the best point.
    covariance : array, shape (n_unknowns, n_unknowns)
        What the data leave of the prior.
    names : sequence of str
        Names of the unknowns.
    unique : Uniqueness, optional
        Whether several solutions were found.
    draws : array, shape (n_draws, n_numbers), optional
        Features under noise, from which the gain by a longer recording follows.
    at : float
        Where it ended, in standard deviations of its prior.
    """
    name = names[k]
    if abs(at) > _EDGE:
        return f"{name} ended at the edge of its prior: widen it, or doubt the model"
    if near is not None:
        size = np.linalg.norm(near.scaled, axis=0)
        if size[k] <= _BLIND * size.max():
            return f"the features do not depend on {name}: compare another feature, or fix it"
    found = []
    partner, r = _partner(k, covariance)
    if partner is not None:
        found.append(
            f"it trades against {names[partner]} (r = {r:+.2f}): fix or tie one of them, or "
            "compare a feature that tells them apart"
        )
    if unique is not None and len(set(unique.places[unique.places >= 0])) > 1:
        ends = unique.ends[unique.places >= 0, k]
        if np.ptp(ends) > _APART:
            found.append("several values do equally well: narrow its prior, or add a feature")
    if near is not None and draws is not None:
        found.append(_longer(k, near, draws))
    return "; ".join(found) or "a longer recording, another feature, or a narrower prior"


def _partner(k: int, covariance: np.ndarray) -> tuple[int | None, float]:
    """Return the unknown that stands in for k, if one does."""
    if len(covariance) < 2:
        return None, 0.0
    scale = np.sqrt(np.diag(covariance))
    r = covariance[k] / (scale * scale[k])
    r[k] = 0.0
    other = int(np.argmax(np.abs(r)))
    return (other, float(r[other])) if abs(r[other]) > _TRADES else (None, 0.0)


def _longer(k: int, near: Curvature, draws: np.ndarray) -> str:
    for longer in ADVICE_LENGTHS:
        left = left_of_the_prior(near, draws, longer=float(longer))[k, k]
        if 1 - left >= IDENTIFIED:
            return f"a recording {longer} times as long would do"
    return f"not even a recording {ADVICE_LENGTHS[-1]} times as long would do: add a feature"
