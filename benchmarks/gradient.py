"""Value and gradient of a whole-brain simulation, beside the simulation alone; one core.

J1: reduced Wong-Wang in 80 regions, 60 s in steps of 0.1 ms, BOLD on-line; the loss compares the
functional connectivity with a target, the gradient is by G, sigma, w and I0 of every region, and
every weight. J3: Wilson-Cowan with Ornstein-Uhlenbeck noise and delays at 20 m/s interpolated
between steps, 10 s; the gradient is by G, sigma, P of every region, every weight and the speed.
"""

import resource

import numpy as np

from benchmarks.jobs import PAPADOPOULOS, TR, VOLUMES, mean_connectome, pinned
from benchmarks.outcome import Outcome
from surrobrain.mechanistic.differentiable import differentiable
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.noises.colored import Colored
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["measure"]

ROUNDS = 9


def measure() -> Outcome:
    """Time both jobs in both precisions."""
    import torch

    torch.set_num_threads(1)
    rows, figures = [], {}
    targets = {"j1_f64_s": "<= 1.8", "j1_f32_s": "<= 0.8"}
    for dtype, short in (("float64", "f64"), ("float32", "f32")):
        for job, (network, n_times, free) in _jobs(dtype).items():
            value, both, ratio = _times(network, n_times, free)
            figures[f"{job}_{short}_s"], figures[f"{job}_{short}_ratio"] = both, ratio
            targets[f"{job}_{short}_ratio"] = "<= 4"
            rows.append({"job": f"{job} {dtype}", "simulation (s CPU)": value,
                         "value and gradient (s CPU)": both, "ratio": ratio})  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    notes = [__doc__ or "", f"Peak memory of the process {peak:.0f} MB, of which torch is most."]
    return Outcome(rows, {**figures, "peak_memory_mb": peak}, targets, notes)


def _jobs(dtype: str) -> dict[str, tuple[Network, int, dict[str, object]]]:
    connectome = mean_connectome()
    weights = connectome.weights
    fmri = Network(
        WongWang(), connectome, coupling=0.2, noise=2e-3 * np.sqrt(1000), observer=BOLD(TR),
        dt=1e-4, settle=0.0, dtype=dtype,
    )  # fmt: skip
    eeg = Network(
        WilsonCowan(**PAPADOPOULOS), connectome, coupling=2.0,
        noise=Colored(0.01, tau=0.005), speed=20.0, delays="interpolated",
        observer=Identity(1000.0), dt=1e-4, settle=0.0, dtype=dtype,
    )  # fmt: skip
    return {
        "j1": (fmri, VOLUMES, {"coupling": 0.2, "noise": 2e-3 * np.sqrt(1000),
                               "w": np.full(80, 0.9), "I0": np.full(80, 0.3), "weights": weights}),
        "j3": (eeg, 10000, {"coupling": 2.0, "noise": 0.01, "P": np.full(80, 0.5),
                            "weights": weights, "speed": 20.0}),
    }  # fmt: skip


def _times(network: Network, n_times: int, free: dict[str, object]) -> tuple[float, float, float]:
    """Return CPU seconds of the simulation, of its value with the gradient, and their ratio."""
    import torch

    start = network.run(0).state
    run = differentiable(network, n_times, free=list(free), state=start)
    target = torch.as_tensor(np.eye(network.n_regions))
    values = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in free.values()]

    def value_and_gradient() -> None:
        fc = torch.corrcoef(run(*values).to(torch.float64).T)
        ((fc - target) ** 2).mean().backward()

    def simulation() -> None:
        network.run(n_times, state=start)

    simulation()
    value_and_gradient()
    # in pairs, one after the other: what disturbs the machine then disturbs both alike
    pairs = np.array([[pinned(simulation), pinned(value_and_gradient)] for _ in range(ROUNDS)])
    ratio = np.median(pairs[:, 1] / pairs[:, 0])
    return float(np.median(pairs[:, 0])), float(np.median(pairs[:, 1])), float(ratio)
