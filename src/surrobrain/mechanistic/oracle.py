"""The same run in plain NumPy (or torch): slow, short, and the judge of the compiled loop."""

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, UInt64

from surrobrain.mechanistic.node import parameters, pathways
from surrobrain.mechanistic.noise import decay, kick_size, sigma_per_state
from surrobrain.mechanistic.observer import quantity
from surrobrain.mechanistic.steppers import between, changes, euler
from surrobrain.mechanistic.wiring import Wiring

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["normals", "philox", "run"]


def run(
    network: "Network", n_times: int, *, xp: ModuleType = np, seed: int = 0, lane: int = 0
) -> Float[np.ndarray, "times observed"]:
    """Run a float64 network from its initial state, without settling and without inputs.

    Parameters
    ----------
    network : Network
        What to simulate.
    n_times : int
        Number of samples.
    xp : module
        ``numpy`` or ``torch``.
    seed, lane : int
        Decide the noise, as in the compiled loop.

    Returns
    -------
    array, shape (n_times, n_observed)
        Samples.
    """
    node, observer, start = network.node, network.observer, network.initial_state
    n_steps, n_states = n_times * network.steps_per_sample, len(node.states)
    q = SimpleNamespace(
        **{k: xp.asarray(v, dtype=xp.float64) for k, v in observer.constants.items()}
    )
    step = _Step(network, xp)
    draws = _draws(network, n_steps, seed=seed, lane=lane)
    x, seen = (tuple(xp.asarray(v) for v in part) for part in (start.values, start.observer))
    x, eta = x[:n_states], dict(zip(node.noise, x[n_states:], strict=False))
    past = list(np.moveaxis(start.history, 2, 0))  # one (channels, regions) per step
    outputs, samples = [], []
    look = quantity(observer, node)
    for k in range(n_steps):
        x, eta = step(x, eta, past, {name: xp.asarray(z[k]) for name, z in draws.items()})
        past = [*past[1:], np.stack([np.asarray(v) for v in step.sent(x)])]
        outputs.append(look(xp, x, step.p))
        if len(outputs) == network.steps_per_observation:
            mean, outputs = sum(outputs) / len(outputs), []
            observer_dt = network.steps_per_observation * network.dt_seconds
            seen = euler(lambda s, m=mean: observer.drift(xp, s, m, q), seen, dt=observer_dt)
            if (k + 1) % network.steps_per_sample == 0:
                samples.append(np.asarray(observer.read(xp, seen, mean, q)))
    return network.projected(np.stack(samples))


def _draws(
    network: "Network", n_steps: int, *, seed: int, lane: int
) -> dict[str, Float[np.ndarray, "steps regions"]]:
    """Return sigma times the normals of every noisy state, scaled to one step."""
    node, n = network.node, network.n_regions
    size = kick_size(network.noise_kind, network.dt_seconds, network.step_in_node_unit)
    sigma = sigma_per_state(network.noise_kind, node, n) * size
    return {
        name: sigma[v] * normals(seed, n_steps, n, variable=v, lane=lane)
        for v, name in enumerate(node.noise)
    }


