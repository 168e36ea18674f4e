"""The same run in plain NumPy (or torch): slow, short, and the judge of the compiled loop."""

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, UInt64

from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.steppers import euler

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["normals", "philox", "run"]


def run(
    network: "Network", n_times: int, *, xp: ModuleType = np, seed: int = 0, lane: int = 0
) -> Float[np.ndarray, "times regions"]:
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
    array, shape (n_times, n_regions)
        Samples.
    """
    node, observer, start = network.node, network.observer, network.initial_state
    n_steps, dt = n_times * network.steps_per_sample, network.step_in_node_unit
    p = SimpleNamespace(**{k: xp.asarray(v, dtype=xp.float64) for k, v in parameters(node).items()})
    q = SimpleNamespace(
        **{k: xp.asarray(v, dtype=xp.float64) for k, v in observer.constants.items()}
    )
    sigma = np.broadcast_to(np.asarray(network.noise), network.n_regions) * np.sqrt(dt)
    noise = {
        name: xp.asarray(sigma * normals(seed, n_steps, len(sigma), variable=v, lane=lane))
        for v, name in enumerate(node.noise)
    }
    x, seen = (tuple(xp.asarray(v) for v in part) for part in (start.values, start.observer))
    past = list(np.moveaxis(start.history, 2, 0))  # one (channels, regions) per step
    outputs, samples = [], []
    for step in range(n_steps):
        coupling = tuple(xp.asarray(c) for c in _coupling(network, past))
        increments = [noise[name][step] if name in noise else None for name in node.states]
        x = euler(lambda x, c=coupling: node.drift(xp, x, c, p), x, dt=dt, increments=increments)
        x = tuple(_limited(xp, v, node.limits.get(k)) for v, k in zip(x, node.states, strict=True))
        past = [*past[1:], np.stack([np.asarray(v) for v in node.source(xp, x, p)])]
        outputs.append(node.output(xp, x, p))
        if len(outputs) == network.steps_per_observation:
            mean, outputs = sum(outputs) / len(outputs), []
            observer_dt = network.steps_per_observation * network.dt_seconds
            seen = euler(lambda s, m=mean: observer.drift(xp, s, m, q), seen, dt=observer_dt)
            if (step + 1) % network.steps_per_sample == 0:
                samples.append(np.asarray(observer.read(xp, seen, mean, q)))
    return np.stack(samples)


def _coupling(network: "Network", past: list[np.ndarray]) -> Float[np.ndarray, "channels regions"]:
    """Coupling term of every region, weights[i, j] times what j sent delay[i, j] steps ago."""
    weights = network.connectome.weights
    sent = np.stack(past)[-1 - network.delay_steps, :, np.arange(len(weights))]
    total = np.einsum("ij,ijc->ci", weights, sent)
    if network.node.diffusive:
        total = total - weights.sum(axis=1) * past[-1]
    return network.coupling * total


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
