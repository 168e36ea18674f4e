"""How fast neighbors part: the largest Lyapunov exponent, read off data."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive
from surrobrain.errors import NotEnough
from surrobrain.seeds import Seed, generator
from surrobrain.signals.neighbors import decorrelation_time, nearest_neighbors
from surrobrain.signals.windows import valid_samples

__all__ = ["Divergence", "lyapunov_exponent"]

_FEWEST = 500
_PAIRS = 4000
_LAGS, _EDGES = 300, 60
_ROOM = 1.5  # nats below the size of the attractor, where growth is no longer free
_RISE, _POINTS = 1.0, 5  # the least a straight part must have
_BEND = 0.1  # slopes at both ends lie so close to their mean
_WAVE = 0.05  # of the rise: standard deviation about the parabola


@dataclass(frozen=True, eq=False)
class Divergence:
    """How the distance of neighbors grows, and the straight part of its logarithm.

    Parameters
    ----------
    exponent : float
        Slope of the straight part: the largest Lyapunov exponent, in 1/s.
    window : (float, float)
        Where the straight part begins and ends, in seconds.
    residual : float
        Standard deviation of the curve about the line, inside the window, in nats.
    times : array, shape (n_lags,)
        Seconds after two states were neighbors.
    log_distance : array, shape (n_lags,)
        Mean logarithm of their distance by then.
    ceiling : float
        The same for states that have nothing to do with each other.
    n_pairs : int
        Pairs of neighbors that were followed.
    """

    exponent: float
    window: tuple[float, float]
    residual: float
    times: Float[np.ndarray, "lags"]
    log_distance: Float[np.ndarray, "lags"]
    ceiling: float
    n_pairs: int


def lyapunov_exponent(
    states: Float[np.ndarray, "times dimensions"],
    *,
    sfreq: float,
    theiler: int | None = None,
    window: tuple[float, float] | None = None,
    seed: Seed = 0,
) -> Divergence:
    """Estimate the largest Lyapunov exponent from data, by the divergence of neighbors.

    Use it for recordings. Of a model ask its tangent dynamics (`lyapunov_spectrum`): exact, and
    without a window to choose.

    Parameters
    ----------
    states : array, shape (n_times, n_dimensions)
        One state per sample, all dimensions in comparable units; of a single signal first make
        states by `delay_embedding`. A row that is not finite is missing.
    sfreq : float
        Samples per second (Hz).
    theiler : int, optional
        Samples within which states do not count as neighbors; by default the first zero of the
        autocorrelation, of the slowest dimension.
    window : (float, float), optional
        Seconds between which the line is fitted; by default the straight part that rises most.
    seed : int or Generator
        Decides which states measure the ceiling.

    Returns
    -------
    Divergence
        The exponent in 1/s, with the curve and the window it comes from.

    Raises
    ------
    NotEnough
        Fewer than 500 samples.
    ValueError
        The curve has no straight part, or the window holds fewer than 5 lags.

    Notes
    -----
    Mean over pairs of log |x(i + t) - x(j + t)|, where j is the nearest neighbor of i outside the
    Theiler window [1]_. Straight is a part whose slopes, by a parabola, differ by less than 10 %
    from their mean at both ends; it rises by one nat or more, lasts a mean period or more (before,
    neighbors only turn to where growth is fastest) and ends 1.5 nats below the ceiling.
    The window is everything: on Lorenz's system the slope over the first second is 1.34 and over
    the next two 0.84, the truth is 0.906. Expect errors of 10 to 25 %.

    Blind to order and noise that look alike: noise makes neighbors part fast at first, and the
    slope of a smooth noise can be mistaken for chaos, so hold it against `phase_randomized`
    copies. An exponent of zero or below has no rising part and is refused.

    References
    ----------
    .. [1] Rosenstein, Collins and De Luca (1993), A practical method for calculating largest
       Lyapunov exponents from small data sets. Physica D 65:117.

    Examples
    --------
    >>> x = [0.4]
    >>> for _ in range(1999):
    ...     x.append(4 * x[-1] * (1 - x[-1]))  # logistic map: ln 2 = 0.693 per step
    >>> found = lyapunov_exponent(np.array(x)[:, None], sfreq=1.0)
    >>> round(found.exponent, 2), found.window
    (0.69, (0.0, 8.0))
    """
    sfreq = positive(sfreq, "sfreq", unit="Hz")
    known = np.flatnonzero(valid_samples(states))
    if len(known) < _FEWEST:
        raise NotEnough(
            f"a Lyapunov exponent needs {_FEWEST} samples, but {len(known)} arrived; "
            "use a longer recording"
        )
    rows, near = _pairs(states, known, theiler)
    ceiling = _ceiling(states, seed)

    def log_distance(lag: int) -> float:
        return _mean_log(states[rows + lag] - states[near + lag])

    longest = None if window is None else int(np.ceil(window[1] * sfreq))
    lags = _lags(log_distance, len(states) // 4, ceiling, longest)
    curve = np.array([log_distance(lag) for lag in lags.tolist()])
    times = lags / sfreq
    inside = (
        _straight(times, curve, ceiling, _mean_period(states) / sfreq)
        if window is None
        else np.flatnonzero((times >= window[0]) & (times <= window[1]))
    )
    if len(inside) < _POINTS:
        _refuse(curve, ceiling, window, len(rows))
    t, y = times[inside], curve[inside]
    slope, height = np.polyfit(t, y, 1)
    residual = float((y - slope * t - height).std())
    edges = float(t[0]), float(t[-1])
    return Divergence(float(slope), edges, residual, times, curve, ceiling, len(rows))


def _pairs(
    states: np.ndarray, known: np.ndarray, theiler: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return some states and the nearest neighbor of each, with a quarter of all times to go."""
    last = len(states) - len(states) // 4
    known = known[known < last]
    rows = known[np.linspace(0, len(known) - 1, min(_PAIRS, len(known))).astype(int)]
    theiler = decorrelation_time(states) if theiler is None else theiler
    near = nearest_neighbors(states, rows, theiler=theiler, last=last)
    return rows[near >= 0], near[near >= 0]


