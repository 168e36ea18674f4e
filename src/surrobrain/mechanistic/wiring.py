"""Which region hears which, how strongly, and how many steps later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from surrobrain.mechanistic.node import pathways

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Wiring", "wirings"]


@dataclass(frozen=True, eq=False)
class Wiring:
    """The connections of one pathway, one entry each.

    Parameters
    ----------
    targets, sources : array, shape (n_connections,)
        Positions of the regions, sorted by target.
    weights : array, shape (n_connections,)
        Strengths.
    steps : array, shape (n_connections,)
        Whole steps of delay.
    fraction : array, shape (n_connections,)
        Rest of the delay as a share of a step; 0 where delays are rounded.
    """

    targets: Int[np.ndarray, "connections"]
    sources: Int[np.ndarray, "connections"]
    weights: Float[np.ndarray, "connections"]
    steps: Int[np.ndarray, "connections"]
    fraction: Float[np.ndarray, "connections"]

    @property
    def reach(self) -> int:
        """Steps of the past that are still heard."""
        return int((self.steps + (self.fraction > 0)).max(initial=0))

    def whole(self) -> "Wiring":
        """Return the same with whole delays: a fraction is shared by the two steps around it."""
        if not (self.fraction > 0).any():
            return self
        origin, late, share = self.shares()
        return Wiring(
            self.targets[origin], self.sources[origin], self.weights[origin] * share,
            self.steps[origin] + late, np.zeros(len(origin)),
        )  # fmt: skip

    def shares(
        self,
    ) -> tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_"], Float[np.ndarray, "_"]]:
        """Return for every connection of ``whole`` where it comes from, if it is late, its share.

        A connection whose delay lies between two steps becomes two, the second a step later.
        """
        split = np.flatnonzero(self.fraction > 0)
        origin = np.concatenate([np.arange(len(self.targets)), split])
        late = np.repeat([0, 1], [len(self.targets), len(split)])
        share = np.where(late == 1, self.fraction[origin], 1 - self.fraction[origin])
        order = np.argsort(self.targets[origin], kind="stable")
        return origin[order], late[order], share[order]

    def reversed(self) -> "Wiring":
        """Return the same connections from target to source."""
        order = np.lexsort((self.targets, self.sources))
        return Wiring(
            self.sources[order], self.targets[order], self.weights[order], self.steps[order],
            self.fraction[order],
        )  # fmt: skip


def wirings(network: "Network") -> tuple[Wiring, ...]:
    """Return the wiring of every channel of a network's node; equal ones are the same object."""
    made: dict[str, Wiring] = {}
    for name in pathways(network.node, network.n_channels):
        if name not in made:
            made[name] = _tracts(network) if name == "tracts" else _own(network, name)
    return tuple(made[name] for name in pathways(network.node, network.n_channels))


def _tracts(network: "Network") -> Wiring:
    targets, sources, weights, lengths = network.connectome.edges()
    delays = np.zeros(len(weights))
    if network.speed is not None:
        delays = lengths / (1000.0 * network.speed) / network.dt_seconds
    return _wiring(network, targets, sources, weights, delays)


def _own(network: "Network", name: str) -> Wiring:
    """Every region hears itself, after the delay that a parameter of its node gives."""
    regions = np.arange(network.n_regions)
    delays = np.broadcast_to(getattr(network.node, name), len(regions)) / network.step_in_node_unit
    return _wiring(network, regions, regions, np.ones(len(regions)), delays)


def _wiring(
    network: "Network",
    targets: np.ndarray,
    sources: np.ndarray,
    weights: np.ndarray,
    delays: np.ndarray,
) -> Wiring:
    if network.delays == "rounded":
        delays = np.rint(delays)
    steps = np.floor(delays).astype(np.int64)
    return Wiring(targets, sources, weights, steps, delays - steps)
