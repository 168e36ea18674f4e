"""Cortical sheet: the local wiring of a surface, for neural fields."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, finite, positive
from surrobrain.data.sparse_connectome import SparseConnectome

__all__ = ["cortical_sheet"]

_AT_ONCE = 256  # vertices whose distances to all others are in memory


def cortical_sheet(
    vertices: Float[np.ndarray, "vertices 3"],
    faces: Int[np.ndarray, "faces 3"],
    *,
    width: float,
    reach: float | None = None,
    kernel: Literal["gaussian", "exponential", "mexican_hat"] = "gaussian",
    names: Sequence[str] = (),
) -> SparseConnectome:
    """Wire every vertex of a surface to its neighbors by a kernel of their distance.

    Parameters
    ----------
    vertices : array, shape (n_vertices, 3)
        Positions in mm.
    faces : array of int, shape (n_faces, 3)
        Triangles.
    width : float
        Width of the kernel in mm.
    reach : float, optional
        Distance in mm beyond which nothing is wired; three widths by default.
    kernel : {"gaussian", "exponential", "mexican_hat"}
        ``exp(-d^2 / 2 w^2)``, ``exp(-d / w)``, or ``(1 - d^2 / 2 w^2) exp(-d^2 / 2 w^2)``, whose
        surround inhibits.
    names : sequence of str, optional
        Names of the vertices; ``vertex_0`` ... when absent.

    Returns
    -------
    SparseConnectome
        Weights as the kernel gives them, times the area of the sending vertex in mm^2 (so that a
        finer mesh is the same field), and lengths. A vertex is not wired to itself.

    Raises
    ------
    ValueError
        A face names a vertex that is not there, or the kernel reaches no neighbor at all.

    Notes
    -----
    Distances run along the edges of the mesh, by Dijkstra's algorithm: up to some 10 % longer
    than the true geodesics, and never across a sulcus.

    References
    ----------
    .. [1] Amari (1977), Dynamics of pattern formation in lateral-inhibition type neural fields.
       Biol Cybern 27:77.
    .. [2] Sanz-Leon et al. (2015), Mathematical framework for large-scale brain network modeling
       in The Virtual Brain. NeuroImage 111:385.

    Examples
    --------
    >>> corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    >>> cortical_sheet(corners, np.array([[0, 1, 2], [1, 3, 2]]), width=1.0)
    SparseConnectome(4 places, 12 connections)
    """
    choice(kernel, ("gaussian", "exponential", "mexican_hat"), "kernel")
    positive(width, "width", unit="mm")
    reach = 3 * width if reach is None else positive(reach, "reach", unit="mm")
    finite(np.asarray(vertices, np.float64), "vertices")
    faces = np.asarray(faces, dtype=np.int64)
    if faces.min(initial=0) < 0 or faces.max(initial=0) >= len(vertices):
        raise ValueError(
            f"faces must name vertices 0 to {len(vertices) - 1}, but {faces.min()} to "
            f"{faces.max()} arrived"
        )
    pieces = list(_neighbors(np.asarray(vertices, np.float64), faces, reach))
    targets, sources, lengths = (np.concatenate(x) for x in zip(*pieces, strict=True))
    if not len(targets):
        raise ValueError(f"no vertex has a neighbor within {reach:g} mm; give a larger reach")
    weights = _kernel(kernel, lengths / width) * _areas(vertices, faces)[sources]
    names = tuple(names) or tuple(f"vertex_{k}" for k in range(len(vertices)))
    return SparseConnectome(targets, sources, weights, names, lengths)


def _neighbors(
    vertices: np.ndarray, faces: np.ndarray, reach: float
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield pairs of vertices within reach, and how far apart they are along the mesh."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    ends = np.unique(np.sort(np.concatenate([faces[:, [a, b]] for a, b in _SIDES])), axis=0)
    apart = np.linalg.norm(vertices[ends[:, 0]] - vertices[ends[:, 1]], axis=1)
    n = len(vertices)
    mesh = csr_array((apart, (ends[:, 0], ends[:, 1])), shape=(n, n))
    for first in range(0, n, _AT_ONCE):
        chosen = np.arange(first, min(first + _AT_ONCE, n))
        distance = dijkstra(mesh, directed=False, indices=chosen, limit=reach)
        distance[np.arange(len(chosen)), chosen] = np.inf
        row, source = np.nonzero(np.isfinite(distance))
        yield chosen[row], source, distance[row, source]


_SIDES = ((0, 1), (1, 2), (2, 0))


def _kernel(kernel: str, distance: np.ndarray) -> np.ndarray:
    """Return the weight at a distance in widths."""
    if kernel == "exponential":
        return np.exp(-distance)
    bell = np.exp(-(distance**2) / 2)
    return bell if kernel == "gaussian" else (1 - distance**2 / 2) * bell


def _areas(vertices: np.ndarray, faces: np.ndarray) -> Float[np.ndarray, "vertices"]:
    """Return a third of the area of every vertex's triangles in mm^2."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return np.bincount(faces.ravel(), np.repeat(area / 3, 3), len(vertices))
