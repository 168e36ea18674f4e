"""neurolib: numba in double precision, Euler, Wilson-Cowan as in the job: OU noise and delays.

Every step is kept; points are shared among one process per core.
"""

import numpy as np
import timing
from neurolib.models.wc import WCModel


def wc(job: dict, points: int, seconds: float, cores: int):
    """Wilson-Cowan with Ornstein-Uhlenbeck noise and delays."""

    def one(k: int) -> np.ndarray:
        model = WCModel(Cmat=job["weights"], Dmat=job["lengths"], seed=k)
        model.params.update(
            duration=1000 * seconds, exc_ext=0.5, signalV=float(job["speed"]), sigma_ou=0.01,
            tau_ou=5.0, K_gl=job["coupling"][k],
        )  # fmt: skip
        model.run()
        return model.exc[:, ::10]

    return lambda: timing.each(one, points, cores)


if __name__ == "__main__":
    timing.main({"wc": wc})
