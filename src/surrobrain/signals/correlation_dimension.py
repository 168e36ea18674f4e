"""How many directions an attractor fills: the correlation dimension."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.signals.neighbors import decorrelation_time
from surrobrain.signals.windows import valid_samples

__all__ = ["CorrelationSum", "correlation_dimension"]

_FEWEST = 200
_PAIRS = 50
_RADII = np.geomspace(0.002, 0.25, 40)  # in units of the size of the attractor
_FLAT = 0.08  # local slopes of a scaling region lie so close to their mean
_WIDE = 3.0  # largest over smallest radius, at least


@dataclass(frozen=True, eq=False)
class CorrelationSum:
    """How many pairs of states are close, and the dimension that follows.

    Parameters
    ----------
    dimension : float
        Slope of log share against log radius inside the scaling region.
    region : (float, float)
        Smallest and largest radius of the scaling region.
    spread : float
        Standard deviation of the local slopes inside it: what the dimension is uncertain by,
        roughly.
    radii : array, shape (n_radii,)
        In the unit of the states, rising.
    share : array, shape (n_radii,)
        Share of pairs that are closer, pairs close in time left out.
    slopes : array, shape (n_radii,)
        Local slopes of log share against log radius.
    n_pairs : array of int, shape (n_radii,)
        Pairs behind each share.
    limit : float
        Largest dimension that so many samples can show.
    """

    dimension: float
    region: tuple[float, float]
    spread: float
    radii: Float[np.ndarray, "radii"]
    share: Float[np.ndarray, "radii"]
    slopes: Float[np.ndarray, "radii"]
    n_pairs: Int[np.ndarray, "radii"]
    limit: float


def correlation_dimension(
    states: Float[np.ndarray, "times dimensions"],
    *,
    theiler: int | None = None,
    n_references: int = 2000,
) -> CorrelationSum:
    """Estimate the correlation dimension of an attractor, and show where it scales.

    Parameters
    ----------
    states : array, shape (n_times, n_dimensions)
        One state per sample, all dimensions in comparable units; of a single signal first make
        states by `delay_embedding`. A row that is not finite is missing.
    theiler : int, optional
        Pairs within so many samples do not count; by default the first zero of the
        autocorrelation, of the slowest dimension.
    n_references : int
        States, evenly spaced in time, whose neighbors are counted.

    Returns
    -------
    CorrelationSum
        The dimension, with everything that it was read from.

    Raises
    ------
    NotEnough
        Fewer than 200 samples, too few close pairs, or a dimension above what so many samples
        can show; the message says how many would be needed.
    ValueError
        The local slopes agree nowhere: there is no scaling region.

    Notes
    -----
    C(r) is the share of pairs closer than r [1]_, without pairs closer in time than the Theiler
    window [2]_; the dimension is the slope of log C(r) against log r. The scaling region is the
    widest range of radii, threefold or more, in which at least 50 pairs are closer and all local
    slopes lie within 8 % of their mean. Radii reach from 0.002 to 0.25 times the root of the total
    variance. N samples show no dimension above 2 log N / log(1 / rho), with rho the largest
    radius over the extent of the attractor [3]_.

    Blind to dynamics: shuffled in time, states keep their dimension once the window is gone. Noise
    of amplitude s has the dimension of the space below s, and slow noise one that looks low.

    References
    ----------
    .. [1] Grassberger and Procaccia (1983), Measuring the strangeness of strange attractors.
       Physica D 9:189.
    .. [2] Theiler (1986), Phys Rev A 34:2427.
    .. [3] Eckmann and Ruelle (1992), Fundamental limitations for estimating dimensions and
       Lyapunov exponents in dynamical systems. Physica D 56:185.

    Examples
    --------
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, size=3000)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> round(correlation_dimension(circle, theiler=0).dimension, 1)
    1.0
    """
    whole(n_references, "n_references", low=1)
    known = np.flatnonzero(valid_samples(states))
    if len(known) < _FEWEST:
        raise NotEnough(
            f"a correlation dimension needs {_FEWEST} samples, but {len(known)} arrived; "
            "use a longer recording"
        )
    points = states[known]
    size = float(np.sqrt(points.var(axis=0).sum()))
    if not size > 0:
        raise ValueError("all states are equal, so they have no dimension; check the recording")
    if theiler is None:
        theiler = decorrelation_time(states)
    radii = _RADII * size
    counts, n_all = _close_pairs(points, known, radii, theiler=theiler, n_references=n_references)
    enough = np.flatnonzero(counts >= _PAIRS)
    _refuse_few(counts, len(known))
    radii, share, counts = radii[enough], counts[enough] / n_all, counts[enough]
    across, up = np.log(radii), np.log(share)
    slopes = np.gradient(up, across)
    inside = _flat(across, slopes)
    dimension = float(np.polyfit(across[inside], up[inside], 1)[0])
    limit = _limit(points, float(radii[inside][-1]), dimension)
    region = float(radii[inside][0]), float(radii[inside][-1])
    spread = float(slopes[inside].std())
    return CorrelationSum(dimension, region, spread, radii, share, slopes, counts, limit)


def _close_pairs(
    points: np.ndarray, times: np.ndarray, radii: np.ndarray, *, theiler: int, n_references: int
) -> tuple[Int[np.ndarray, "radii"], int]:
    """Count pairs within each radius and pairs in all, those close in time left out."""
    from scipy.spatial import KDTree

    n = len(points)
    chosen = np.unique(np.linspace(0, n - 1, min(n_references, n)).astype(int))
    counts = KDTree(points).count_neighbors(KDTree(points[chosen]), radii).astype(np.int64)
    n_all = len(chosen) * n
    for shift in range(-theiler, theiler + 1):  # every pair with itself, too
        other = chosen + shift
        at = chosen[(other >= 0) & (other < n)]
        at = at[np.abs(times[at + shift] - times[at]) <= theiler]
        distance = np.sort(np.linalg.norm(points[at] - points[at + shift], axis=1))
        counts -= np.searchsorted(distance, radii, side="right")
        n_all -= len(at)
    return counts, n_all


def _refuse_few(counts: np.ndarray, n: int) -> None:
    """Refuse when fewer than 50 pairs are close over a threefold range of radii."""
    step = np.log(_RADII[1] / _RADII[0])
    first = len(_RADII) - 1 - round(np.log(_WIDE) / step)
    if counts[first] >= _PAIRS:
        return
    wanted = ""
    if counts[-1] > counts[-8] > 0:
        steepness = np.log(counts[-1] / counts[-8]) / (7 * step)
        wanted = f", about {_PAIRS * _WIDE**steepness / counts[-1] * n:.0f} of these samples"
    raise NotEnough(
        f"a correlation dimension needs {_PAIRS} pairs of states closer than "
        f"{_RADII[first]:.2g} of the size of the attractor{wanted}, but {n} samples have "
        f"{max(int(counts[first]), 0)}; use a longer recording or fewer dimensions"
    )


def _flat(across: np.ndarray, slopes: np.ndarray) -> slice:
    """Return the widest range of radii whose local slopes agree."""
    least = np.log(_WIDE) - 1e-9
    best, widest = None, 0.0
    for first in range(len(across)):
        for end in range(first + 1, len(across)):
            width = across[end] - across[first]
            part = slopes[first : end + 1]
            agree = np.abs(part - part.mean()).max() <= _FLAT * part.mean()
            if agree and width >= max(least, widest):
                best, widest = slice(first, end + 1), width
    if best is None:
        raise ValueError(
            f"there is no scaling region: local slopes run from {slopes.min():.2f} to "
            f"{slopes.max():.2f} and nowhere agree within {_FLAT:.0%} over a {_WIDE:g}-fold range "
            "of radii; the signal is noisy, or has no dimension"
        )
    return best


def _limit(points: np.ndarray, radius: float, dimension: float) -> float:
    """Return the largest dimension that so many samples can show; refuse one beyond it."""
    extent = 2 * float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())
    decades = np.log10(extent / radius)
    limit = float(2 * np.log10(len(points)) / decades)
    if dimension > limit:
        raise NotEnough(
            f"a dimension of {dimension:.1f} needs {10 ** (dimension * decades / 2):.0f} samples, "
            f"but {len(points)} arrived, which show {limit:.1f} at most; use a longer recording"
        )
    return limit
