"""Separate environments for the packages that are measured side by side: they pin what they need.

``python -m benchmarks peers`` makes them under ``benchmarks/.peers``; nothing else needs them.
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.outcome import Outcome

__all__ = ["measure", "python_of"]

FOLDER = Path(__file__).parent / ".peers"
REQUIREMENTS = {
    "cubnm": ["cubnm==0.1.0", "numpy==1.26.4"],  # its wheel is built against NumPy 1
    "tvboptim": ["tvboptim==0.4.0"],
    "brian2": ["brian2==2.9.0", "numpy==2.2.6", "setuptools"],  # it needs ndarray.ptp
    "neurolib": ["neurolib==0.6.2"],
    "tvb": ["tvb-library==2.10"],
    "vbi": ["vbi==0.4.4"],
    "himalaya": ["himalaya==0.4.11", "numpy==2.4.6", "packaging"],  # which it imports unasked
}


def python_of(peer: str) -> Path | None:
    """Return the interpreter of a peer's environment, or None before it is made."""
    interpreter = FOLDER / peer / "bin" / "python"
    return interpreter if (FOLDER / peer / "ready").exists() else None


def measure() -> Outcome:
    """Make every environment that is not there yet."""
    rows = []
    for peer, requirements in REQUIREMENTS.items():
        started = time.perf_counter()
        if python_of(peer) is None:
            _make(FOLDER / peer, requirements)
        seconds = time.perf_counter() - started
        rows.append({"peer": peer, "requirements": " ".join(requirements), "seconds": seconds})
    return Outcome(rows, {"environments": float(len(rows))}, {"environments": f">= {len(rows)}"})


def _make(folder: Path, requirements: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *requirements], check=True)
    (folder / "ready").touch()
