"""Every learned model, as it comes, on four HCP subjects: BOLD of 80 regions, TR 0.72 s.

Fitted to the first 80 % of each run (1200 samples) and judged on the rest. R2 is that of forecasts
one sample ahead, beside a linear VAR of the same memory; fc and fcd are those of free runs as
long as the rest, beside the recording against itself (floor). "at the floor" counts the subjects on
whom a free run scores as another stretch of the recording does, tested at 5 %.

The linear VAR, sb.LinearVAR too, is shrunk towards what each region alone makes of its own past.
The other models start from a regression that lets a region keep what it keeps beside the others,
or may choose it: most of their gain is that of a better linear model, not of their nonlinearity.
"""

import time
import warnings

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain import catalog

__all__ = ["measure"]

FOLDER = "surrobrain.learned.architectures"
TR, METRICS, RUNS = 0.72, ["r2", "fc", "fcd"], 4


def measure() -> Outcome:
    """Fit every architecture of the catalog to every subject."""
    names = catalog.names(FOLDER)
    rows = [_row(name) for name in names]
    figures = {f"{row['model']}_r2_gain": row["smallest gain"] for row in rows}
    # a thousandth of the variance: where a model keeps its linear start, it differs in the ridge
    targets = dict.fromkeys(figures, ">= -0.001")
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _row(name: str) -> dict:
    cards, seconds = [], 0.0
    keep, names = hcp_cortex()
    for folder in hcp_folders():
        values = np.load(folder / "bold.npy")[keep].T
        train, test = sb.Recording(values, 1 / TR, names, "fMRI").split(0.8)
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = sb.fit(catalog.load(FOLDER, name)(len(names)), train, seed=0).model
        seconds += time.process_time() - started
        cards.append(
            sb.evaluate(test, model, train=train, metrics=METRICS, n_runs=RUNS, n_null=RUNS)
        )

    def mean(metric: str, field: str) -> float:
        return float(np.mean([getattr(card[metric], field) for card in cards]))

    def at_floor(metric: str) -> int:
        return sum(card[metric].verdict.startswith("at the floor") for card in cards)

    gains = [card["r2"].value - card["r2"].linear_var for card in cards]
    return {
        "model": type(model.architecture).__name__, "R2": mean("r2", "value"),
        "linear VAR": mean("r2", "linear_var"), "persistence": mean("r2", "persistence"),
        "smallest gain": min(gains), "fc": mean("fc", "value"), "fc, floor": mean("fc", "floor"),
        "fc at the floor": at_floor("fc"), "fcd": mean("fcd", "value"),
        "fcd, floor": mean("fcd", "floor"), "fcd at the floor": at_floor("fcd"),
        "CPU s per fit": seconds / len(cards),
    }  # fmt: skip
