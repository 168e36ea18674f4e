"""Functions of two quantities without a formula: values on a grid, straight lines between."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, positive

__all__ = ["Table", "lookup"]


@dataclass(frozen=True, eq=False)
class Table:
    """Values of a function on an even grid, part of the equations of a node.

    Parameters
    ----------
    values : array, shape (n_x, n_y)
        The function at every point of the grid, at least two in each direction.
    x_start, x_step, y_start, y_step : float
        Where the grid begins and how far its points are apart.
    name : str
        What the generated loop calls it; distinct within a node.

    Raises
    ------
    ValueError
        The values are no finite matrix, a step is not positive, or the name is no plain word.

    Examples
    --------
    >>> table = Table(np.array([[0.0, 1.0], [2.0, 3.0]]), 0.0, 10.0, 0.0, 1.0, "plane")
    >>> float(lookup(np, table, np.float64(5.0), np.float64(0.25)))
    1.25
    """

    values: Float[np.ndarray, "x y"]
    x_start: float
    x_step: float
    y_start: float
    y_step: float
    name: str

    def __post_init__(self) -> None:
        """Refuse what cannot be looked up."""
        finite(self.values, f"values of the table {self.name}")
        if self.values.ndim != 2 or min(self.values.shape) < 2:
            raise ValueError(
                f"the table {self.name} needs at least two points in each direction, but shape "
                f"{self.values.shape} arrived"
            )
        positive(self.x_step, f"x_step of the table {self.name}")
        positive(self.y_step, f"y_step of the table {self.name}")
        if not self.name.isidentifier():
            raise ValueError(f"a table must have a plain name, but {self.name!r} arrived")


def lookup(xp: Any, table: Table, x: Any, y: Any) -> Any:
    """Return the value of a table at (x, y), bilinear inside a cell, held on beyond the edges.

    Parameters
    ----------
    xp : module or Tape
        As for a node: NumPy, torch, or the tracer that writes the compiled loop.
    table : Table
        The function.
    x, y : array or term
        Where to look.

    Returns
    -------
    array or term
        Derivatives are the slopes of the cell, 0 beyond the edges. NaN gives NaN.
    """
    n_x, n_y = table.values.shape
    row, u = _cell(xp, (x - table.x_start) * (1 / table.x_step), n_x)
    column, v = _cell(xp, (y - table.y_start) * (1 / table.y_step), n_y)
    at = row * float(n_y) + column
    corners = [_element(xp, table, at + float(k)) for k in (0, 1, n_y, n_y + 1)]
    near = corners[0] + v * (corners[1] - corners[0])
    far = corners[2] + v * (corners[3] - corners[2])
    return near + u * (far - near)


def _cell(xp: Any, position: Any, n: int) -> tuple[Any, Any]:
    """Return the number of a cell, and how far from its start a position lies."""
    last = float(n - 2)
    inside = xp.where(position < 0.0, 0.0, xp.where(position > last + 1, last + 1, position))
    # written so that NaN, which passes above, becomes 0 here: an address has to exist
    cell = xp.floor(xp.where(position > 0.0, xp.where(position < last, position, last), 0.0))
    return cell, inside - cell


def _element(xp: Any, table: Table, index: Any) -> Any:
    """Return the entry of a table, counted row by row, at a whole number."""
    if hasattr(xp, "element"):  # the tracer, or torch on a device that holds the table
        return xp.element(table, index)
    if hasattr(index, "new_tensor"):  # torch: on the device of the index, in its precision
        return index.new_tensor(table.values).reshape(-1)[index.long()]
    return table.values.reshape(-1).astype(index.dtype)[index.astype(np.int64)]
