"""The same run in plain NumPy: slow, short, and the judge of the compiled loop."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.draws import normals
from surrobrain.mechanistic.events import numbers_of, samples
from surrobrain.mechanistic.noise import sigma_per_state
from surrobrain.mechanistic.steppers import between
from surrobrain.mechanistic.wiring import Wiring

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["run"]


def run(
    network: "Network", n_times: int, *, seed: int = 0, lane: int = 0
) -> Float[np.ndarray, "times observed"]:
    """Run a float64 network from its initial state, without settling and without inputs.

    Parameters
    ----------
    network : Network
        What to simulate.
    n_times : int
        Number of samples.
    seed, lane : int
        Decide the noise, as in the compiled loop.

    Returns
    -------
    array, shape (n_times, n_observed)
        Samples.
    """
    node, n, start = network.node, network.n_regions, network.initial_state
    sigma = sigma_per_state(network.noise_kind, node, n)
    numbers = numbers_of(network, np.asarray, sigma=sigma, varied={})
    n_steps = n_times * network.steps_per_sample
    noise = {
        name: normals(seed, n_steps, n, variable=v, lane=lane)
        for v, name in enumerate(numbers.sizes)
    }
    found = samples(
        network, np, numbers=numbers, past=_Past(network),
        draws=lambda k: {name: z[k] for name, z in noise.items()},
        start=(tuple(start.values), tuple(start.observer)),
        n_times=n_times,
    )  # fmt: skip
    return network.projected(np.stack(list(found)))


class _Past:
    """What was sent, moment by moment, and its weighted sums, connection by connection."""

    def __init__(self, network: "Network") -> None:
        self.network = network
        self.wirings = [wiring.whole() for wiring in network.wirings]
        # one (channels, regions) per step, the oldest first
        self.moments = list(np.moveaxis(network.initial_state.history, 2, 0))

    @property
    def now(self) -> tuple:
        return tuple(self.moments[-1])

    def push(self, sent: tuple) -> None:
        self.moments = [*self.moments[1:], np.stack([np.asarray(x) for x in sent])]

    def totals(self, sent: tuple, time: float) -> tuple:
        return tuple(self._total(wiring, c, sent[c], time) for c, wiring in enumerate(self.wirings))

    def _total(
        self, wiring: Wiring, channel: int, sent: Any, time: float
    ) -> Float[np.ndarray, "regions"]:
        heard = np.asarray(sent)[wiring.sources]
        if self.network.reach:
            line = np.stack([moment[channel] for moment in self.moments])
            heard = line[-1 - wiring.steps, wiring.sources]
            if time:
                heard = between(time, heard, line[-wiring.steps, wiring.sources])
        total = np.zeros(self.network.n_regions)
        np.add.at(total, wiring.targets, wiring.weights * heard)
        return total
