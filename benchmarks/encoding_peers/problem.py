"""The regression problems, in plain NumPy: every package is handed the same numbers."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

__all__ = ["ALPHAS", "SIZES", "bands", "drawn", "folds", "timed"]

SIZES = {  # samples, features, targets, penalties
    "wide": (1000, 4000, 20_000, 20),
    "long": (3000, 1000, 5_000, 20),
    "dense": (1000, 4000, 5_000, 100),
}
ALPHAS = {name: np.logspace(0, 6, size[3]) for name, size in SIZES.items()}


def drawn(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return features, four delays of colored ones, and targets of unlike signal to noise."""
    n_times, n_features, n_targets, _ = SIZES[name]
    rng = np.random.default_rng(0)
    n_own = n_features // 4
    mixed = rng.standard_normal((n_times, n_own)) * np.arange(1, n_own + 1) ** -0.3
    own = mixed @ np.linalg.qr(rng.standard_normal((n_own, n_own)))[0]
    own = (own - own.mean(0)) / own.std(0)
    late = [np.vstack([np.zeros((d, n_own)), own[: n_times - d]]) for d in (1, 2, 3, 4)]
    x = np.concatenate(late, axis=1).astype(np.float32)
    signal = x @ rng.standard_normal((n_features, n_targets)).astype(np.float32)
    strength = rng.uniform(0, 0.8, n_targets).astype(np.float32)
    y = strength * signal / signal.std(0)
    y += rng.standard_normal((n_times, n_targets), dtype=np.float32)
    y -= y.mean(0)
    y /= y.std(0)
    return x, y.astype(np.float32)


def folds(n_times: int, n_folds: int = 5) -> np.ndarray:
    """Return the number of the stretch that each sample belongs to."""
    edges = n_times * np.arange(n_folds + 1) // n_folds
    return np.repeat(np.arange(n_folds), np.diff(edges))


def bands() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return two feature spaces, targets, and a penalty for every space and target."""
    rng = np.random.default_rng(1)
    spaces = [rng.standard_normal((120, 10)), rng.standard_normal((120, 200))]
    return spaces, rng.standard_normal((120, 6)), rng.uniform(1, 100, (2, 6))


def timed(work: Callable[[], dict[str, np.ndarray]], path: str) -> None:
    """Do the work, keep its arrays in a file, and print time and memory as one line."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far, that of making the problem
    before = _resident("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    spent["extra_gb"] = _resident("VmHWM") - before
    np.savez(path, **found)
    sys.stdout.write(json.dumps(spent) + "\n")


def _resident(kind: str) -> float:
    """Return the memory of this process, now or at its peak, in GB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) * 1024 / 1e9
