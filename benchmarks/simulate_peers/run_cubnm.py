"""cuBNM on the CPU: C++ in double precision, noise drawn before and reused, BOLD on-line.

Its Wilson-Cowan has white noise; its delays are whole steps of 0.1 ms or, with dt below 1 ms, as
it says itself, of 1 ms.
"""

import numpy as np
import timing


def rww(job: dict, points: int, seconds: float, cores: int):
    """Reduced Wong-Wang without delays."""
    from cubnm.sim import rWWExSimGroup

    group = rWWExSimGroup(sc=np.ascontiguousarray(job["weights"].T), **_options(seconds))
    group.N = points
    group.param_lists["G"] = job["coupling"][:points].copy()
    group._set_default_params(missing=True)
    n_regions = len(job["weights"])
    group.param_lists["sigma"] = np.repeat(job["noise_per_ms"][:points, None], n_regions, axis=1)
    return _runner(group)


def wc(job: dict, points: int, seconds: float, cores: int):
    """Wilson-Cowan with delays."""
    from cubnm.sim import WCSimGroup

    group = WCSimGroup(
        sc=np.ascontiguousarray(job["weights"].T), sc_dist=np.ascontiguousarray(job["lengths"].T),
        **_options(seconds),
    )  # fmt: skip
    group.N = points
    group.param_lists["G"] = job["coupling"][:points].copy()
    group.param_lists["v"] = np.full(points, float(job["speed"]))
    group._set_default_params(missing=True)
    return _runner(group)


def _options(seconds: float) -> dict:
    return {
        "duration": int(seconds), "TR": 1.0, "dt": "0.1", "bw_dt": "1.0", "do_fc": False,
        "do_fcd": False, "force_cpu": True, "gof_terms": [], "bold_remove_s": 0,
        "noise_segment_length": None,
    }  # fmt: skip


def _runner(group):
    drawn = False

    def run() -> np.ndarray:
        nonlocal drawn
        group.run(force_reinit=not drawn)
        drawn = True
        return np.asarray(group.sim_bold)

    return run


if __name__ == "__main__":
    timing.main({"rww": rww, "wc": wc})
