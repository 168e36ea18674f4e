"""VBI: numba in double precision, Heun, so two drifts per step; white noise and no delays.

Points are shared among one process per core.
"""

import numpy as np
import timing
from vbi.models.numba.wilson_cowan import WC_sde_numba


def wc(job: dict, points: int, seconds: float, cores: int):
    """Wilson-Cowan without delays."""

    def one(k: int) -> np.ndarray:
        model = WC_sde_numba(
            {"weights": job["weights"], "g_e": float(job["coupling"][k]), "P": 0.5, "c_ee": 16.0,
             "c_ei": 12.0, "c_ie": 15.0, "c_ii": 3.0, "tau_e": 2.5, "tau_i": 3.75, "a_e": 1.5,
             "a_i": 1.5, "b_e": 3.0, "b_i": 3.0, "k_e": 1.0, "k_i": 1.0, "dt": 0.1,
             "t_end": 1000 * seconds, "noise_amp": 1e-3, "decimate": 10, "seed": k}
        )  # fmt: skip
        return np.asarray(model.run(verbose=False)["E"])

    return lambda: timing.each(one, points, cores)


if __name__ == "__main__":
    timing.main({"wc": wc})
