"""neurolib's Hopf example, as its notebook runs it: chunkwise, without delays.

Usage: python run_neurolib.py JOB.npz SEED..., the job with weights, lengths and fc (subjects first)
"""

import json
import sys

import numpy as np
from neurolib.models.hopf import HopfModel
from neurolib.utils import functions


def main(path: str, seeds: list[int]) -> None:
    """Print the correlation with the FC of every subject, per seed."""
    job = np.load(path)
    found = []
    for seed in seeds:
        # The notebook gives no seed, which is 0 to the noise; the start is forgotten.
        model = HopfModel(Cmat=job["weights"], Dmat=job["lengths"], seed=seed)
        model.params.update(w=1.0, signalV=0, duration=20_000, sigma_ou=0.14, K_gl=0.6)
        model.run(chunkwise=True)
        simulated = functions.fc(model.x)
        found.append([functions.matrix_correlation(simulated, fc) for fc in job["fc"]])
    print(json.dumps({"fc": found, "n_times": model.x.shape[1]}))


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2:]])
