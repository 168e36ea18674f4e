"""The shape of an attractor: its pieces and loops, and how long they last as it is blurred."""

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.lazy import need
from surrobrain.seeds import Seed, generator
from surrobrain.signals.windows import valid_samples

__all__ = ["diagram_distance", "landmarks", "persistence_diagram"]

_MOST = 10_000  # states that landmarks are chosen from


def persistence_diagram(
    states: Float[np.ndarray, "times dimensions"],
    *,
    degree: int = 1,
    n_landmarks: int = 300,
    seed: Seed = 0,
) -> Float[np.ndarray, "classes 2"]:
    """Return when the loops of a cloud of states appear and vanish, as its points are widened.

    Parameters
    ----------
    states : array, shape (n_times, n_dimensions)
        One state per sample, all dimensions in comparable units. A row that is not finite is
        missing.
    degree : int
        0 for connected pieces, 1 for loops, 2 for hollows.
    n_landmarks : int
        States that stand for all; see `landmarks`. Time grows with the cube of their number.
    seed : int or Generator
        Decides the first landmark. Repeat over seeds to see what the choice is worth.

    Returns
    -------
    array, shape (n_classes, 2)
        Radius of birth and of death of each class, in the unit of the states; the longest-lived
        first. The piece that never dies is left out.

    Raises
    ------
    MissingDependency
        The package ripser is not installed.
    NotEnough
        Fewer states than landmarks.

    Notes
    -----
    Homology of the Vietoris-Rips complex [1]_, by ripser [2]_, which computes in single precision.
    A circle has one loop, born near 0, that dies at sqrt 3 times its radius.

    Blind to time, and to what is thinner than the distance of landmarks. Outliers become
    landmarks first.

    References
    ----------
    .. [1] Edelsbrunner and Harer (2010), Computational topology. AMS, chapters 3 and 7.
    .. [2] Tralie, Saul and Bar-On (2018), Ripser.py. JOSS 3:925.

    Examples
    --------
    >>> angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> persistence_diagram(circle, n_landmarks=100).round(2)
    array([[0.11, 1.74]])
    """
    ripser = need("ripser", extra="topology").ripser
    whole(degree, "degree")
    chosen = states[landmarks(states, n_landmarks, seed=seed)]
    # squared norms would lose what is small; single precision comes early enough, in ripser
    distances = np.sqrt(np.square(chosen[:, None] - chosen).sum(axis=2))
    found = ripser(distances, maxdim=degree, distance_matrix=True)["dgms"][degree]
    diagram = found[np.isfinite(found[:, 1])].astype(np.float64).reshape(-1, 2)
    return diagram[np.argsort(diagram[:, 0] - diagram[:, 1], kind="stable")]


def landmarks(
    states: Float[np.ndarray, "times dimensions"], n_landmarks: int, *, seed: Seed = 0
) -> Int[np.ndarray, "landmarks"]:
    """Choose states that cover all others: each is the one farthest from those before.

    Parameters
    ----------
    states : array, shape (n_times, n_dimensions)
        One state per sample; a row that is not finite is missing. Of more than 10000 states,
        10000 evenly spaced in time are looked at.
    n_landmarks : int
        How many to choose.
    seed : int or Generator
        Decides the first.

    Returns
    -------
    array of int, shape (n_landmarks,)
        Their samples, in the order of choice.

    Raises
    ------
    NotEnough
        Fewer states than landmarks.

    Notes
    -----
    Max-min choice [1]_: no state is farther from its nearest landmark than twice what the best
    choice of so many could reach.

    References
    ----------
    .. [1] de Silva and Carlsson (2004), Topological estimation using witness complexes.

    Examples
    --------
    >>> line = np.linspace(0.0, 1.0, 101)[:, None]
    >>> landmarks(line, 3).tolist()  # by chance, the farther end, the middle between
    [85, 0, 42]
    """
    whole(n_landmarks, "n_landmarks", low=2)
    known = np.flatnonzero(valid_samples(states))
    if len(known) < n_landmarks:
        raise NotEnough(
            f"{n_landmarks} landmarks need as many samples, but {len(known)} arrived; "
            "use a longer recording or fewer landmarks"
        )
    if len(known) > _MOST:
        known = known[np.linspace(0, len(known) - 1, _MOST).astype(int)]
    points = states[known]
    chosen = [int(generator(seed).integers(len(points)))]
    nearest = np.full(len(points), np.inf)
    for _ in range(n_landmarks - 1):
        apart = np.square(points - points[chosen[-1]]).sum(axis=1)
        nearest = np.minimum(nearest, apart)
        chosen.append(int(nearest.argmax()))
    return known[chosen]


def diagram_distance(first: Float[np.ndarray, "m 2"], second: Float[np.ndarray, "n 2"]) -> float:
    """Return how far classes must be moved to turn one persistence diagram into another.

    Parameters
    ----------
    first, second : array, shape (n_classes, 2)
        Births and deaths; see `persistence_diagram`.

    Returns
    -------
    float
        1-Wasserstein distance: the sum of Euclidean distances of the best pairing, in which a
        class may also vanish, at its distance (death - birth) / sqrt 2 from the diagonal [1]_.

    References
    ----------
    .. [1] Cohen-Steiner, Edelsbrunner, Harer and Mileyko (2010), Lipschitz functions have
       Lp-stable persistence. Found Comput Math 10:127.

    Examples
    --------
    >>> loop = np.array([[0.0, 2.0]])
    >>> diagram_distance(loop, np.array([[0.0, 3.0], [1.0, 1.0]])), diagram_distance(loop, loop)
    (1.0, 0.0)
    """
    from scipy.optimize import linear_sum_assignment

    a, b = ((d[:, 1] - d[:, 0]) / np.sqrt(2) for d in (first, second))
    moved = np.sqrt(np.square(first[:, None] - second).sum(axis=2))
    saved = np.maximum(a[:, None] + b - moved, 0.0)  # a pair that saves nothing is no pair
    pairs = linear_sum_assignment(saved, maximize=True)
    paired = saved[pairs] > 0
    rows, columns = pairs[0][paired], pairs[1][paired]
    alone = np.delete(a, rows).sum() + np.delete(b, columns).sum()
    return float(moved[rows, columns].sum() + alone)