class _Step:
    """One step of a network, stage by stage."""

    def __init__(self, network: "Network", xp: ModuleType) -> None:
        def own(piece: object) -> SimpleNamespace:
            values = parameters(piece)
            return SimpleNamespace(
                **{k: xp.asarray(v, dtype=xp.float64) for k, v in values.items()}
            )

        self.network, self.xp = network, xp
        self.p, self.g = own(network.node), own(network.coupling_form)
        self.decay = decay(network.noise_kind, network.dt_seconds)
        size = kick_size(network.noise_kind, network.dt_seconds, network.step_in_node_unit)
        sigma = sigma_per_state(network.noise_kind, network.node, network.n_regions) * size
        self.sizes = {n: xp.asarray(s) for n, s in zip(network.node.noise, sigma, strict=True)}
        ways = pathways(network.node, network.n_channels)
        self.tracts = [c for c, way in enumerate(ways) if way == "tracts"]
        self.wirings = [wiring.whole() for wiring in network.wirings]

    def __call__(
        self, x: tuple, eta: dict[str, Any], past: list[np.ndarray], draws: dict[str, Any]
    ) -> tuple[tuple, dict[str, Any]]:
        """Return the state and the colored noise one step later."""
        network, xp, method = self.network, self.xp, self.network.method
        node, noise = network.node, network.noise_kind
        later = {name: self.decay * eta[name] + draws[name] for name in eta}
        kicks = [
            None if name not in draws
            else (eta[name], later[name]) if noise.colored
            else (draws[name], self.sizes[name])
            for name in node.states
        ]  # fmt: skip
        now, total = x, tuple(0.0 * v for v in x)
        for stage, weight in enumerate(method.weights):
            derivatives = node.drift(xp, now, self.received(now, past, stage), self.p)
            moves = zip(now, derivatives, kicks, strict=True)
            dt = network.step_in_node_unit
            change = changes(xp, method, stage, noise=noise, moves=moves, dt=dt)
            total = tuple(t + weight * c for t, c in zip(total, change, strict=True))
            if stage < len(method.reaches):
                reach = method.reaches[stage]
                now = tuple(v + reach * c for v, c in zip(x, change, strict=True))
        stepped = (
            _limited(xp, v + t, node.limits.get(name))
            for v, t, name in zip(x, total, node.states, strict=True)
        )
        return tuple(stepped), later

    def sent(self, state: tuple) -> tuple:
        """Return what every channel carries."""
        source = list(self.network.node.source(self.xp, state, self.p))
        chosen = tuple(source[c] for c in self.tracts)
        form = self.network.coupling_form
        for c, x in zip(self.tracts, form.send(self.xp, chosen, self.g), strict=True):
            source[c] = x
        return tuple(source)

    def received(self, now: tuple, past: list[np.ndarray], stage: int) -> tuple:
        """Return the coupling term of every channel at the time of a stage."""
        sent = self.sent(now)
        sources = np.stack([np.asarray(s) for s in sent])
        time = self.network.method.times[stage]
        totals = [
            self.xp.asarray(self._total(wiring, c, sources, past, time))
            for c, wiring in enumerate(self.wirings)
        ]
        row = self.xp.asarray(self.network.connectome.row_sums)
        received = self.network.coupling_form.receive(
            self.xp, tuple(totals[c] for c in self.tracts), tuple(sent[c] for c in self.tracts),
            row, self.g,
        )  # fmt: skip
        for c, x in zip(self.tracts, received, strict=True):
            totals[c] = x
        return tuple(totals)

    def _total(
        self, wiring: Wiring, channel: int, sources: np.ndarray, past: list[np.ndarray], time: float
    ) -> Float[np.ndarray, "regions"]:
        """Weighted sum over connections of what was sent the delay ago."""
        if not self.network.reach:
            heard = sources[channel, wiring.sources]
        else:
            line = np.stack([moment[channel] for moment in past])
            heard = line[-1 - wiring.steps, wiring.sources]
            if time:
                heard = between(time, heard, line[-wiring.steps, wiring.sources])
        total = np.zeros(self.network.n_regions)
        np.add.at(total, wiring.targets, wiring.weights * heard)
        return total


def _limited(xp: ModuleType, x: Any, limits: tuple[float, float] | None) -> Any:
    return (
        x
        if limits is None
        else xp.where(x < limits[0], limits[0], xp.where(x > limits[1], limits[1], x))
    )


def normals(
    seed: int, n_steps: int, n_regions: int, *, variable: int = 0, lane: int = 0
) -> Float[np.ndarray, "steps regions"]:
    """Return the noise of one variable from step 0 on, by Box and Muller (1958)."""
    quarter = np.arange(-(-n_steps // 4), dtype=np.uint64)[:, None]
    region = np.arange(n_regions, dtype=np.uint64)[None, :]
    key = int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    counter = (quarter & low, quarter >> high, region, np.uint64((lane << 8) | variable))
    words = philox(counter, (np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)))
    signed = [word.astype(np.uint32).view(np.int32) * 2.0**-32 for word in words]
    pairs = [(signed[0], signed[1]), (signed[2], signed[3])]
    found = []
    for u, turn in pairs:
        radius = np.sqrt(-2 * np.log(u + (0.5 + 2.0**-33)))
        found += [radius * np.cos(2 * np.pi * turn), radius * np.sin(2 * np.pi * turn)]
    return np.stack(found, axis=1).reshape(-1, n_regions)[:n_steps]


def philox(
    counter: tuple[UInt64[np.ndarray, "..."] | np.uint64, ...], key: tuple[np.uint64, np.uint64]
) -> tuple[UInt64[np.ndarray, "..."] | np.uint64, ...]:
    """Return the four 32-bit words of Philox4x32-10 (Salmon et al. 2011, SC11)."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = np.broadcast_arrays(*counter)
    k0, k1 = (int(word) for word in key)
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c2 = (p1 >> half) ^ c1 ^ np.uint64(k0), (p0 >> half) ^ c3 ^ np.uint64(k1)
        c1, c3 = p1 & low, p0 & low
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3
