"""The exponent of a power law, and how well the law fits."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from surrobrain.checks import whole
from surrobrain.errors import NotEnough

__all__ = ["PowerLaw", "fit_power_law"]

_FEWEST = 50
_STEEPEST = 20.0


@dataclass(frozen=True)
class PowerLaw:
    """What `fit_power_law` found.

    Parameters
    ----------
    exponent : float
        Of the law p(x) proportional to x^(-exponent).
    error : float
        Standard error of the exponent.
    distance : float
        Kolmogorov-Smirnov distance between the data and the law, 0 to 1.
    smallest : int
        From where on the law is meant to hold.
    n : int
        Values that are at least as large.
    """

    exponent: float
    error: float
    distance: float
    smallest: int
    n: int


def fit_power_law(sizes: Int[np.ndarray, "values"], *, smallest: int = 1) -> PowerLaw:
    """Fit a discrete power law by maximum likelihood.

    Parameters
    ----------
    sizes : array of int, shape (n_values,)
        Whole numbers such as the sizes of avalanches.
    smallest : int
        Values below are left out: real tails seldom begin at 1.

    Raises
    ------
    NotEnough
        Fewer than 50 values are at least ``smallest``, or all of these are alike.

    Notes
    -----
    Maximum over the exponent of -n log zeta(exponent, smallest) - exponent sum log x [1]_. A
    straight line through a histogram on logarithmic axes is biased and is not used. The fit does
    not say that the law is a power law: read the distance, which is about 0.9 / sqrt(n) when it
    is, and try another ``smallest``. The upper cut-off that a finite system puts on sizes is not
    modeled; it makes the exponent too large.

    References
    ----------
    .. [1] Clauset, Shalizi and Newman (2009), Power-law distributions in empirical data.

    Examples
    --------
    >>> sizes = np.random.default_rng(0).zipf(2.0, size=20_000)
    >>> law = fit_power_law(sizes)
    >>> abs(law.exponent - 2.0) < 3 * law.error < 0.03
    True
    """
    from scipy.optimize import fminbound
    from scipy.special import zeta

    whole(smallest, "smallest", low=1)
    tail = np.sort(sizes[sizes >= smallest])
    n = len(tail)
    if n < _FEWEST or tail[0] == tail[-1]:
        alike = f", all {tail[0]}" if n and tail[0] == tail[-1] else ""
        raise NotEnough(
            f"a power law needs {_FEWEST} values of {smallest} or more that are not all alike, but "
            f"{n} arrived{alike}; use a longer recording or another threshold"
        )
    mean_log = float(np.log(tail).mean())

    def loss(exponent: float) -> float:
        return float(np.log(zeta(exponent, smallest))) + exponent * mean_log

    exponent = float(np.asarray(fminbound(loss, 1 + 1e-6, _STEEPEST, xtol=1e-8)))
    step = 1e-4 * exponent
    curvature = (loss(exponent - step) - 2 * loss(exponent) + loss(exponent + step)) / step**2
    values = np.unique(tail)
    empirical = np.searchsorted(tail, values, side="right") / n
    before = np.searchsorted(tail, values, side="left") / n
    norm = zeta(exponent, smallest)
    upto = 1 - zeta(exponent, values + 1.0) / norm
    below = 1 - zeta(exponent, values.astype(np.float64)) / norm
    distance = max(np.abs(empirical - upto).max(), np.abs(before - below).max())
    return PowerLaw(exponent, float(1 / np.sqrt(n * curvature)), float(distance), smallest, n)
