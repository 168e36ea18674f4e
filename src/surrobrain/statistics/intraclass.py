"""How well a number that is measured again tells people apart."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, number

__all__ = ["Intraclass", "intraclass_correlation"]

Values = Float[np.ndarray, "numbers"]


@dataclass(frozen=True, eq=False)
class Intraclass:
    """Intraclass correlations, and how far they may lie from the truth.

    Parameters
    ----------
    value : array, shape (n_numbers,)
        Share of the variance that is between people; 1 where sessions agree, near 0 or negative
        where a person resembles others as much as itself, NaN where nothing varies.
    low, high : array, shape (n_numbers,)
        Ends of the interval.
    """

    value: Values
    low: Values
    high: Values


def intraclass_correlation(
    measured: Float[np.ndarray, "people sessions numbers"],
    *,
    kind: Literal["agreement", "consistency"] = "agreement",
    level: float = 0.95,
) -> Intraclass:
    """Return the intraclass correlation of numbers that were measured in several sessions.

    Parameters
    ----------
    measured : array, shape (n_people, n_sessions, n_numbers)
        At least two people and two sessions.
    kind : {"agreement", "consistency"}
        Whether a shift of all people from one session to the next counts as disagreement:
        ICC(A,1), also known as ICC(2,1), or ICC(C,1), also known as ICC(3,1).
    level : float
        Probability of the interval.

    Returns
    -------
    Intraclass

    Raises
    ------
    ValueError
        There are fewer than two people or sessions, or a value is not finite.

    Notes
    -----
    With the mean squares R between people, C between sessions and E of the rest, for n people and
    k sessions, ICC(C,1) = (R - E) / (R + (k - 1) E), and ICC(A,1) has k (C - E) / n added to its
    denominator. Intervals are those of [1]_, table 7; they take the numbers to be normal.

    References
    ----------
    .. [1] McGraw & Wong (1996), Forming inferences about some intraclass correlation coefficients.
       Psychol Methods 1:30.

    Examples
    --------
    >>> sessions = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
    ...                      [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    >>> intraclass_correlation(sessions[:, :, None]).value.round(2)
    array([0.29])
    """
    choice(kind, ("agreement", "consistency"), "kind")
    number(level, "level", low=0.0, high=1.0)
    n, k, _ = measured.shape
    if n < 2 or k < 2:
        raise ValueError(
            f"an intraclass correlation needs two people and two sessions, but {n} people with "
            f"{k} sessions arrived"
        )
    x = finite(measured.astype(np.float64), "what was measured")
    center = x.mean(axis=(0, 1))
    person, session = x.mean(axis=1) - center, x.mean(axis=0) - center
    rest = x - center - person[:, None] - session[None]
    R = k * np.square(person).sum(axis=0) / (n - 1)
    C = n * np.square(session).sum(axis=0) / (k - 1)
    E = np.square(rest).sum(axis=(0, 1)) / ((n - 1) * (k - 1))
    varies = np.ptp(x, axis=(0, 1)) > 0
    R, C, E = (np.where(varies, each, np.nan) for each in (R, C, E))
    with np.errstate(divide="ignore", invalid="ignore"):  # E = 0 where sessions are equal
        found = (_consistency if kind == "consistency" else _agreement)(R, C, E, n, k, level)
    return Intraclass(*found)


def _consistency(
    R: Values, C: Values, E: Values, n: int, k: int, level: float
) -> tuple[Values, Values, Values]:
    tail, freedom = (1 + level) / 2, (n - 1) * (k - 1)
    low, high = R - E * _f(tail, n - 1, freedom), R - E / _f(tail, freedom, n - 1)
    return (
        (R - E) / (R + (k - 1) * E),
        low / (R + (k - 1) * E * _f(tail, n - 1, freedom)),
        high / (R + (k - 1) * E / _f(tail, freedom, n - 1)),
    )


def _agreement(
    R: Values, C: Values, E: Values, n: int, k: int, level: float
) -> tuple[Values, Values, Values]:
    tail, freedom = (1 + level) / 2, (n - 1) * (k - 1)
    value = (R - E) / (R + (k - 1) * E + k / n * (C - E))
    a = k * np.maximum(value, 0.0) / (n * (1 - value))  # no true one lies below zero
    b = 1 + a * (n - 1)
    v = (a * C + b * E) ** 2 / ((a * C) ** 2 / (k - 1) + (b * E) ** 2 / freedom)
    v = np.where(np.isfinite(v), v, freedom)  # sessions are equal
    rest = k * C + (k * n - k - n) * E
    f = _f(tail, n - 1, v)
    low = n * (R - f * E) / (f * rest + n * R)
    f = _f(tail, v, n - 1)
    return value, low, n * (f * R - E) / (rest + n * f * R)


def _f(probability: float, above: Any, below: Any) -> Any:
    """Return a quantile of Fisher's F distribution, of any degrees of freedom."""
    from scipy.special import betaincinv

    share = betaincinv(np.asarray(above) / 2, np.asarray(below) / 2, probability)
    return below * share / (above * (1 - share))
