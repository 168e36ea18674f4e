"""Epileptor: seizures that start and stop by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["Epileptor"]


@dataclass(frozen=True)
class Epileptor:
    """Fast discharges, slower spike-and-wave events and a slow permittivity that starts them.

    Parameters
    ----------
    x0 : float or array, shape (n_regions,)
        Excitability: seizures above about -2.06.
    I1, I2 : float or array, shape (n_regions,)
        Constant input to the discharges and to the spike-and-wave events.
    c, d : float or array, shape (n_regions,)
        Constants of y1.
    r : float or array, shape (n_regions,)
        Rate of the permittivity in 1/ms.
    tau2 : float or array, shape (n_regions,)
        Time constant of y2 in ms.

    Notes
    -----
    ::

        x1' = y1 - f1 - z + I1                  f1 = x1^3 - 3 x1^2            for x1 < 0
        y1' = c - d x1^2 - y1                        (x2 - 0.6 (z - 4)^2) x1  otherwise
        z'  = r (4 (x1 - x0) - z - h - coupling)     h = 0.1 z^7 for z < 0, 0 otherwise
        x2' = -y2 + x2 - x2^3 + I2 + 2 u - 0.3 (z - 3.5)
        y2' = (f2 - y2) / tau2                  f2 = 6 (x2 + 0.25) for x2 >= -0.25, 0 otherwise
        u'  = -0.01 (u - 0.1 x1)                coupling = G sum_j C[i, j] (x1_j - x1_i)

    States are pure numbers, one unit of the paper's time is called 1 ms. The output is x2 - x1,
    the local field potential. A positive G excites the neighbors of a seizing region. External
    input adds to the coupling: it acts on z, r times as strong, and excites where positive.
    Noise acts on x2 and y2 (sigma per sqrt(ms); the paper has 0.0025).

    Differs: the paper's 0.002 g is 2 u. TVB's Ks multiplies +coupling, so that a negative Ks
    excites there; its s (4) is never used.

    References
    ----------
    .. [1] Jirsa et al. (2014), On the nature of seizure dynamics. Brain 137:2210.

    Examples
    --------
    >>> Epileptor(x0=-2.2).I1
    3.1
    """

    x0: Value = param(-1.6, "1", bounds=(-10.0, 10.0))
    I1: Value = param(3.1, "1", bounds=(-10.0, 20.0))
    I2: Value = param(0.45, "1", bounds=(-10.0, 10.0))
    c: Value = param(1.0, "1", bounds=(-10.0, 10.0))
    d: Value = param(5.0, "1", bounds=(0.0, 20.0))
    r: Value = param(0.00035, "1/ms", bounds=(0.0, 0.1))
    tau2: Value = param(10.0, "ms", bounds=(0.1, 1000.0))

    states: ClassVar[tuple[str, ...]] = ("x1", "y1", "z", "x2", "y2", "u")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {
        "x1": -1.8, "y1": -15.2, "z": 3.6, "x2": -1.0, "y2": 0.0, "u": -0.17,
    }  # fmt: skip
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x2", "y2")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 5.0

    @property
    def step(self) -> float:
        """A fiftieth of a millisecond: seizures recur 1.3 % too late by Euler's error."""
        return 2e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        x1, y1, z, x2, y2, u = state
        square = x1 * x1
        f1 = xp.where(x1 < 0, square * x1 - 3 * square, (x2 - 0.6 * (z - 4) ** 2) * x1)
        f2 = xp.where(x2 < -0.25, 0.0, 6 * (x2 + 0.25))
        restoring = xp.where(z < 0, 0.1 * z**7, 0.0)
        return (
            y1 - f1 - z + p.I1,
            p.c - p.d * square - y1,
            p.r * (4 * (x1 - p.x0) - z - restoring - coupling[0]),
            x2 - y2 - x2 * x2 * x2 + p.I2 + 2 * u - 0.3 * (z - 3.5),
            (f2 - y2) / p.tau2,
            -0.01 * (u - 0.1 * x1),
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the discharges x1."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the local field potential x2 - x1."""
        return state[3] - state[0]
