"""10,000 virtual epilepsy patients of 84 regions, as a posterior over excitability needs them.

The job of the benchmark vep84: two-dimensional Epileptor, Euler steps of 0.1 for 14 time units,
tau0 10, without noise; the excitability of every region drawn from U(-5, -1), the coupling from
U(0, 2). Kept of each patient: the largest x of every region.
"""

import resource
import time

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import sweep

__all__ = ["measure"]

PATIENTS = 10_000


def largest(values: np.ndarray) -> np.ndarray:
    """Return the largest value of every region over time."""
    return values.max(axis=0)


def measure() -> Outcome:
    """Time the whole sweep, after one block that is not counted."""
    weights = np.load(shared_data("connectomes/vep84") / "weights_raw.npy")
    connectome = Connectome(weights / weights.max()).without_self()
    rng = np.random.default_rng(0)
    points = {
        "x0": rng.uniform(-5, -1, (PATIENTS, 84)),
        "coupling": rng.uniform(0, 2, PATIENTS),
    }
    rows, figures = [], {}
    for dtype, short in (("float64", "f64"), ("float32", "f32")):
        network = Network(
            Epileptor2D(tau0=10.0), connectome, observer=Identity(10_000.0), dt=1e-4, settle=0.0,
            dtype=dtype,
        )  # fmt: skip
        few = {name: values[:64] for name, values in points.items()}
        sweep(network, few, duration=0.014, summary=largest)
        wall, spent = time.perf_counter(), time.process_time()
        sweep(network, points, duration=0.014, summary=largest)
        figures[f"{short}_cpu_s"] = time.process_time() - spent
        figures[f"{short}_wall_s"] = time.perf_counter() - wall
        rows.append({"precision": dtype, "CPU s": figures[f"{short}_cpu_s"],
                     "wall s": figures[f"{short}_wall_s"]})  # fmt: skip
    figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    notes = [__doc__ or "", f"Peak memory of the process {figures['peak_memory_mb']:.0f} MB."]
    return Outcome(rows, figures, {"f64_cpu_s": "<= 30", "f32_cpu_s": "<= 30"}, notes)
