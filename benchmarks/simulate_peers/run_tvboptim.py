"""TVB-Optim: JAX in single precision, Euler, without BOLD, compiled before it is timed.

Its Wilson-Cowan has white noise on E and I; the history of the delays is its circular buffer.
"""

import os

import numpy as np
import timing


def rww(job: dict, points: int, seconds: float, cores: int):
    """Reduced Wong-Wang without delays."""
    _jax()
    import jax
    from tvboptim.experimental.network_dynamics import DenseGraph, Network
    from tvboptim.experimental.network_dynamics.coupling import LinearCoupling
    from tvboptim.experimental.network_dynamics.dynamics.tvb import ReducedWongWang
    from tvboptim.experimental.network_dynamics.noise import AdditiveNoise

    network = Network(
        ReducedWongWang(w=0.9, I_o=0.3),
        {"instant": LinearCoupling(incoming_states="S", G=float(job["coupling"][0]))},
        DenseGraph(jax.numpy.asarray(job["weights"], "float32")),
        noise=AdditiveNoise(sigma=float(job["noise_per_ms"][0]), key=jax.random.key(0)),
    )
    return _runner(network, job, points, seconds, "instant", every=100)


def wc(job: dict, points: int, seconds: float, cores: int):
    """Wilson-Cowan with delays."""
    _jax()
    import jax
    from tvboptim.experimental.network_dynamics import Network
    from tvboptim.experimental.network_dynamics.coupling import DelayedLinearCoupling
    from tvboptim.experimental.network_dynamics.dynamics.tvb import WilsonCowan
    from tvboptim.experimental.network_dynamics.graph import DenseDelayGraph
    from tvboptim.experimental.network_dynamics.noise import AdditiveNoise

    node = WilsonCowan(
        c_ee=16.0, c_ei=12.0, c_ie=15.0, c_ii=3.0, tau_e=2.5, tau_i=3.75, a_e=1.5, a_i=1.5,
        b_e=3.0, b_i=3.0, P=0.5, shift_sigmoid=0.0,
    )  # fmt: skip
    coupling = DelayedLinearCoupling(
        incoming_states="E", G=float(job["coupling"][0]), buffer_strategy="circular"
    )
    graph = DenseDelayGraph(
        jax.numpy.asarray(job["weights"], "float32"),
        jax.numpy.asarray(job["lengths"] / job["speed"], "float32"),
    )
    noise = AdditiveNoise(sigma=float(job["noise_per_ms"][0]), key=jax.random.key(0))
    network = Network(node, {"delayed": coupling}, graph, noise=noise)
    return _runner(network, job, points, seconds, "delayed", every=10)


def _jax() -> None:
    os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=1"


def _runner(network, job: dict, points: int, seconds: float, channel: str, *, every: int):
    import jax
    from tvboptim.experimental.network_dynamics import prepare
    from tvboptim.experimental.network_dynamics.solvers import BoundedSolver, Euler

    solver = BoundedSolver(Euler(), low=0.0, high=1.0)
    run, settings = prepare(network, solver, t0=0.0, t1=1000 * seconds, dt=0.1)

    def point(coupling, sigma, key):
        settings.coupling[channel].G = coupling
        settings.noise.sigma = sigma
        settings.noise.key = key  # every point has its own noise, as in the other packages
        return run(settings).ys[::every]

    compute = jax.jit(jax.vmap(point) if points > 1 else point)
    chosen = slice(points) if points > 1 else 0
    arguments = [
        jax.numpy.asarray(job[name][chosen], "float32") for name in ("coupling", "noise_per_ms")
    ]
    arguments.append(jax.random.split(jax.random.key(0), points)[chosen])
    return lambda: np.asarray(jax.block_until_ready(compute(*arguments)))


if __name__ == "__main__":
    timing.main({"rww": rww, "wc": wc})
