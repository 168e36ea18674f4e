"""A network as a flow of one state vector, many states at once, with exact derivatives."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.dual import Dual, DualMath
from surrobrain.checks import choice, indices
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters, pathways

__all__ = ["NetworkFlow", "network_flow"]


def network_flow(
    network: Network, parameter: str | None = None, regions: Sequence[str | int] = ()
) -> "NetworkFlow":
    """Return the flow of a network; see `NetworkFlow`.

    Parameters
    ----------
    network : Network
        Without delays.
    parameter : str, optional
        "coupling" or a parameter of the node.
    regions : sequence of str or int
        Whose parameter it is; all if empty.

    Raises
    ------
    ValueError
        The network has delays, or there is no such parameter.
    """
    if network.reach:
        raise ValueError(
            "a network with delays has a state without end, but its equations of motion are asked "
            "for; leave speed out (fixed points stay where they are, their stability may not)"
        )
    if parameter is not None:
        choice(parameter, ("coupling", *parameters(network.node)), "parameter")
    return NetworkFlow(network, parameter, indices(regions, network.regions))


class NetworkFlow:
    """Rates of all states of all regions, states first, in the time unit of the node.

    Parameters
    ----------
    network : Network
        Without delays; noise, limits of states and the observer are left out.
    parameter : str, optional
        What ``value`` stands for.
    regions : list of int
        Where it acts; everywhere if empty.
    """

    def __init__(self, network: Network, parameter: str | None, regions: list[int]) -> None:
        self.node, self.form = network.node, network.coupling_form
        self.parameter, self.regions = parameter, regions
        self.n, self.n_states = network.n_regions, len(network.node.states)
        self.row = network.connectome.row_sums
        self.weights = [_matrix(wiring, self.n) for wiring in network.wirings]
        ways = pathways(network.node, network.n_channels)
        self.tracts = [c for c, way in enumerate(ways) if way == "tracts"]
        self.start = network.initial_state.values[: self.n_states].astype(float).ravel()
        self.names = tuple(f"{s} of {r}" for s in self.node.states for r in network.regions)
        self.seconds = {"s": 1.0, "ms": 1e-3}[self.node.time_unit]

    @property
    def limits(self) -> tuple[Float[np.ndarray, "states"], Float[np.ndarray, "states"]]:
        """Smallest and largest values that the node allows its states."""
        bounds = np.array([self.node.limits.get(s, (-np.inf, np.inf)) for s in self.node.states])
        low, high = np.repeat(bounds.astype(float), self.n, axis=0).T
        return low, high

    def motion(self, x: Float[np.ndarray, "points states"], value: Any) -> np.ndarray:
        """Return the rates at many states."""
        p, g = self._numbers(value)
        states = self._split(x)
        totals = [
            np.broadcast_to(sent, states[0].shape) @ w.T
            for w, sent in zip(self.weights, self._sent(np, states, p, g), strict=True)
        ]
        rates = self._drift(np, states, totals, p, g)
        return np.stack([np.broadcast_to(r, states[0].shape) for r in rates], axis=1).reshape(
            x.shape
        )

    def slopes(
        self, x: Float[np.ndarray, "points states"], value: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the rates, their Jacobian, and their derivative by the parameter."""
        k, n_channels, shape = self.n_states, len(self.weights), (len(x), self.n)
        one = np.eye(k + n_channels + 1)[:, :, None, None]  # (which, direction, point, region)
        p, g = self._numbers(value, one[-1])
        states = tuple(Dual(s, one[j]) for j, s in enumerate(self._split(x)))
        sent = [_spread(s, len(one), shape) for s in self._sent(DualMath, states, p, g)]
        totals = [
            Dual(s.value @ w.T, one[k + c] + one[-1] * (s.slope[-1] @ w.T))
            for c, (w, s) in enumerate(zip(self.weights, sent, strict=True))
        ]
        rates = [_spread(r, len(one), shape) for r in self._drift(DualMath, states, totals, p, g)]
        jacobian = np.zeros((len(x), k, self.n, k, self.n))
        each = np.arange(self.n)
        for i, rate in enumerate(rates):
            for j in range(k):
                jacobian[:, i, each, j, each] = rate.slope[j]
                for c, weights in enumerate(self.weights):
                    heard, said = rate.slope[k + c], sent[c].slope[j]
                    if weights.any() and said.any():
                        jacobian[:, i, :, j] += heard[:, :, None] * weights * said[:, None, :]
        by_parameter = np.stack([r.slope[-1] for r in rates], axis=1).reshape(x.shape)
        value_of = np.stack([r.value for r in rates], axis=1).reshape(x.shape)
        return value_of, jacobian.reshape(len(x), x.shape[1], x.shape[1]), by_parameter

    def _split(self, x: np.ndarray) -> tuple:
        return tuple(np.moveaxis(x.reshape(len(x), self.n_states, self.n), 1, 0))

    def _numbers(self, value: Any, direction: Any = None) -> tuple[SimpleNamespace, Any]:
        """Return the numbers of node and coupling, the parameter with its slope if asked."""
        p, g = SimpleNamespace(**parameters(self.node)), SimpleNamespace(**parameters(self.form))
        if self.parameter is None:
            return p, g
        coupled = self.parameter == "coupling"
        owner, name = (g, "strength") if coupled else (p, self.parameter)
        here = np.ones(self.n)
        if self.regions:
            here = np.isin(np.arange(self.n), self.regions).astype(float)
        own = getattr(owner, name)
        given = own if value is None else np.where(here > 0, value, own)
        setattr(owner, name, given if direction is None else Dual(given, direction * here))
        return p, g

    def _sent(self, xp: Any, states: tuple, p: Any, g: Any) -> list:
        source = list(self.node.source(xp, states, p))
        chosen = tuple(source[c] for c in self.tracts)
        for c, s in zip(self.tracts, self.form.send(xp, chosen, g), strict=True):
            source[c] = s
        return source

    def _drift(self, xp: Any, states: tuple, totals: list, p: Any, g: Any) -> tuple:
        sent, arriving = self._sent(xp, states, p, g), list(totals)
        received = self.form.receive(
            xp, tuple(totals[c] for c in self.tracts), tuple(sent[c] for c in self.tracts),
            self.row, g,
        )  # fmt: skip
        for c, r in zip(self.tracts, received, strict=True):
            arriving[c] = r
        return self.node.drift(xp, states, tuple(arriving), p)


def _spread(x: Any, n_directions: int, shape: tuple[int, int]) -> Dual:
    """Give a traced number every point, region and direction."""
    value, slope = (x.value, x.slope) if isinstance(x, Dual) else (x, 0.0)
    return Dual(np.broadcast_to(value, shape), np.broadcast_to(slope, (n_directions, *shape)))


def _matrix(wiring: Any, n: int) -> Float[np.ndarray, "regions regions"]:
    matrix = np.zeros((n, n))
    np.add.at(matrix, (wiring.targets, wiring.sources), wiring.weights)
    return matrix
