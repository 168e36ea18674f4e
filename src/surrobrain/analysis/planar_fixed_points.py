"""Fixed points of a flow in the plane, and whether it returns to them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex

__all__ = ["PlanarPoint", "planar_fixed_points"]

Flow = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
Span = tuple[float, float]

_GRID = 201  # points per axis between which a root is looked for
_NEAR = 3.0  # cells from where it was looked for


@dataclass(frozen=True, eq=False)
class PlanarPoint:
    """Where a flow stands still.

    Parameters
    ----------
    x, y : float
        Position.
    eigenvalues : array of complex, shape (2,)
        Of the Jacobian there, the larger real part first; per unit of the flow's time.
    """

    x: float
    y: float
    eigenvalues: Complex[np.ndarray, "2"]

    @property
    def stable(self) -> bool:
        """Whether every small departure dies out."""
        return bool(self.eigenvalues[0].real < 0)

    @property
    def kind(self) -> str:
        """Name of its type, such as "stable focus" or "saddle"."""
        first, second = self.eigenvalues
        if first.real > 0 > second.real:
            return "saddle"
        form = "node" if first.imag == 0 else "focus"
        return f"{'stable' if self.stable else 'unstable'} {form}"


def planar_fixed_points(flow: Flow, across: Span, up: Span) -> tuple[PlanarPoint, ...]:
    """Return the fixed points of a flow inside a window, from left to right.

    Use it to say what a phase plane shows.

    Parameters
    ----------
    flow : callable
        ``flow(x, y)`` returns (dx/dt, dy/dt) for arrays of any shape.
    across, up : pair of float
        Window: smallest and largest x, and y.

    Returns
    -------
    tuple of PlanarPoint

    Notes
    -----
    Near a fixed point both rates change sign over a cell of a grid of 200 by 200, or over one of
    its neighbors; from there Powell's hybrid method. Two fixed points in one cell, or
    one that the flow touches without a change of sign, are missed: look closer with a smaller
    window.

    References
    ----------
    .. [1] Strogatz (2015), Nonlinear dynamics and chaos. Westview, chapters 5 and 6.

    Examples
    --------
    >>> found = planar_fixed_points(lambda x, y: (x - x**3, -y), (-2.0, 2.0), (-1.0, 1.5))
    >>> [(round(point.x, 6), point.kind) for point in found]
    [(-1.0, 'stable node'), (0.0, 'saddle'), (1.0, 'stable node')]
    """
    x, y = np.linspace(*across, _GRID), np.linspace(*up, _GRID)
    cell = np.array([x[1] - x[0], y[1] - y[0]])
    with np.errstate(all="ignore"):
        rates = np.broadcast_arrays(*flow(*np.meshgrid(x, y)), np.zeros((_GRID, _GRID)))[:2]
    found: list[np.ndarray] = []
    for row, column in np.argwhere(_turns(rates[0]) & _turns(rates[1])):
        root = _root(flow, np.array([x[column], y[row]]) + cell / 2, cell)
        if root is None or (root < [x[0], y[0]]).any() or (root > [x[-1], y[-1]]).any():
            continue
        if all(np.abs((root - other) / cell).max() > 0.1 for other in found):
            found.append(root)
    points = [_point(flow, root, cell) for root in found]
    return tuple(sorted(points, key=lambda point: (point.x, point.y)))


def _turns(rate: np.ndarray) -> Bool[np.ndarray, "rows columns"]:
    """Tell in which cells, or next to which, a rate changes sign."""
    above = np.lib.stride_tricks.sliding_window_view(np.pad(rate > 0, 1, mode="edge"), (4, 4))
    return np.asarray(above.any(axis=(2, 3)) & ~above.all(axis=(2, 3)))


def _root(flow: Flow, start: np.ndarray, cell: np.ndarray) -> np.ndarray | None:
    """Return the root near the middle of a cell, or None where there is none."""
    from scipy.optimize import root

    found = root(lambda z: _rate(flow, start + cell * z), np.zeros(2), options={"xtol": 1e-10})
    near = found.success and np.abs(found.x).max() < _NEAR
    return start + cell * found.x if near else None


def _rate(flow: Flow, at: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.array([float(np.asarray(rate)) for rate in flow(*at)])


def _point(flow: Flow, root: np.ndarray, cell: np.ndarray) -> PlanarPoint:
    """Look at the Jacobian there, by central differences over a thousandth of a cell."""
    columns = []
    for k in range(2):
        step = np.zeros(2)
        step[k] = 1e-3 * cell[k]
        columns.append((_rate(flow, root + step) - _rate(flow, root - step)) / (2 * step[k]))
    first, second = sorted(np.linalg.eigvals(np.stack(columns, axis=1)), key=lambda v: -v.real)
    if abs(first.imag) < 1e-4 * abs(first.real):  # a double eigenvalue, torn by rounding
        first, second = first.real, second.real
    return PlanarPoint(float(root[0]), float(root[1]), np.array([first, second], dtype=complex))
