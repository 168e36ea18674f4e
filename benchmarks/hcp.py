"""``surrobrain run`` on real people: four HCP subjects, BOLD of 80 regions with their wiring."""

import contextlib
import io
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain.cli.main import main

__all__ = ["measure"]


def measure() -> Outcome:
    """Run the whole way on every subject and collect the held-out scores."""
    rows, seconds, reports = [], [], 0
    for number, folder in enumerate(hcp_folders(), start=1):
        with tempfile.TemporaryDirectory() as scratch:
            started = time.perf_counter()
            found = _run(folder, Path(scratch))
            seconds.append(time.perf_counter() - started)
            reports += Path(found["report"]).stat().st_size > 0
        rows += [_line(number, row) for row in found["scores"]["rows"]]
    figures = {"subjects": float(len(seconds)), "reports": float(reports),
               "slowest_run_s": max(seconds)}  # fmt: skip
    for metric in dict.fromkeys(row["metric"] for row in rows):
        values = [row["value"] for row in rows if row["metric"] == metric]
        figures[f"{metric}_mean"] = float(np.mean(values))
    return Outcome(
        rows, figures, {"reports": ">= 4"},
        ["First 80 % of each run (1200 samples, TR 0.72 s) to learn from, the rest to be judged "
         "on. Square brackets: 95 % interval. Subjects are numbered, not named."],
    )  # fmt: skip


def _run(subject: Path, scratch: Path) -> dict:
    """Write the 80 cortical regions as a user would have them, and call the command line."""
    keep, names = hcp_cortex()
    np.save(scratch / "bold.npy", np.load(subject / "bold.npy")[keep])
    np.save(scratch / "sc.npy", np.load(subject / "sc.npy")[np.ix_(keep, keep)])
    (scratch / "names.txt").write_text("\n".join(names) + "\n")
    typed = [
        "run", str(scratch / "bold.npy"), "--tr", "0.72", "--orientation", "region_by_time",
        "--names", str(scratch / "names.txt"), "--connectome", str(scratch / "sc.npy"),
        "--out", str(scratch / "run"), "--json", "--debug",
    ]  # fmt: skip
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(typed)
    if code != 0:
        raise RuntimeError(f"surrobrain run ended with exit code {code}")
    return json.loads(printed.getvalue())


def _line(number: int, row: dict) -> dict:
    return {
        "subject": number,
        "metric": row["name"],
        "value": row["value"],
        "interval": f"[{row['low']:.3g}, {row['high']:.3g}]",
        **{name: row[name] for name in ("persistence", "linear_var", "null", "floor", "verdict")},
    }
