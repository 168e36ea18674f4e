"""Numbers that carry their slopes: exact derivatives of a node's equations, at many states."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from surrobrain.mechanistic.table import Table

__all__ = ["Dual", "DualMath"]


class Dual:
    """A value and its slope in some directions: write equations with `DualMath` as ``xp``.

    Parameters
    ----------
    value : float or array, shape (...)
        The number.
    slope : array, shape (n_directions, ...)
        Its derivatives.

    Notes
    -----
    Forward differentiation: every operation applies its own rule, so slopes are exact.

    Examples
    --------
    >>> x = Dual(2.0, np.ones((1, 1)))
    >>> (x**3 + DualMath.exp(0 * x)).slope
    array([[12.]])
    """

    __slots__ = ("slope", "value")
    __array_ufunc__ = None  # arrays then leave the operation to us

    def __init__(self, value: Any, slope: Any) -> None:
        self.value, self.slope = value, slope

    def __add__(self, other: Any) -> "Dual":
        """Add."""
        value, slope = _parts(other)
        return Dual(self.value + value, self.slope + slope)

    __radd__ = __add__

    def __neg__(self) -> "Dual":
        """Change the sign."""
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> "Dual":
        """Subtract."""
        value, slope = _parts(other)
        return Dual(self.value - value, self.slope - slope)

    def __rsub__(self, other: Any) -> "Dual":
        """Subtract from a plain number."""
        return Dual(other - self.value, -self.slope)

    def __mul__(self, other: Any) -> "Dual":
        """Multiply."""
        value, slope = _parts(other)
        return Dual(self.value * value, self.slope * value + self.value * slope)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Dual":
        """Divide."""
        value, slope = _parts(other)
        quotient = self.value / value
        return Dual(quotient, (self.slope - quotient * slope) / value)

    def __rtruediv__(self, other: Any) -> "Dual":
        """Divide a plain number."""
        quotient = other / self.value
        return Dual(quotient, -quotient * self.slope / self.value)

    def __pow__(self, exponent: Any) -> "Dual":
        """Raise to a power."""
        if isinstance(exponent, Dual):
            return DualMath.exp(exponent * DualMath.log(self))
        return Dual(self.value**exponent, exponent * self.value ** (exponent - 1) * self.slope)

    def __lt__(self, other: Any) -> Any:
        """Compare values."""
        return self.value < _parts(other)[0]

    def __le__(self, other: Any) -> Any:
        """Compare values."""
        return self.value <= _parts(other)[0]

    def __gt__(self, other: Any) -> Any:
        """Compare values."""
        return self.value > _parts(other)[0]

    def __ge__(self, other: Any) -> Any:
        """Compare values."""
        return self.value >= _parts(other)[0]


def _parts(x: Any) -> tuple[Any, Any]:
    return (x.value, x.slope) if isinstance(x, Dual) else (x, 0.0)


def _function(
    value_of: Callable[[Any], Any], slope_of: Callable[[Any, Any], Any]
) -> Callable[[Any], Any]:
    """Return a function with its derivative as a function of argument and value."""

    def call(x: Any) -> Any:
        if not isinstance(x, Dual):
            return value_of(x)
        value = value_of(x.value)
        return Dual(value, slope_of(x.value, value) * x.slope)

    return call


class DualMath:
    """The functions that equations may use, on numbers that carry slopes."""

    exp = staticmethod(_function(np.exp, lambda _, y: y))
    log = staticmethod(_function(np.log, lambda x, _: 1 / x))
    sqrt = staticmethod(_function(np.sqrt, lambda _, y: 0.5 / y))
    sin = staticmethod(_function(np.sin, lambda x, _: np.cos(x)))
    cos = staticmethod(_function(np.cos, lambda x, _: -np.sin(x)))
    tanh = staticmethod(_function(np.tanh, lambda _, y: 1 - y * y))
    abs = staticmethod(_function(np.abs, lambda x, _: np.sign(x)))

    @staticmethod
    def sign(x: Any) -> Any:
        """Return -1, 0 or 1, which have no slope."""
        return np.sign(_parts(x)[0])

    @staticmethod
    def floor(x: Any) -> Any:
        """Return whole numbers, which have no slope."""
        return np.floor(_parts(x)[0])

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Any:
        """Choose; both sides are computed, as in NumPy."""
        (left, by_left), (right, by_right) = _parts(a), _parts(b)
        value = np.where(condition, left, right)
        if not isinstance(a, Dual) and not isinstance(b, Dual):
            return value
        return Dual(value, np.where(condition, by_left, by_right))

    @staticmethod
    def element(table: "Table", index: Any) -> Any:
        """Read entries of a table."""
        return table.values.reshape(-1)[np.asarray(index).astype(np.int64)]
