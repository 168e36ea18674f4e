"""Geometry of states: how many dimensions they fill, how they tangle, how two brains compare."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number
from surrobrain.errors import NotEnough

__all__ = [
    "Alignment", "intrinsic_dimension", "participation_ratio", "pca_dimension",
    "principal_angles", "procrustes", "tangling",
]  # fmt: skip

States = Float[np.ndarray, "times states"]
Either = Float[np.ndarray, "_ _"]  # two sets need not be of one size

_PAIRS = 2**24  # distances held at once


def participation_ratio(states: States) -> float:
    """Return how many principal components share the variance, between 1 and all.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        Samples, such as the values of a recording or the latent states of a surrogate.

    Notes
    -----
    ``(sum l)^2 / sum l^2`` of the eigenvalues l of the covariance [1]_.

    References
    ----------
    .. [1] Gao et al. (2017), A theory of multineuronal dimensionality, dynamics and measurement.
       bioRxiv 214262.

    Examples
    --------
    >>> participation_ratio(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]))
    2.0
    """
    variances = _variances(states)
    return float(variances.sum() ** 2 / np.square(variances).sum())


def pca_dimension(states: States, *, share: float = 0.95) -> int:
    """Return how many principal components hold a share of the variance.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        Samples.
    share : float
        Of the variance, between 0 and 1.
    """
    number(share, "share", low=0.0, high=1.0)
    variances = _variances(states)
    return int(np.searchsorted(np.cumsum(variances), share * variances.sum() * (1 - 1e-12)) + 1)


def intrinsic_dimension(states: States, *, discard: float = 0.1) -> float:
    """Return the dimension of the surface on which states lie, however it is bent.

    Use it beside `pca_dimension`: a circle has intrinsic dimension 1 and fills two components.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        Samples that do not follow each other closely; neighbors in time count as neighbors.
    discard : float
        Share of the largest ratios to leave out.

    Raises
    ------
    NotEnough
        There are fewer than 20 distinct states.

    Notes
    -----
    The ratio of the distances to the second and the first neighbor has the distribution
    ``F(m) = 1 - m^-d`` on a surface of dimension d [1]_: d is the slope of ``-log(1 - F)`` over
    ``log m``.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez & Laio (2017), Estimating the intrinsic dimension of datasets
       by a minimal neighborhood information. Sci Rep 7:12140.
    """
    from scipy.spatial import KDTree

    points = np.unique(finite(states, "states"), axis=0)
    if len(points) < 20:
        raise NotEnough(
            f"two nearest neighbors need at least 20 distinct states, but {len(points)} arrived; "
            "give a longer recording"
        )
    near = KDTree(points).query(points, k=3)[0]
    ratio = np.sort(np.log(near[:, 2] / near[:, 1]))
    kept = int(np.floor((1 - number(discard, "discard", low=0.0, high=0.9)) * len(ratio)))
    left = -np.log(1 - np.arange(1, len(ratio) + 1) / (len(ratio) + 1))
    x, y = ratio[:kept], left[:kept]
    return float(x @ y / (x @ x))


def tangling(states: States, *, sfreq: float, share: float = 0.1) -> Float[np.ndarray, "times"]:
    """Return for every state how differently nearby states move on.

    Use it to say whether a system drives itself: small where the state decides what comes next,
    large where it is driven by what is not seen.

    Parameters
    ----------
    states : array, shape (n_times, n_states)
        One stretch, even in time.
    sfreq : float
        Samples per second (Hz).
    share : float
        Softening: this share of the total variance is added to squared distances.

    Returns
    -------
    array, shape (n_times,)
        In 1/s^2.

    Notes
    -----
    ``Q(t) = max_s |dx(t) - dx(s)|^2 / (|x(t) - x(s)|^2 + e)`` [1]_, with e a tenth of the variance.

    References
    ----------
    .. [1] Russo et al. (2018), Motor cortex embeds muscle-like commands in an untangled population
       response. Neuron 97:953.
    """
    x = finite(states, "states").astype(float)
    speed = np.gradient(x, 1 / sfreq, axis=0)
    soft = share * x.var(axis=0).sum()
    found, size = np.empty(len(x)), max(1, _PAIRS // (len(x) * x.shape[1]))
    for first in range(0, len(x), size):
        some = slice(first, first + size)
        apart = np.square(x[some, None] - x).sum(axis=2)
        moved = np.square(speed[some, None] - speed).sum(axis=2)
        found[some] = (moved / (apart + soft)).max(axis=1)
    return found


def principal_angles(first: Either, second: Either, *, n_dimensions: int) -> np.ndarray:
    """Return the angles between the spaces of the leading components of two sets of states.

    Parameters
    ----------
    first, second : array, shape (n_times, n_states)
        Samples of the same states; the number of times may differ.
    n_dimensions : int
        Leading principal components of each.

    Returns
    -------
    array, shape (n_dimensions,)
        In degrees, the smallest first; 0 where a direction is shared, 90 where none is.
    """
    from scipy.linalg import subspace_angles

    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"the states differ in number, {first.shape[1]} and {second.shape[1]}; keep the shared "
            "ones, or align them with procrustes"
        )
    spaces = [np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2] for x in (first, second)]
    angles = subspace_angles(*(space[:n_dimensions].T for space in spaces))
    return np.rad2deg(np.sort(angles))


@dataclass(frozen=True, eq=False)
class Alignment:
    """How one set of states is turned onto another.

    Parameters
    ----------
    rotation : array, shape (n_states, n_states)
        ``(second - center) @ rotation * scale`` lies on ``first - center``.
    scale : float
        Stretch.
    distance : float
        What remains, as a share of the variance of the first: 0 for equal shapes, 1 for none.
    aligned : array, shape (n_times, n_states)
        The second set in the place of the first.
    """

    rotation: Float[np.ndarray, "states states"]
    scale: float
    distance: float
    aligned: Float[np.ndarray, "times states"]


def procrustes(first: Either, second: Either) -> Alignment:
    """Turn and stretch the states of one brain onto those of another.

    Parameters
    ----------
    first, second : array, shape (n_times, n_states)
        Samples of the same moments; where one has fewer states, it is filled up with zeros.

    Returns
    -------
    Alignment

    References
    ----------
    .. [1] Schönemann (1966), A generalized solution of the orthogonal Procrustes problem.
       Psychometrika 31:1.
    """
    if len(first) != len(second):
        raise ValueError(
            f"the sets have {len(first)} and {len(second)} times; give samples of the same moments"
        )
    n = max(first.shape[1], second.shape[1])
    x, y = (np.pad(z, ((0, 0), (0, n - z.shape[1]))).astype(float) for z in (first, second))
    center = x.mean(axis=0)
    x, y = x - center, y - y.mean(axis=0)
    u, s, vh = np.linalg.svd(y.T @ x)
    rotation, scale = u @ vh, float(s.sum() / np.square(y).sum())
    aligned = scale * y @ rotation
    distance = float(np.square(x - aligned).sum() / np.square(x).sum())
    return Alignment(rotation, scale, distance, aligned + center)


def _variances(states: States) -> Float[np.ndarray, "components"]:
    x = finite(states, "states").astype(float)
    sizes = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    if not sizes.any():
        raise ValueError("the states never change, so they fill no dimension; give other samples")
    return np.square(sizes)