def _lags(
    log_distance: Callable[[int], float], most: int, ceiling: float, longest: int | None
) -> np.ndarray:
    """Return lags until the distance has grown to that of strangers."""
    if longest is None:
        longest = 8
        while longest < most and log_distance(longest) < ceiling - _ROOM / 3:
            longest *= 2
    longest = min(longest, most)
    return np.unique(np.linspace(0, longest, min(_LAGS, longest) + 1).round().astype(int))


def _mean_period(states: np.ndarray) -> float:
    """Return one over the mean frequency, in samples: about once around the attractor."""
    gap = ~valid_samples(states)[:, None]
    scale = np.nanstd(states, axis=0)
    centered = (states - np.nanmean(states, axis=0)) / np.where(scale > 0, scale, 1.0)
    power = np.square(np.abs(np.fft.rfft(np.where(gap, 0.0, centered), axis=0))).sum(axis=1)
    total = float((np.fft.rfftfreq(len(states)) * power).sum())
    return float(power.sum()) / total if total > 0 else float(len(states))


def _straight(times: np.ndarray, curve: np.ndarray, ceiling: float, shortest: float) -> np.ndarray:
    """Return the lags of the straight part that rises most; none when there is none."""
    beyond = np.flatnonzero(~(curve < ceiling - _ROOM))
    n_free = int(beyond[0]) if len(beyond) else len(curve)
    edges = np.unique(np.linspace(0, n_free - 1, min(_EDGES, max(n_free, 1))).round().astype(int))
    best, highest = np.empty(0, int), _RISE
    for first in edges:
        for end in edges[edges >= first + _POINTS - 1]:
            if curve[end] - curve[first] < highest or times[end] - times[first] < shortest:
                continue
            part = slice(first, end + 1)
            middle, half = (times[first] + times[end]) / 2, (times[end] - times[first]) / 2
            t = (times[part] - middle) / half  # from -1 to 1, so that the slope is half the rise
            curvature, slope, height = np.polyfit(t, curve[part], 2)
            wave = (curve[part] - slope * t - height - curvature * t**2).std()
            bent = 2 * abs(curvature) > _BEND * slope or wave > _WAVE * 2 * slope
            if not bent and 2 * slope > highest:
                best, highest = np.arange(first, end + 1), 2 * slope
    return best


def _ceiling(states: np.ndarray, seed: Seed) -> float:
    good = states[valid_samples(states)]
    first, second = np.array_split(generator(seed).permutation(len(good))[: 2 * _PAIRS], 2)
    n = min(len(first), len(second))
    return _mean_log(good[first[:n]] - good[second[:n]])


def _mean_log(differences: np.ndarray) -> float:
    distance = np.sqrt(np.square(differences).sum(axis=1))
    known = distance > 0  # neither a gap nor a coincidence
    return float(np.log(distance[known]).mean()) if known.any() else float("nan")


def _refuse(
    curve: np.ndarray, ceiling: float, window: tuple[float, float] | None, n_pairs: int
) -> None:
    if window is not None:
        raise ValueError(
            f"the window from {window[0]:g} to {window[1]:g} s holds fewer than {_POINTS} lags, "
            "or reaches beyond a quarter of the recording; use another window"
        )
    room = ceiling - float(curve[0]) - _ROOM if n_pairs else float("nan")
    raise ValueError(
        f"the distance of {n_pairs} neighbors has no straight part that grows {np.e:.1f}-fold over "
        f"a mean period, below the size of the attractor (room: {max(room, 0.0):.1f} of 1 nat): "
        "the signal is noise, not chaotic, or too short for its dimension; give window=... to "
        "read a slope off the curve all the same"
    )
