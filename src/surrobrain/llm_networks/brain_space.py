"""Where in the brain the columns of a measurement lie."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, finite

__all__ = ["BrainSpace"]

Kind = Literal["volume", "surface", "parcels"]


@dataclass(frozen=True, eq=False)
class BrainSpace:
    """Places of voxels, vertices or parcels: what null models and maps need.

    Parameters
    ----------
    kind : {"volume", "surface", "parcels"}
        What a column is.
    n : int
        Columns.
    coordinates : array, shape (n, 3), optional
        In mm; of a surface, those on its sphere. Without them nothing can be tested in space.
    voxels : array of int, shape (n, 3), optional
        Position of each in the grid of a volume.
    grid : array of int, shape (3,), optional
        Voxels along each axis of the volume.
    affine : array, shape (4, 4), optional
        From positions to mm.
    vertices : array of int, shape (n,), optional
        Number of each vertex on its hemisphere.
    right : array of int, shape (n,), optional
        1 for the right hemisphere, 0 for the left; of a surface.

    Raises
    ------
    ValueError
        The kind is unknown, or what was given does not fit the number of columns.

    Examples
    --------
    >>> BrainSpace("parcels", 2, np.array([[-40.0, 0, 0], [40.0, 0, 0]])).pick([0]).n
    1
    """

    kind: Kind
    n: int
    coordinates: Float[np.ndarray, "targets 3"] | None = None
    voxels: Int[np.ndarray, "targets 3"] | None = None
    grid: Int[np.ndarray, "3"] | None = None
    affine: Float[np.ndarray, "4 4"] | None = None
    vertices: Int[np.ndarray, "targets"] | None = None
    right: Int[np.ndarray, "targets"] | None = None

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.kind, ("volume", "surface", "parcels"), "kind of space")
        for name in ("coordinates", "voxels", "vertices", "right"):
            values = getattr(self, name)
            if values is not None and len(values) != self.n:
                raise ValueError(
                    f"{name} of {len(values)} places arrived for {self.n} columns; give one each"
                )
        if self.coordinates is not None:
            finite(self.coordinates, "coordinates")

    def pick(self, which: Any) -> "BrainSpace":
        """Keep some columns, given by positions or as an array of bool."""
        parts = {
            name: None if getattr(self, name) is None else getattr(self, name)[which]
            for name in ("coordinates", "voxels", "vertices", "right")
        }
        n = int(np.arange(self.n)[which].size)
        return BrainSpace(self.kind, n, grid=self.grid, affine=self.affine, **parts)

    def same_as(self, other: "BrainSpace") -> bool:
        """Tell whether two spaces have the same columns in the same places."""
        if (self.kind, self.n) != (other.kind, other.n):
            return False
        pairs = [
            (getattr(self, name), getattr(other, name)) for name in ("voxels", "vertices", "affine")
        ]
        return all(a is None or b is None or np.allclose(a, b, atol=1e-4) for a, b in pairs)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what an npz file can hold, for `from_arrays`."""
        known = ("coordinates", "voxels", "grid", "affine", "vertices", "right")
        return {
            f"space_{name}": getattr(self, name)
            for name in known if getattr(self, name) is not None
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, kind: Any, n: int, arrays: dict[str, np.ndarray]) -> "BrainSpace":
        """Return the space whose arrays stand among others."""
        prefix = "space_"
        own = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        return cls(kind, n, **own)
