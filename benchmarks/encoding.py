"""Ridge regression with a penalty for every target, beside himalaya, on two threads.

wide: 1000 samples, 4000 features, 20,000 targets, 20 penalties. long: 3000 samples, 1000 features,
5,000 targets, 20 penalties. dense: 1000 samples, 4000 features, 5,000 targets, 100 penalties. Five
contiguous folds, single precision; himalaya in its faster form of the two for each shape. Wall
seconds, medians of rounds that alternate. The floor is the matrix products of all penalties, one
by one, at the speed of such a product in the same minute. "of the exact": targets whose penalty is
that of losses in double precision, one penalty after the other; where two neighbors are as good to
a millionth, single precision cannot tell which, in either package ("excess": of the loss, at
worst).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.encoding_peers.problem import ALPHAS
from benchmarks.outcome import Outcome
from benchmarks.peers import python_of

__all__ = ["measure"]

FOLDER = Path(__file__).parent / "encoding_peers"
ROUNDS, THREADS = 3, "2"
GOALS = {"wide": 2.2, "long": 5.0, "dense": 7.0}


def measure() -> Outcome:
    """Run every problem by both, alternating."""
    rows, figures = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in GOALS:
            row, found = _compare(name, Path(scratch))
            rows.append(row)
            figures |= found
        figures["excess"] = max(row["excess"] for row in rows)
        figures |= _permutations(Path(scratch)) | _agreement(Path(scratch))
    targets = {f"{name}_times": f">= {goal}" for name, goal in GOALS.items()}
    targets |= dict.fromkeys((f"{name}_same" for name in GOALS), ">= 0.999")
    targets |= {
        "excess": "<= 1e-6", "dense_of_exact_less_himalaya": ">= 0",
        "wide_of_floor": ">= 0.65", "wide_extra_gb": "<= 0.3", "permutation_times": ">= 8",
        "permutation_off": "<= 1e-6", "banded_off": "<= 1e-5",
    }  # fmt: skip
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _run(script: str, name: str, folder: Path) -> tuple[dict, dict]:
    """Run one problem in a process of its own; return what it printed and what it kept."""
    interpreter = python_of("himalaya") if script == "run_himalaya.py" else Path(sys.executable)
    if interpreter is None:
        raise FileNotFoundError("there is no himalaya; make it with: python -m benchmarks peers")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), THREADS)
    path = folder / f"{script}_{name}.npz"
    done = subprocess.run(
        [str(interpreter), script, name, str(path)], cwd=FOLDER, env={**os.environ, **threads},
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with np.load(path) as kept:
        return json.loads(done.stdout.splitlines()[-1]), dict(kept)


def _compare(name: str, folder: Path) -> tuple[dict, dict[str, float | None]]:
    ours, theirs, floors, last = [], [], [], {}
    for _ in range(ROUNDS):
        for script, told in (("run_ours.py", ours), ("run_himalaya.py", theirs)):
            spent, last[script] = _run(script, name, folder)
            told.append(spent)
        if name == "wide":
            floors.append(float(_run("run_ours.py", "floor", folder)[1]["seconds"]))
    seconds = statistics.median(spent["wall"] for spent in ours)
    peer = statistics.median(spent["wall"] for spent in theirs)
    losses = _run("run_ours.py", f"exact_{name}", folder)[1]["losses"]
    chosen, other = (_steps(last[s]["alpha"], name) for s in ("run_ours.py", "run_himalaya.py"))
    best, every = losses.argmin(axis=0), np.arange(losses.shape[1])
    same = float((chosen == other).mean())
    extra = max(spent["extra_gb"] for spent in ours)
    exact, of_peer = float((chosen == best).mean()), float((other == best).mean())
    figures = {
        f"{name}_times": peer / seconds, f"{name}_same": same, f"{name}_of_exact": exact,
        f"{name}_of_exact_less_himalaya": exact - of_peer, f"{name}_extra_gb": extra,
    }  # fmt: skip
    row = {
        "problem": name, "ours, s": seconds, "himalaya, s": peer, "times": peer / seconds,
        "same penalty": same,
        "ours, of the exact": exact, "himalaya, of the exact": of_peer,
        "excess": float((losses[chosen, every] / losses[best, every] - 1).max()),
        "ours, GB more": extra,
        "himalaya, GB more": max(spent["extra_gb"] for spent in theirs),
    }  # fmt: skip
    if floors:
        figures["wide_of_floor"] = row["floor / ours"] = statistics.median(floors) / seconds
    return row, figures


def _steps(alpha: np.ndarray, name: str) -> np.ndarray:
    """Return which penalty of the grid each target was given."""
    return np.abs(np.log(alpha[:, None] / ALPHAS[name])).argmin(axis=1)


def _permutations(folder: Path) -> dict[str, float | None]:
    kept = _run("run_ours.py", "permuted", folder)[1]
    return {
        "permutation_times": float(kept["loop"] / kept["ours"]),
        "permutation_off": float(kept["off"]),
    }


def _agreement(folder: Path) -> dict[str, float | None]:
    ours, theirs = (_run(s, "agree", folder)[1] for s in ("run_ours.py", "run_himalaya.py"))
    return {"banded_off": float(max(np.abs(ours[key] - theirs[key]).max() for key in ours))}
