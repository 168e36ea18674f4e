"""Spiking networks of known name beside Brian2, one core each.

CUBA and COBA (Brette et al. 2007), 10 s; Brunel (2000), asynchronous irregular, 1 s; steps of
0.1 ms. Brian2 runs compiled by Cython, timed after a first run; a spike of ours acts one step
later than Brian2's in CUBA and COBA, which have no delays.
"""

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.peers import python_of
from surrobrain.mechanistic.spiking.examples import brunel, coba, cuba

__all__ = ["measure"]

JOBS = {"cuba": (cuba, 10.0), "coba": (coba, 10.0), "brunel": (brunel, 1.0)}
ROUNDS = 3


def measure() -> Outcome:
    """Time every network in turn, ours and Brian2's alternating."""
    interpreter = python_of("brian2")
    rows, figures, targets = [], {}, {}
    for job, (make, seconds) in JOBS.items():
        network = make()
        network.spikes(0.01)
        ours, theirs, rates = [], [], {}
        for _ in range(ROUNDS):
            started = time.perf_counter()
            spikes = network.spikes(seconds)
            ours.append(time.perf_counter() - started)
            rates = spikes.rates()
            if interpreter is not None:
                theirs.append(_brian2(interpreter, job, seconds))
        figures[f"{job}_wall_s"] = statistics.median(ours)
        row = {"network": f"{job}, {seconds:g} s", "s": figures[f"{job}_wall_s"],
               "rates E, I (Hz)": ", ".join(f"{r:.3g}" for r in rates.values())}  # fmt: skip
        if theirs:
            figures[f"{job}_faster_than_brian2"] = statistics.median(
                other["wall"] / own for own, other in zip(ours, theirs, strict=True)
            )
            targets[f"{job}_faster_than_brian2"] = ">= 1"
            row |= {
                "Brian2 s": statistics.median(other["wall"] for other in theirs),
                "Brian2 rates": ", ".join(f"{r:.3g}" for r in theirs[0]["rates"]),
                "times faster": figures[f"{job}_faster_than_brian2"],
            }
        rows.append(row)
    notes = [__doc__ or ""]
    if interpreter is None:
        notes.append("Brian2 is not installed: python -m benchmarks peers")
    return Outcome(rows, figures, targets, notes)


def _brian2(interpreter: Path, job: str, seconds: float) -> dict:
    script = Path(__file__).parent / "simulate_peers" / "run_brian2.py"
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    finished = subprocess.run(
        [str(interpreter), str(script), job, "cython", str(seconds)],
        check=True, capture_output=True, text=True, env=clean,
    )  # fmt: skip
    return json.loads(finished.stdout.strip().splitlines()[-1])
