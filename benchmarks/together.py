"""Several benchmarks as one: every figure that has a target, from all files of one kind."""

import importlib
import pkgutil
from pathlib import Path

from benchmarks.outcome import Outcome, met

__all__ = ["together"]


def together(prefix: str) -> Outcome:
    """Run every benchmark whose name begins so, and list its figures beside their targets."""
    files = pkgutil.iter_modules([str(Path(__file__).parent)])
    rows, figures, targets = [], {}, {}
    for name in sorted(m.name for m in files if m.name.startswith(prefix)):
        found = importlib.import_module(f"benchmarks.{name}").measure()
        for figure, bound in found.targets.items():
            value = found.figures.get(figure)
            alone = Outcome([], {figure: value}, {figure: bound})
            row = {"benchmark": name, "figure": figure, "value": value, "target": bound}
            rows.append(row | {"met": "yes" if met(alone) else "no"})
            figures[f"{name}: {figure}"], targets[f"{name}: {figure}"] = value, bound
    notes = [f"`python -m benchmarks {prefix}...` prints one of them whole, with baselines."]
    return Outcome(rows, figures, targets, notes)
