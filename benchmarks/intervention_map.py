"""A two-parameter phase map of 100,000 points of an 80-region network: time, growth, resumption.

Wilson-Cowan regions on one person's connectome (HCP, 80 cortical regions), over input P (0.5 to 3)
and coupling (0 to 2), every point run for 0.2 s after 0.2 s that pass unseen, in steps of 1 ms
(Runge-Kutta), and kept in a folder. Growth is that of CPU time from 10,000 points to 100,000,
compilation left out. The map of 8,000 points ran in another process that was killed on its way, was
taken up here, and equals one that was never interrupted, bit by bit.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain.analysis.phase_map import BEHAVIORS, PhaseMap, phase_map
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["eighty_regions", "measure", "phases"]

TENTH, ALL, KILLED = 10_000, 100_000, 8000
_CHILD = """
import sys
from pathlib import Path
from benchmarks.intervention_map import phases
phases(int(sys.argv[1]), Path(sys.argv[2]))
"""


def eighty_regions() -> Network:
    """Return Wilson-Cowan regions on one person's cortex, seen every 2 ms."""
    keep, names = hcp_cortex()
    weights = np.load(hcp_folders()[0] / "sc.npy")[np.ix_(keep, keep)].astype(float)
    np.fill_diagonal(weights, 0.0)
    connectome = Connectome(weights, names=names).normalized("spectral_radius")
    return Network(
        WilsonCowan(), connectome, observer=Identity(500.0), dt=1e-3, settle=0.2,
        stepper="rk4",
    )  # fmt: skip


def phases(n_points: int, folder: Path) -> PhaseMap:
    """Map a grid of about 1.25 times as many couplings as inputs."""
    n_couplings = round(np.sqrt(1.25 * n_points))
    while n_points % n_couplings:
        n_couplings += 1
    inputs = np.linspace(0.5, 3.0, n_points // n_couplings)
    p, g = np.meshgrid(inputs, np.linspace(0.0, 2.0, n_couplings))
    vary = {"P": p.ravel(), "coupling": g.ravel()}
    return phase_map(eighty_regions(), vary, duration=0.2, out=folder)


def measure() -> Outcome:
    """Run the whole map once, a tenth of it, and one that is killed."""
    rows, spent = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        phases(100, Path(scratch) / "compiled")
        for n_points in (TENTH, ALL):
            folder = Path(scratch) / str(n_points)
            begun, cpu = time.perf_counter(), time.process_time()
            found = phases(n_points, folder)
            spent[n_points] = (time.perf_counter() - begun, time.process_time() - cpu)
            begun = time.perf_counter()
            again = phases(n_points, folder)
            np.testing.assert_array_equal(again.behavior, found.behavior)
            shares = {name: found.share(name) for name in BEHAVIORS[:3]}
            rows.append({
                "points": n_points, "seconds": spent[n_points][0], "CPU s": spent[n_points][1],
                "s to read it again": time.perf_counter() - begun, **shares,
            })  # fmt: skip
        done, seconds, differing = _killed(Path(scratch))
    rows.append({
        "points": KILLED, "kept when killed": done, "s to go on": seconds,
        "points that differ": differing,
    })  # fmt: skip
    figures = {
        "map_100000_s": spent[ALL][0], "map_100000_cpu_s": spent[ALL][1],
        "map_growth": spent[ALL][1] / spent[TENTH][1], "points_that_differ": float(differing),
        "kept_when_killed": float(done),
    }  # fmt: skip
    targets = {
        "map_growth": "<= 12", "map_100000_cpu_s": "<= 600", "points_that_differ": "<= 0",
        "kept_when_killed": "> 0",
    }  # fmt: skip
    return Outcome(rows, dict(figures), targets, [__doc__ or ""])


def _killed(scratch: Path) -> tuple[int, float, int]:
    """Return how much another process kept until it was killed, and what going on came to."""
    folder = scratch / "killed"
    whole = phases(KILLED, scratch / "whole")
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(KILLED), str(folder)])
    until = time.monotonic() + 120
    while child.poll() is None and time.monotonic() < until:
        if len(list(folder.glob("start_0/block_*.npy"))) >= 20:
            break
        time.sleep(0.01)
    child.kill()
    child.wait()
    kept = sum(len(np.load(path)) for path in folder.glob("start_0/block_*.npy"))
    begun = time.perf_counter()
    resumed = phases(KILLED, folder)
    seconds = time.perf_counter() - begun
    same = resumed.behavior == whole.behavior
    for name in ("level", "amplitude", "frequency"):
        same &= (getattr(resumed, name) == getattr(whole, name)).all(axis=1)
    return kept, seconds, int((~same).sum())
