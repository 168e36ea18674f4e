"""The order of events in a run, written once in plain array code: for NumPy, and for torch."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.node import parameters, pathways
from surrobrain.mechanistic.noise import decay, kick_size
from surrobrain.mechanistic.observer import quantity
from surrobrain.mechanistic.steppers import changes, euler

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Numbers", "Past", "numbers_of", "samples"]


@runtime_checkable
class Past(Protocol):
    """What has been sent, and what of it arrives."""

    @property
    def now(self) -> tuple:
        """What every channel sends at the start of the step."""
        ...

    def totals(self, sent: tuple, time: float) -> tuple:
        """Return each channel's weighted sum of what is heard at a time within the step.

        ``sent`` is what a stage sends at that time; it counts where nothing is delayed.
        """
        ...

    def push(self, sent: tuple) -> None:
        """Take what every channel sends at the end of the step."""
        ...


@dataclass(frozen=True, eq=False)
class Numbers:
    """What the equations of a run read; each number an array that broadcasts to the states.

    Parameters
    ----------
    node, coupling, observer : namespace
        Their parameters.
    sizes : mapping of str to array
        Sigma of every noisy state, times the size of one step's kick; empty without noise.
    row_sums : array, shape (n_regions,)
        Summed weights of what each region receives.
    """

    node: SimpleNamespace
    coupling: SimpleNamespace
    observer: SimpleNamespace
    sizes: Mapping[str, Any]
    row_sums: Any


def numbers_of(
    network: "Network",
    convert: Callable[[Any], Any],
    *,
    sigma: Float[np.ndarray, "*lanes states regions"],
    varied: Mapping[str, Any],
    strength: Any = None,
) -> Numbers:
    """Gather what the equations of a network read.

    Parameters
    ----------
    network : Network
        What runs.
    convert : callable
        Turns a number or array into what the equations are to be run on.
    sigma : array, shape (n_states, n_regions) or (n_lanes, n_states, n_regions)
        Noise of the noisy states, in their order.
    varied : mapping of str to array
        Parameters of the node that differ from the network's.
    strength : array, optional
        Strength of the coupling, where it differs.
    """

    def space(values: Mapping[str, Any]) -> SimpleNamespace:
        return SimpleNamespace(**{name: convert(value) for name, value in values.items()})

    form = dict(parameters(network.coupling_form))
    if strength is not None:
        form["strength"] = strength
    kick = kick_size(network.noise_kind, network.dt_seconds, network.step_in_node_unit)
    names = network.node.noise if np.any(sigma) else ()
    return Numbers(
        space({**parameters(network.node), **varied}),
        space(form),
        space(network.observer.constants),
        {name: convert(sigma[..., k, :] * kick) for k, name in enumerate(names)},
        convert(network.connectome.row_sums),
    )


def samples(
    network: "Network",
    xp: Any,
    *,
    numbers: Numbers,
    past: Past,
    draws: Callable[[int], Mapping[str, Any]],
    start: tuple[tuple, tuple],
    n_times: int,
) -> Iterator[Any]:
    """Yield the samples of a run, one array each.

    Parameters
    ----------
    network : Network
        What runs.
    xp : module
        NumPy, torch, or what stands for them.
    numbers : Numbers
        What the equations read.
    past : Past
        What has been sent before; it takes on what is sent during the run.
    draws : callable
        Returns the standard normals of every noisy state, for a step counted from the start.
    start : pair of tuples of arrays
        States of the node, those of a colored noise after them, and states of the observer.
    n_times : int
        Number of samples.
    """
    n_states, look = len(network.node.states), quantity(network.observer, network.node)
    x, seen = start
    x, eta = x[:n_states], dict(zip(numbers.sizes, x[n_states:], strict=False))
    step, clock, mean = _Step(network, xp, numbers), itertools.count(), 0.0
    dt = network.steps_per_observation * network.dt_seconds
    for _ in range(n_times):
        for _ in range(network.observations_per_sample):
            total = 0.0
            for _ in range(network.steps_per_observation):
                normals = draws(next(clock))
                kicks = {name: numbers.sizes[name] * z for name, z in normals.items()}
                x, eta = step(x, eta, past, kicks)
                past.push(step.sent(x))
                total = total + look(xp, x, numbers.node)
            mean = total / network.steps_per_observation
            seen = euler(
                lambda s, m=mean: network.observer.drift(xp, s, m, numbers.observer), seen, dt=dt
            )
        yield network.observer.read(xp, seen, mean, numbers.observer)


class _Step:
    """One step of a network, stage by stage."""

    def __init__(self, network: "Network", xp: Any, numbers: Numbers) -> None:
        self.network, self.xp, self.numbers = network, xp, numbers
        self.decay = decay(network.noise_kind, network.dt_seconds)
        ways = pathways(network.node, network.n_channels)
        self.tracts = [c for c, way in enumerate(ways) if way == "tracts"]

    def __call__(
        self, x: tuple, eta: dict[str, Any], past: Past, draws: Mapping[str, Any]
    ) -> tuple[tuple, dict[str, Any]]:
        """Return the state and the colored noise one step later."""
        network, method, noise = self.network, self.network.method, self.network.noise_kind
        later = {name: self.decay * eta[name] + draws[name] for name in eta}
        kicks = [
            None if name not in draws
            else (eta[name], later[name]) if noise.colored
            else (draws[name], self.numbers.sizes[name])
            for name in network.node.states
        ]  # fmt: skip
        now, total = x, x
        for stage, weight in enumerate(method.weights):
            sent = self.sent(now) if stage else past.now
            received = self.received(sent, past.totals(sent, method.times[stage]))
            derivatives = network.node.drift(self.xp, now, received, self.numbers.node)
            moves, dt = zip(now, derivatives, kicks, strict=True), network.step_in_node_unit
            change = changes(self.xp, method, stage, noise=noise, moves=moves, dt=dt)
            share = change if weight == 1.0 else tuple(weight * c for c in change)
            total = tuple(t + c for t, c in zip(total, share, strict=True))
            if stage < len(method.reaches):
                reach = method.reaches[stage]
                now = tuple(v + reach * c for v, c in zip(x, change, strict=True))
        limits = [network.node.limits.get(name) for name in network.node.states]
        stepped = (self.limited(v, ends) for v, ends in zip(total, limits, strict=True))
        return tuple(stepped), later

    def sent(self, state: tuple) -> tuple:
        """Return what every channel carries."""
        source = list(self.network.node.source(self.xp, state, self.numbers.node))
        chosen = tuple(source[c] for c in self.tracts)
        sent = self.network.coupling_form.send(self.xp, chosen, self.numbers.coupling)
        for c, x in zip(self.tracts, sent, strict=True):
            source[c] = x
        return tuple(source)

    def received(self, sent: tuple, totals: tuple) -> tuple:
        """Return the coupling term of every channel."""
        found = list(totals)
        received = self.network.coupling_form.receive(
            self.xp, tuple(totals[c] for c in self.tracts), tuple(sent[c] for c in self.tracts),
            self.numbers.row_sums, self.numbers.coupling,
        )  # fmt: skip
        for c, x in zip(self.tracts, received, strict=True):
            found[c] = x
        return tuple(found)

    def limited(self, x: Any, limits: tuple[float, float] | None) -> Any:
        """Hold a state within its hard bounds."""
        if limits is None:
            return x
        low, high = limits
        return self.xp.where(x < low, low, self.xp.where(x > high, high, x))
