"""cuBNM on the CPU at the optimum of its tutorial on grid search, scored as it does.

Usage: python run_cubnm.py JOB.npz SEED..., the job with sc, G, w_p, J_N, and fc and fcd within
hemispheres
"""

import json
import sys

import numpy as np


def main(path: str, seeds: list[int]) -> None:
    """Print the correlation of the FC and the distance of the FCD of every seed."""
    job = np.load(path)
    runs = [_scores(job, seed) for seed in seeds]
    print(json.dumps({key: [run[key] for run in runs] for key in runs[0]}))


def _scores(job: dict, seed: int) -> dict[str, float]:
    """Simulate one point, with the inhibition that cuBNM finds analytically."""
    from cubnm.sim import rWWSimGroup

    n_regions = len(job["sc"])
    group = rWWSimGroup(
        duration=900, TR=0.72, sc=job["sc"], dt="0.1", bw_dt="1.0", force_cpu=True, sim_seed=seed,
        noise_segment_length=30, bold_remove_s=30, window_size=30, window_step=5,
        fcd_drop_edges=True, exc_interhemispheric=True, bw_params="heinzle2016-3T",
        gof_terms=["+fc_corr", "-fcd_ks"], do_fic=True, max_fic_trials=0,
    )  # fmt: skip
    group.N = 1
    group.param_lists["G"] = np.array([float(job["G"])])
    group._set_default_params(missing=True)
    for name in ("w_p", "J_N"):
        group.param_lists[name] = np.full((1, n_regions), float(job[name]))
    group.run()
    scores = group.score(job["fc"], job["fcd"])
    return {"fc": float(scores["+fc_corr"].iloc[0]), "fcd": -float(scores["-fcd_ks"].iloc[0])}


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2:]])
