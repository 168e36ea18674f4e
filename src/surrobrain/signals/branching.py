"""How many events one event sets off, told from activity that is seen in part."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough

__all__ = ["Branching", "branching_ratio"]

_FEWEST_LAGS = 3
_SAMPLES_PER_LAG = 10


@dataclass(frozen=True, eq=False)
class Branching:
    """What `branching_ratio` found.

    Parameters
    ----------
    ratio : float
        m, events set off by one event within a sample; 1 is critical. NaN when activity has no
        memory that stands out from chance.
    share : float
        b, the part of the memory that partial sampling leaves; 1 when everything is seen.
    slopes : array, shape (n_lags,)
        Regression slope of activity on activity 1, 2 ... samples earlier.
    residual : float
        Root mean squared distance of the slopes from b m^k: an exponential must fit before the
        ratio means anything.
    """

    ratio: float
    share: float
    slopes: Float[np.ndarray, "lags"]
    residual: float


def branching_ratio(activity: Float[np.ndarray, "times"], *, n_lags: int = 20) -> Branching:
    """Estimate the branching ratio by multistep regression.

    Parameters
    ----------
    activity : array, shape (n_times,)
        Events per sample, such as `population_activity`; NaN is missing.
    n_lags : int
        Lags of the regression, in samples; some times the decay of the activity.

    Raises
    ------
    NotEnough
        Fewer than 10 pairs of samples per lag.

    Notes
    -----
    In a branching process with drive the slope at lag k is m^k. When a part of the units is
    observed it is b m^k with the same m, so m follows from how slopes decay and not from the
    first, which is too small [1]_. b and m minimize sum (r_k - b m^k)^2. The time scale is
    -1 / log m samples. Slow drive, hemodynamics or an oscillation decay as well: in BOLD the
    ratio tells about the response, not about neurons. NaN when the largest
    slope is one that activity without memory exceeds in 5 of 100.

    References
    ----------
    .. [1] Wilting and Priesemann (2018), Inferring collective dynamical states from widely
       unobserved systems.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> activity = [100.0]
    >>> for _ in range(20_000):
    ...     activity.append(float(rng.poisson(0.9 * activity[-1] + 10.0)))
    >>> bool(abs(branching_ratio(np.array(activity)).ratio - 0.9) < 0.02)
    True
    """
    from scipy.optimize import fminbound
    from scipy.special import ndtri

    whole(n_lags, "n_lags", low=_FEWEST_LAGS)
    slopes = np.array([_slope(activity, lag, n_lags) for lag in range(1, n_lags + 1)])
    lags = np.arange(1, n_lags + 1)
    # the largest of so many slopes of activity without memory is below in 95 of 100
    chance = ndtri(1 - 0.05 / n_lags) / math.sqrt(np.isfinite(activity).sum())
    if not (np.isfinite(slopes).all() and slopes.max() > chance):
        return Branching(math.nan, math.nan, slopes, math.nan)

    def share(m: float) -> float:
        powers = m**lags
        return float(max(slopes @ powers / (powers @ powers), 0.0))

    def loss(m: float) -> float:
        return float(np.square(slopes - share(m) * m**lags).sum())

    grid = np.linspace(0.01, 1.1, 110)
    best = grid[np.argmin([loss(m) for m in grid])]
    m = float(np.asarray(fminbound(loss, best - 0.01, best + 0.01)))
    return Branching(m, share(m), slopes, math.sqrt(loss(m) / n_lags))


def _slope(activity: np.ndarray, lag: int, n_lags: int) -> float:
    """Regress activity on itself ``lag`` samples earlier; NaN when it does not vary."""
    before, after = activity[:-lag], activity[lag:]
    both = np.isfinite(before) & np.isfinite(after)
    if both.sum() < _SAMPLES_PER_LAG * n_lags:
        raise NotEnough(
            f"{n_lags} lags need {_SAMPLES_PER_LAG * n_lags} pairs of samples, but "
            f"{int(both.sum())} are {lag} apart; use a longer recording or fewer lags"
        )
    x, y = before[both], after[both]
    x = x - x.mean()
    total = float(x @ x)
    return float(x @ (y - y.mean())) / total if total > 0 else math.nan
