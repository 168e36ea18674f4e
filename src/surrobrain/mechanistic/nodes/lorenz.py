"""Lorenz: the best known chaos, to test what claims to see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["Lorenz"]


@dataclass(frozen=True)
class Lorenz:
    """Three variables on a strange attractor; no model of a brain, but one whose truth is known.

    Parameters
    ----------
    sigma, rho, beta : float or array, shape (n_regions,)
        Prandtl number, Rayleigh number in units of its critical value, and a geometric factor.

    Notes
    -----
    ::

        dx/dt = sigma (y - x) + coupling
        dy/dt = x (rho - z) - y
        dz/dt = x y - beta z                    coupling = G sum_j C[i, j] (x_j - x_i)

    States are pure numbers, one unit of the paper's time is called 1 s. External input adds to
    the coupling. Noise acts on x, y and z (per sqrt(s)). The largest Lyapunov
    exponent of the defaults is 0.906 per s; the equilibria at x = y = +-sqrt(beta (rho - 1)) are
    stable for rho below sigma (sigma + beta + 3) / (sigma - beta - 1) = 24.74.

    References
    ----------
    .. [1] Lorenz (1963), Deterministic nonperiodic flow. J Atmos Sci 20:130.

    Examples
    --------
    >>> Lorenz(rho=20.0).sigma
    10.0
    """

    sigma: Value = param(10.0, "1", bounds=(0.0, 1000.0))
    rho: Value = param(28.0, "1", bounds=(-1000.0, 1000.0))
    beta: Value = param(8 / 3, "1", bounds=(0.0, 1000.0))

    states: ClassVar[tuple[str, ...]] = ("x", "y", "z")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"x": 1.0, "y": 1.0, "z": 20.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "y", "z")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 20.0

    @property
    def step(self) -> float:
        """A millisecond, a hundredth of 1 / sigma."""
        return 1e-3

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/s."""
        x, y, z = state
        return p.sigma * (y - x) + coupling[0], x * (p.rho - z) - y, x * y - p.beta * z

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
