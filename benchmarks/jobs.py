"""The whole-brain jobs that speed is measured on, ours and what the peers are handed.

J1: reduced Wong-Wang in 80 regions, 60 s in steps of 0.1 ms, BOLD on-line, one run, one core.
J2: the same at 64 points of coupling and noise, on two cores.
J3: Wilson-Cowan with Ornstein-Uhlenbeck noise on E and I in 80 regions, delays at 20 m/s, 10 s in
steps of 0.1 ms, E kept every ms, one run, one core. J4: the same at 64 points, on two cores.
"""

import os
import statistics
import time
from collections.abc import Callable

import joblib
import numpy as np

from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.noises.colored import Colored
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import sweep

__all__ = [
    "CORES",
    "DTYPES",
    "PAPADOPOULOS",
    "SPEED",
    "STRENGTHS",
    "TR",
    "VOLUMES",
    "cpu",
    "eeg",
    "fmri",
    "mean_connectome",
    "ours",
    "pinned",
    "points",
    "wall",
]  # fmt: skip

VOLUMES, TR, CORES, SPEED = 83, 0.72, 2, 20.0
DTYPES = {"f64": "float64", "f32": "float32"}
COUPLING, NOISE_PER_MS = (
    grid.ravel() for grid in np.meshgrid(np.linspace(0.05, 0.4, 8), np.linspace(5e-4, 3e-3, 8))
)
STRENGTHS = np.linspace(0, 4, 64)
PAPADOPOULOS = {
    "shift": 0.0, "a_E": 1.5, "a_I": 1.5, "theta_E": 3.0, "theta_I": 3.0, "tau_E": 2.5,
    "tau_I": 3.75, "P": 0.5,
}  # fmt: skip


def mean_connectome() -> Connectome:
    """Return the mean of the HCP subjects at hand, 80 cortical regions, weights / maximum."""
    keep, names = hcp_cortex()
    grid = np.ix_(keep, keep)
    weights = [np.load(folder / "sc.npy")[grid] for folder in hcp_folders()]
    lengths = [np.load(folder / "lengths_mm.npy")[grid] for folder in hcp_folders()]
    mean = np.mean([w / w.max() for w in weights], axis=0)
    connectome = Connectome(mean, np.mean(lengths, axis=0), names)
    return connectome.without_self().normalized("max")


def fmri(dtype: str) -> Network:
    """Return the network of J1 and J2."""
    return Network(
        WongWang(), mean_connectome(), coupling=0.2, noise=2e-3 * np.sqrt(1000), observer=BOLD(TR),
        dt=1e-4, settle=0.0, dtype=dtype,
    )  # fmt: skip


def eeg(dtype: str) -> Network:
    """Return the network of J3 and J4."""
    return Network(
        WilsonCowan(**PAPADOPOULOS), mean_connectome(), coupling=2.0,
        noise=Colored(0.01, tau=0.005), speed=SPEED, observer=Identity(1000.0), dt=1e-4,
        settle=0.0, dtype=dtype,
    )  # fmt: skip


def ours(job: str, short: str) -> Callable[..., object]:
    """Return a job by this package, made ready; those of many points take ``threads``."""
    network = fmri(DTYPES[short]) if job in ("j1", "j2") else eeg(DTYPES[short])
    if job in ("j1", "j3"):
        n_times = VOLUMES if job == "j1" else 10_000
        return lambda: network.run(n_times)
    vary = {"coupling": COUPLING, "noise": NOISE_PER_MS * np.sqrt(1000)}
    vary, seconds = (vary, VOLUMES * TR) if job == "j2" else ({"coupling": STRENGTHS}, 10.0)
    sweep(network, {name: values[:2] for name, values in vary.items()}, duration=TR)

    def run(threads: int = CORES) -> object:
        with joblib.parallel_config(n_jobs=threads):
            return sweep(network, vary, duration=seconds)

    return run


def points(model: str) -> dict[str, object]:
    """Return what the peers are handed; the first point is that of the single run."""
    connectome = mean_connectome()
    job: dict[str, object] = {"weights": connectome.weights, "lengths": connectome.lengths}
    if model == "rww":
        coupling, noise = [0.2, *COUPLING[1:]], [2e-3, *NOISE_PER_MS[1:]]
        return {**job, "coupling": coupling, "noise_per_ms": noise}
    noise = np.full(64, 1e-3)  # white, where a package has no colored noise
    return {**job, "coupling": [2.0, *STRENGTHS[1:]], "noise_per_ms": noise, "speed": SPEED}


def pinned(job: Callable[[], object]) -> float:
    """Return the CPU time of a job on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        started = time.process_time()
        job()
        return time.process_time() - started
    finally:
        os.sched_setaffinity(0, cores)


def cpu(job: Callable[[], object], *, rounds: int = 5) -> float:
    """Return the median CPU time of a job on one core, after one run that is not counted."""
    job()
    return statistics.median(pinned(job) for _ in range(rounds))


def wall(job: Callable[[], object]) -> float:
    """Return the wall time of a job."""
    started = time.perf_counter()
    job()
    return time.perf_counter() - started
