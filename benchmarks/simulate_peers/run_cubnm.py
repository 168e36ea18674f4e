"""cuBNM on the CPU: C++ in double precision, noise drawn before and reused, BOLD on-line.

Usage: python run_cubnm.py CONNECTOME.npz POINTS SECONDS CORES
"""

import json
import os
import sys
import time

import numpy as np


def main(connectome: str, points: int, seconds: float, cores: int) -> None:
    """Time one job; the noise is drawn in a run that is not timed."""
    os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[:cores]))
    os.environ["OMP_NUM_THREADS"] = str(cores)
    from cubnm.sim import rWWExSimGroup

    job = np.load(connectome)
    n_regions = len(job["weights"])
    group = rWWExSimGroup(
        duration=int(seconds), TR=1.0, sc=np.ascontiguousarray(job["weights"].T), dt="0.1",
        bw_dt="1.0", do_fc=False, do_fcd=False, force_cpu=True, gof_terms=[], bold_remove_s=0,
    )  # fmt: skip
    group.N = points
    group.param_lists["G"] = job["coupling"][:points].copy()
    group._set_default_params(missing=True)
    group.param_lists["sigma"] = np.repeat(job["noise_per_ms"][:points, None], n_regions, axis=1)
    group.run()
    wall, spent = time.perf_counter(), time.process_time()
    group.run(force_reinit=False)
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    bold = np.asarray(group.sim_bold)
    print(json.dumps({"wall": wall, "cpu": spent, "finite": bool(np.isfinite(bold).all()),
                      "shape": list(bold.shape)}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
