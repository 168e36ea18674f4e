"""What features decide of a Jansen-Rit brain: the coupling G, or the contacts C1 of the columns.

Modeled on the 84-region example of VBI (Ziaeemehr et al. 2025): truth G = 1.5 and C1 = 135 (C1 is
there what is C2 in the paper of Jansen and Rit and here), p = 240 per s, noise 0.1 per sqrt(ms) on
y1' in mV per ms, 2 s after half a second of settling. Published for G is a posterior wider than its
prior (shrinkage -0.9). Priors U(0, 5) and U(130, 300), and mean and spread of every region as
features, are those of another script of that package; beside them, the spectrum averaged over
regions, which knows more.
The connectome is that of vep84, divided by its maximum; steps of 0.5 ms, Euler.
"""

import time
from typing import Any

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.inverse.feature import Feature
from surrobrain.inverse.features.moments import moments
from surrobrain.inverse.features.spectrum import spectrum
from surrobrain.inverse.priors.uniform import Uniform
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["brain", "judged", "measure"]

TRUTH = {"coupling": 1.5, "C2": 135.0}
NOISE = 0.1 * 1000 * np.sqrt(1000)  # mV/s per sqrt(s)
N_SIMULATIONS = 1000


def brain() -> sb.Network:
    """Return the network with the true values."""
    weights = np.load(shared_data("connectomes/vep84") / "weights_raw.npy")
    return sb.Network(
        sb.JansenRit(p=240.0, C2=TRUTH["C2"]),
        sb.Connectome(weights / weights.max()).without_self(), coupling=TRUTH["coupling"],
        noise=float(NOISE), observer=Identity(1000.0), settle=0.5, dt=5e-4,
    )  # fmt: skip


def judged(feature: Feature, *, n_simulations: int = N_SIMULATIONS) -> tuple[sb.Posterior, Any]:
    """Return the posterior given one feature, and whether it can be trusted."""
    network = brain()
    recording = sb.simulate(network, duration=2.0, seed=2)
    unknowns = {"coupling": Uniform(0.0, 5.0), "C2": Uniform(130.0, 300.0)}
    method = sb.Inference("neural_posterior", n_simulations=n_simulations)
    free = sb.FreeNetwork(network, unknowns)
    found = sb.infer(free, recording, features=feature, method=method)
    return found, sb.trust(found, truth=TRUTH)


def measure() -> Outcome:
    """Judge both unknowns by two features."""
    rows, figures = [], {}
    features = {
        "mean and spread": moments(),
        "mean spectrum": spectrum(low=1.0, high=50.0, n_bands=10, average=True),
    }
    for name, feature in features.items():
        begin = time.process_time()
        posterior, trusted = judged(feature)
        cpu = time.process_time() - begin
        for k, unknown in enumerate(("G", "C1")):
            rows.append({
                "feature": name, "unknown": unknown, "truth": list(TRUTH.values())[k],
                "mean": float(posterior.mean[k]), "sd": float(posterior.sd[k]),
                "shrinkage": float(posterior.shrinkage[k]), "z": float(trusted.z_scores[k]),
                "trust": trusted.verdicts[k], "CPU s": cpu,
            })  # fmt: skip
            key = f"{name.replace(' ', '_')}_{unknown}"
            figures[f"{key}_shrinkage"] = rows[-1]["shrinkage"]
            figures[f"{key}_identified"] = float(trusted.verdicts[k] == "identified")
            figures[f"{key}_not_identified"] = float(trusted.verdicts[k] == "not identified")
    targets = {
        f"{name}_{verdict}": ">= 1"
        for name in ("mean_and_spread", "mean_spectrum")
        for verdict in ("G_not_identified", "C1_identified")
    }
    return Outcome(rows, figures, targets, [__doc__ or ""])
