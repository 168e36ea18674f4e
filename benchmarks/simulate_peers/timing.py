"""What every peer's script does alike: keep to its cores, time a job, print one line of JSON."""

import itertools
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable

import numpy as np

__all__ = ["each", "main"]


def main(models: dict[str, Callable]) -> None:
    """Time ``script.py JOB.npz MODEL POINTS SECONDS CORES``.

    A model takes the job, points, seconds and cores, and returns what to call; it is called once
    untimed, which compiles, and once timed.
    """
    path, model, points, seconds, cores = sys.argv[1:]
    os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[-int(cores) :]))
    os.environ["OMP_NUM_THREADS"] = cores
    run = models[model](dict(np.load(path)), int(points), float(seconds), int(cores))
    run()
    wall, spent = time.perf_counter(), time.process_time()
    values = np.asarray(run())
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    found = {"wall": wall, "cpu": spent, "finite": bool(np.isfinite(values).all())}
    print(json.dumps({**found, "shape": list(values.shape), "mean": float(values.mean())}))


def each(job: Callable[[int], np.ndarray], points: int, cores: int) -> np.ndarray:
    """Run a job for every point, in as many processes as there are cores."""
    if points == 1:
        return np.asarray(job(0))[None]
    ends = np.linspace(0, points, cores + 1).astype(int)
    shares = [range(start, stop) for start, stop in itertools.pairwise(ends)]
    with multiprocessing.get_context("fork").Pool(cores, _keep, (job,)) as pool:
        return np.concatenate(pool.map(_share, shares, chunksize=1))


def _keep(job: Callable[[int], np.ndarray]) -> None:
    global _job
    _job = job  # closures cannot be sent to a process, but are there after a fork


def _share(points: range) -> np.ndarray:
    return np.array([_job(k) for k in points])
