"""Any model as equations of motion of one state vector, with exact derivatives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.dual import Dual, DualMath
from surrobrain.analysis.latent_map import latent_map
from surrobrain.analysis.network_flow import network_flow
from surrobrain.checks import choice
from surrobrain.data.connectome import Connectome
from surrobrain.learned.surrogate import Surrogate
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node

__all__ = ["Analyzable", "Equations", "System", "system_of"]

States = Float[np.ndarray, "points states"]
Motion = Callable[[np.ndarray, Any], np.ndarray]
Slopes = Callable[[np.ndarray, Any], tuple[np.ndarray, np.ndarray, np.ndarray]]
Equations = Callable[[Any, tuple, Any], tuple]


@dataclass(frozen=True, eq=False)
class System:
    """Equations of motion: a flow, ``dx/dt = motion(x)``, or a map, ``x' = motion(x)``.

    Parameters
    ----------
    motion : callable
        (states, value) -> rates or next states; shapes (n_points, n_states), and a number that
        the parameter has, or None for what the model has.
    slopes : callable
        (states, value) -> the same, its Jacobian (n_points, n_states, n_states), and its
        derivative by the parameter (n_points, n_states).
    start : array, shape (n_states,)
        Where a run begins.
    names : tuple of str
        What the states are.
    discrete : bool
        Whether it is a map.
    seconds : float
        Length of its unit of time, or of a step of the map.
    low, high : float or array, shape (n_states,)
        Where the states mean something.
    accuracy : float
        Relative accuracy of the motion; no fixed point can be known better.

    Examples
    --------
    >>> pitchfork = System.of_equations(lambda xp, x, a: (a * x[0] - x[0] ** 3,), [0.1])
    >>> pitchfork.slopes(np.array([[2.0]]), 1.0)[1]
    array([[[-11.]]])
    """

    motion: Motion
    slopes: Slopes
    start: Float[np.ndarray, "states"]
    names: tuple[str, ...]
    discrete: bool = False
    seconds: float = 1.0
    low: float | Float[np.ndarray, "states"] = -np.inf
    high: float | Float[np.ndarray, "states"] = np.inf
    accuracy: float = 1e-12

    @property
    def n_states(self) -> int:
        """Number of states."""
        return len(self.start)

    @classmethod
    def of_equations(
        cls, equations: Equations, start: Sequence[float], *, discrete: bool = False
    ) -> "System":
        """Return the system of equations written as a node's: ``equations(xp, states, value)``.

        Parameters
        ----------
        equations : callable
            Returns the rate, or the next value, of every state; ``value`` is the parameter.
        start : sequence of float
            Where a run begins.
        discrete : bool
            Whether it is a map.
        """
        n = len(start)

        def motion(x: np.ndarray, value: Any) -> np.ndarray:
            columns = equations(np, tuple(x.T), value)
            return np.stack([np.broadcast_to(c, len(x)) for c in columns], axis=1).astype(float)

        def slopes(x: np.ndarray, value: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            one = np.eye(n + 1)[:, :, None]
            states = tuple(Dual(x[:, k], one[k]) for k in range(n))
            given = None if value is None else Dual(value, one[n])
            found = equations(DualMath, states, given)
            by_all = np.zeros((len(x), n, n + 1))
            for k, f in enumerate(found):
                by_all[:, k] = np.broadcast_to(getattr(f, "slope", 0.0), (n + 1, len(x))).T
            return motion(x, value), by_all[:, :, :n], by_all[:, :, n]

        names = tuple(f"x{k}" for k in range(n))
        return cls(motion, slopes, np.asarray(start, dtype=float), names, discrete=discrete)


Analyzable = Network | Node | Surrogate | System


def system_of(
    model: Analyzable, *, parameter: str | None = None, regions: Sequence[str | int] = ()
) -> System:
    """Return the equations of motion of a model without its noise.

    Parameters
    ----------
    model : Network, Node, Surrogate or System
        Whose; a node stands for one region that hears nothing. A system is returned as it is.
    parameter : str, optional
        What ``value`` is: "coupling" or a parameter of the node; of a surrogate, the name of a
        region to which a constant input is given, in its unit per sample.
    regions : sequence of str or int, optional
        Regions whose parameter is meant; all by default.

    Raises
    ------
    TypeError
        Another kind of model.
    ValueError
        A network has delays, or there is no such parameter.
    """
    if isinstance(model, System):
        return model
    if isinstance(model, Network):
        flow = network_flow(model, parameter, regions)
        low, high = flow.limits
        return System(
            flow.motion, flow.slopes, flow.start, flow.names, seconds=flow.seconds, low=low,
            high=high,
        )  # fmt: skip
    if isinstance(model, Surrogate):
        if parameter is not None:
            choice(parameter, model.names, "region to give input to")
        step = latent_map(model, parameter)
        names = tuple(f"state {k}" for k in range(len(step.start)))
        return System(
            step.motion, step.slopes, step.start, names, discrete=True, seconds=1 / model.sfreq
        )
    if isinstance(model, Node):
        alone = Network(model, Connectome(np.zeros((1, 1))))
        return system_of(alone, parameter=parameter, regions=regions)
    raise TypeError(
        f"the equations of {type(model).__name__} are not known; give a network, a node, a "
        "surrogate, or System.of_equations"
    )
