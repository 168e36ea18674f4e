"""Run one benchmark: ``python -m benchmarks NAME``; ``--list`` shows the names."""

import importlib
import json
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.outcome import Outcome, met

_not_benchmarks = {"jobs", "outcome", "shared", "together"}


def names() -> list[str]:
    """Return the names of the benchmarks, one per file."""
    files = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(
        m.name for m in files if m.name not in _not_benchmarks and not m.name.startswith("_")
        and not m.ispkg
    )  # fmt: skip


def conditions() -> str:
    """Say on what the figures were measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "torch"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, "
        f"one thread unless said, Python {platform.python_version()}, {packages}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def show(outcome: Outcome) -> None:
    """Print the table as Markdown, so that it can be pasted into the documentation."""
    columns = list(dict.fromkeys(key for row in outcome.rows for key in row))
    if columns:
        print("| " + " | ".join(columns) + " |")
        print("|" + " --- |" * len(columns))
    for row in outcome.rows:
        print("| " + " | ".join(_text(row.get(column)) for column in columns) + " |")
    for note in outcome.notes:
        print(f"\n{note}")


def _text(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main(arguments: list[str]) -> int:
    """Run the benchmark that is named, or list them."""
    if arguments in ([], ["--list"]):
        print("\n".join(names()))
        return 0
    name = arguments[0]
    if len(arguments) > 1 or name not in names():
        print(f"there is no benchmark {' '.join(arguments)!r}; there are: {', '.join(names())}")
        return 2
    outcome = importlib.import_module(f"benchmarks.{name}").measure()
    print(f"{name}: {conditions()}\n")
    show(outcome)
    reached = met(outcome)
    line = {"benchmark": name, "figures": outcome.figures, "targets": outcome.targets}
    print("\n" + json.dumps({**line, "met": reached}))
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
