"""A state space from one signal: its own past takes the place of what was not measured."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.signals.neighbors import decorrelation_time, nearest_neighbors
from surrobrain.signals.windows import valid_samples

__all__ = ["choose_delay", "choose_dimension", "delay_embedding"]

_STRETCHED, _APART = 15.0, 2.0  # Kennel's limits
_FALSE = 0.01
_ASKED = 2000
_FEWEST = 100


def delay_embedding(
    values: Float[np.ndarray, "times regions"], *, delay: int, dimension: int
) -> Float[np.ndarray, "states coordinates"]:
    """Return each sample together with samples of its past, as one state.

    Use it before an estimator that needs a state space, when fewer signals were measured than the
    system has variables.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and so is every state that would hold it.
    delay : int
        Samples between the coordinates of a state; see `choose_delay`.
    dimension : int
        Samples of each region in a state; see `choose_dimension`.

    Returns
    -------
    array, shape (n_times - (dimension - 1) delay, dimension n_regions)
        Row t holds values[t], values[t + delay], ...

    Raises
    ------
    NotEnough
        The recording is shorter than one state.

    Notes
    -----
    A dimension above twice that of the attractor is enough [1]_. Blind to which delay is right:
    any works on endless clean data, few work on short or noisy ones.

    References
    ----------
    .. [1] Takens (1981), Detecting strange attractors in turbulence. Sauer, Yorke and Casdagli
       (1991), Embedology. J Stat Phys 65:579.

    Examples
    --------
    >>> delay_embedding(np.arange(5.0)[:, None], delay=2, dimension=2)
    array([[0., 2.],
           [1., 3.],
           [2., 4.]])
    """
    whole(delay, "delay", low=1)
    whole(dimension, "dimension", low=1)
    n_states = len(values) - (dimension - 1) * delay
    if n_states < 1:
        raise NotEnough(
            f"a state of dimension {dimension} and delay {delay} spans "
            f"{(dimension - 1) * delay + 1} samples, but {len(values)} arrived"
        )
    states = np.hstack([values[k * delay : k * delay + n_states] for k in range(dimension)])
    return np.where(valid_samples(states)[:, None], states, np.nan)


def choose_delay(signal: Float[np.ndarray, "times"], *, n_bins: int = 16) -> int:
    """Return the delay at which a signal tells most that is new: where mutual information dips.

    Parameters
    ----------
    signal : array, shape (n_times,)
        One signal; samples that are not finite are missing.
    n_bins : int
        Equally filled bins of the histograms.

    Returns
    -------
    int
        First minimum, in samples, of the mutual information of the signal with its own past [1]_;
        or the first zero of the autocorrelation, when that comes earlier.

    Raises
    ------
    NotEnough
        Fewer than 100 samples.

    Notes
    -----
    An exactly periodic signal without noise has no such minimum, and the result means nothing.

    References
    ----------
    .. [1] Fraser and Swinney (1986), Independent coordinates for strange attractors from mutual
       information. Phys Rev A 33:1134.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=5000)
    >>> choose_delay(np.sin(np.arange(5000) / 6.4) + 0.1 * noise)  # a quarter of 40 samples
    11
    """
    _refuse_short(signal, "a delay")
    latest = min(decorrelation_time(signal[:, None]), len(signal) // 4)
    good = np.isfinite(signal)
    edges = np.quantile(signal[good], np.linspace(0, 1, n_bins + 1)[1:-1])
    symbols = np.searchsorted(edges, signal)
    before = np.inf
    for lag in range(1, latest):
        both = good[lag:] & good[:-lag]
        shared = _mutual_information(symbols[lag:][both], symbols[:-lag][both], n_bins)
        if shared > before:
            return lag - 1
        before = shared
    return latest


def choose_dimension(
    signal: Float[np.ndarray, "times"], *, delay: int, highest: int = 10, theiler: int | None = None
) -> int:
    """Return the smallest dimension in which neighbors are no artifact of projection.

    Parameters
    ----------
    signal : array, shape (n_times,)
        One signal; samples that are not finite are missing.
    delay : int
        Samples between coordinates.
    highest : int
        Largest dimension to try.
    theiler : int, optional
        Neighbors within so many samples do not count; by default those within the first zero of
        the autocorrelation.

    Returns
    -------
    int
        The first dimension in which fewer than 1 % of nearest neighbors are false.

    Raises
    ------
    NotEnough
        Fewer than 100 samples, or of states.
    ValueError
        No dimension does: the signal is noise, or more than the samples can show.

    Notes
    -----
    A neighbor is false when one more coordinate carries it away by over 15 times its distance, or
    by over 2 standard deviations of the signal [1]_.

    References
    ----------
    .. [1] Kennel, Brown and Abarbanel (1992), Determining embedding dimension for phase-space
       reconstruction using a geometrical construction. Phys Rev A 45:3403.

    Examples
    --------
    >>> wave = np.sin(np.sqrt(2) * np.arange(2000) / 5)
    >>> choose_dimension(wave, delay=5)
    2
    """
    _refuse_short(signal, "a dimension")
    if theiler is None:
        theiler = decorrelation_time(signal[:, None])
    for dimension in range(1, highest + 1):
        if _share_of_false(signal, dimension, delay, theiler) < _FALSE:
            return dimension
    raise ValueError(
        f"up to dimension {highest} more than {_FALSE:.0%} of the neighbors of the "
        f"{len(signal)} samples are false; the signal is noisy or high-dimensional: "
        "smooth it, or give the dimension yourself"
    )


def _share_of_false(
    signal: Float[np.ndarray, "times"], dimension: int, delay: int, theiler: int
) -> float:
    column = signal[:, None]
    states = delay_embedding(column, delay=delay, dimension=dimension)
    last = len(signal) - dimension * delay  # one more coordinate exists before
    further = signal[dimension * delay :]
    usable = np.flatnonzero(valid_samples(states[:last]) & np.isfinite(further))
    _refuse_short(usable, "a dimension")
    rows = usable[np.linspace(0, len(usable) - 1, min(_ASKED, len(usable))).astype(int)]
    near = nearest_neighbors(states, rows, theiler=theiler, last=last)
    rows, near = rows[near >= 0], near[near >= 0]
    if not len(rows):
        return 1.0
    distance = np.linalg.norm(states[rows] - states[near], axis=1)
    carried = np.abs(further[rows] - further[near])
    false = (carried > _STRETCHED * distance) | (carried > _APART * np.nanstd(signal))
    return float(false.mean())


def _mutual_information(first: np.ndarray, second: np.ndarray, n_bins: int) -> float:
    """Return the information in nats that two series of bin numbers share."""
    joint = np.bincount(first * n_bins + second, minlength=n_bins**2).reshape(n_bins, n_bins)
    p = joint / joint.sum()
    apart = np.outer(p.sum(axis=1), p.sum(axis=0))
    return float((p[p > 0] * np.log(p[p > 0] / apart[p > 0])).sum())


def _refuse_short(samples: np.ndarray, what: str) -> None:
    if len(samples) < _FEWEST:
        raise NotEnough(
            f"choosing {what} needs {_FEWEST} samples, but {len(samples)} arrived; "
            "use a longer recording"
        )
