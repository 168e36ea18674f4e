"""Surface: one hemisphere as triangles, and which region every vertex belongs to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import finite

__all__ = ["Surface"]


@dataclass(frozen=True, eq=False)
class Surface:
    """The cortical surface of one hemisphere, parcellated.

    Parameters
    ----------
    vertices : array, shape (n_vertices, 3)
        Positions in mm: x to the right, y to the front, z up.
    faces : array of int, shape (n_faces, 3)
        Triangles, as positions in ``vertices``; turned to face outwards where they do not.
    parcels : array of int, shape (n_vertices,)
        Number of every vertex's region, counted from 1; 0 where there is none (the medial wall).

    Raises
    ------
    ValueError
        A position is not finite, a face names a vertex that is not there, or the parcels do not
        fit the vertices.

    Examples
    --------
    >>> corners = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    >>> Surface(corners, np.array([[0, 1, 2]]), np.array([1, 1, 2])).face_parcels
    array([1])
    """

    vertices: Float[np.ndarray, "vertices 3"]
    faces: Int[np.ndarray, "faces 3"]
    parcels: Int[np.ndarray, "_"]

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        finite(self.vertices, "vertices")
        object.__setattr__(self, "faces", np.asarray(self.faces, dtype=np.int64))
        object.__setattr__(self, "parcels", np.asarray(self.parcels, dtype=np.int64))
        n = len(self.vertices)
        if self.faces.min(initial=0) < 0 or self.faces.max(initial=0) >= n:
            raise ValueError(
                f"faces must name vertices 0 to {n - 1}, but {self.faces.min()} to "
                f"{self.faces.max()} arrived"
            )
        if self.parcels.shape != (n,) or self.parcels.min(initial=0) < 0:
            raise ValueError(
                f"parcels must hold one number of at least 0 for each of {n} vertices, but shape "
                f"{self.parcels.shape} with minimum {self.parcels.min(initial=0)} arrived; a "
                "parcellation of both hemispheres has to be cut in two"
            )
        a, b, c = (self.vertices[self.faces[:, k]] - self.vertices.mean(axis=0) for k in range(3))
        if (a * np.cross(b, c)).sum() < 0:  # a negative volume: written inside out
            object.__setattr__(self, "faces", self.faces[:, ::-1])

    @property
    def face_parcels(self) -> Int[np.ndarray, "faces"]:
        """Region of every triangle: that of two of its corners, of the first when all differ."""
        first, second, third = self.parcels[self.faces].T
        return np.where(second == third, second, first)

    @property
    def normals(self) -> Float[np.ndarray, "vertices 3"]:
        """Unit vector at every vertex, outwards: the mean over its triangles, by their area."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        across = np.cross(b - a, c - a)
        summed = np.stack(
            [
                np.bincount(self.faces.ravel(), np.repeat(across[:, k], 3), len(self.vertices))
                for k in range(3)
            ],
            axis=1,
        )
        return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
