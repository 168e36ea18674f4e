"""The known network of the benchmark is the one that made the stored recording."""

import numpy as np

from benchmarks.intervention_stimulation import WilsonCowan


def test_the_equations_give_the_recording(shared):
    folder = shared("dynamics/wc_stim")
    states, drives, outputs = (np.load(folder / f"{n}.npy") for n in ("state", "input", "output"))
    truth = WilsonCowan.stored()
    found = truth.run(states[500].astype(float), drives[501:561])
    assert np.allclose(found, outputs[501:561], atol=1e-4)
