"""TVB-Optim: JAX in single precision, Euler, without BOLD, compiled before it is timed.

Usage: python run_tvboptim.py CONNECTOME.npz POINTS SECONDS CORES
"""

import json
import os
import sys
import time

import numpy as np


def main(connectome: str, points: int, seconds: float, cores: int) -> None:
    """Time one job: a single run, or a vmap over points."""
    os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[:cores]))
    os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=1"
    import jax
    from tvboptim.experimental.network_dynamics import DenseGraph, Network, prepare
    from tvboptim.experimental.network_dynamics.coupling import LinearCoupling
    from tvboptim.experimental.network_dynamics.dynamics.tvb import ReducedWongWang
    from tvboptim.experimental.network_dynamics.noise import AdditiveNoise
    from tvboptim.experimental.network_dynamics.solvers import BoundedSolver, Euler

    job = np.load(connectome)
    network = Network(
        ReducedWongWang(w=0.9, I_o=0.3),
        {"instant": LinearCoupling(incoming_states="S", G=float(job["coupling"][0]))},
        DenseGraph(jax.numpy.asarray(job["weights"], "float32")),
        noise=AdditiveNoise(sigma=float(job["noise_per_ms"][0]), key=jax.random.key(0)),
    )
    solver = BoundedSolver(Euler(), low=0.0, high=1.0)
    run, settings = prepare(network, solver, t0=0.0, t1=1000 * seconds, dt=0.1)

    def point(coupling, sigma, key):
        settings.coupling.instant.G = coupling
        settings.noise.sigma = sigma
        settings.noise.key = key  # every point has its own noise, as in the other packages
        return run(settings).ys[::100]

    compute = jax.jit(jax.vmap(point) if points > 1 else point)
    chosen = slice(points) if points > 1 else 0
    arguments = [
        jax.numpy.asarray(job[name][chosen], "float32") for name in ("coupling", "noise_per_ms")
    ]
    arguments.append(jax.random.split(jax.random.key(0), points)[chosen])
    jax.block_until_ready(compute(*arguments))
    wall, spent = time.perf_counter(), time.process_time()
    values = jax.block_until_ready(compute(*arguments))
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    print(json.dumps({"wall": wall, "cpu": spent, "finite": bool(np.isfinite(values).all()),
                      "shape": list(values.shape)}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
