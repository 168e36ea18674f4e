"""Operations on a virtual patient of 84 regions whose zones are known (vep84).

Configuration P5/P6 of the data set: noise 0.01, epileptogenic zone 6 and 34, propagation zone 5, 11
and 27 at the edge of seizing by itself; and its deterministic configuration c1. Plans are searched
with 20 noise seeds and judged with 100 others.
"""

import json
import time

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.data.connectome import Connectome
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.virtual_surgery import plan_surgery
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["measure"]


def measure() -> Outcome:
    """Plan resections and disconnections, beside operations that need no search."""
    rows, figures = [], {}
    zones = _truth()
    zone = {f"region_{k}" for k in (*zones["ez_index"], *zones["pz_index"])}
    jobs = {
        "noisy": (_noisy(zones), 0.08, None),
        "noisy, whole brain": (_noisy(zones), 0.08, Operation(candidates=range(84))),
        "deterministic": (_deterministic(zones), 0.014, None),
        "deterministic, tracts": (_deterministic(zones), 0.014, Operation("disconnection")),
    }
    for name, (patient, duration, operation) in jobs.items():
        spent = time.process_time()
        found = plan_surgery(patient, duration=duration, operation=operation)
        spent = time.process_time() - spent
        figures[f"{name}: freedom"] = found.best.freedom
        figures[f"{name}: regions that seize beside the zone"] = len(
            set(found.before.recruited) ^ zone
        )
        if found.n_looked_at > 500:
            figures[f"{name}: CPU s per 1000 operations"] = 1000 * spent / found.n_looked_at
        if not found.best.tracts:
            figures[f"{name}: tissue beyond the zone"] = found.best.tissue - len(zone)
        plans = {"best plan": found.best, **found.baselines}
        rows += [
            {"patient": name, "operation": label, "what": plan.label, "tissue": plan.tissue,
             "free of seizures": f"{plan.freedom:.2f} [{plan.low:.2f}, {plan.high:.2f}]",
             "still seizing": plan.burden, "searched": found.n_looked_at}
            for label, plan in plans.items()
        ]  # fmt: skip
    bounds = {"freedom": ">= 0.95", "regions that seize beside the zone": "<= 0",
              "tissue beyond the zone": "<= 0", "CPU s per 1000 operations": "<= 60"}  # fmt: skip
    targets = {figure: bounds[figure.split(": ")[1]] for figure in figures}
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _truth() -> dict:
    return json.loads((shared_data("connectomes/vep84") / "ground_truth.json").read_text())


def _weights() -> np.ndarray:
    weights = np.load(shared_data("connectomes/vep84") / "weights_raw.npy")
    return weights / weights.max()


def _network(x0: np.ndarray, weights: np.ndarray, tau0: float, noise: float) -> Network:
    return Network(
        Epileptor2D(x0=x0, tau0=tau0), Connectome(weights).without_self(), coupling=1.0,
        noise=noise, observer=Identity(10_000.0), dt=1e-4, settle=0.0,
    )  # fmt: skip


def _noisy(truth: dict) -> Network:
    told = truth["P5_P6"]
    x0 = np.full(84, told["eta_hz"])
    x0[truth["pz_index"]], x0[truth["ez_index"]] = told["eta_pz"], told["eta_ez"]
    return _network(x0, _weights(), told["tau0"], told["sigma"])


def _deterministic(truth: dict) -> Network:
    told = truth["sbi_like"]["c1"]
    x0 = np.full(84, told["eta_hz"])
    x0[told["pz"]], x0[told["ez"]] = told["eta_pz"], told["eta_ez"]
    weights = _weights()  # as the data set edits it for this configuration
    weights[27, [6, 34]] = 4.0
    weights[np.ix_([5, 11], [6, 34])] = 1.0
    return _network(x0, weights, truth["sbi_like"]["tau0"], 0.0)
