"""Write docs/results.md out of what the benchmarks print: ``python scripts/results.py [name ...]``.

With names, only their sections are measured anew; the others stay as they are on the page.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SECTIONS = {
    "hcp": "Held-out scores on real people",
    "surrogates": "Every learned model on real people",
    "npi": "Effective connectivity of networks whose truth is known",
    "attractors": "Attractors learned from noisy samples",
    "attractors_nightly": "Attractors learned from recordings",
    "learned": "Responses to stimulation",
    "metrics": "Numbers of the review, recomputed",
    "metrics_dynamics": "Estimators on systems whose numbers are known",
    "reproduce": "Published fits, repeated",
    "inverse_connectomes": "Networks fitted to real people",
    "inverse_epileptor": "Epileptogenic zones from SEEG",
    "inverse_jansen_rit": "What features decide",
    "inverse_calibration": "Posteriors held against known ones",
    "inverse_group": "People together, recognized and found again",
    "inverse_review": "When inverse problems are ill-posed",
    "intervention_analysis": "Fixed points, bifurcations, maps",
    "intervention_stimulation": "Chosen stimuli",
    "intervention_surgery": "Virtual operations",
    "intervention_closed_loop": "Closed loop",
    "simulate": "Speed of the simulation engine",
    "gradient": "Gradients of a simulation",
    "epileptor": "Ten thousand seizures",
    "spiking": "Spiking networks",
}


NIGHTLY = ("attractors_nightly",)  # half an hour: measured anew where it is named
PAGE = ROOT / "docs" / "results.md"
HEAD = (
    "# Results\n\nEvery figure here is printed by a file of `benchmarks/`; the command stands "
    "above it, its conditions are its first line. `python scripts/results.py` writes this page.\n"
)


def main(wanted: list[str]) -> int:
    """Run the benchmarks of the page, or those named; stop at the first that fails to run."""
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        print(f"no section {unknown[0]!r}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    for name in wanted or [name for name in SECTIONS if name not in NIGHTLY]:
        print(name, file=sys.stderr)
        command = [sys.executable, "-m", "benchmarks", name]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if not done.stdout.rstrip().endswith("}"):
            return done.returncode or 1
        title = SECTIONS[name]
        found = _sections(PAGE.read_text()) if PAGE.exists() else {}
        found[title] = f"## {title}\n\n`python -m benchmarks {name}`\n\n{_quoted(done.stdout)}\n"
        there = [found[title] for title in SECTIONS.values() if title in found]
        PAGE.write_text("\n".join([HEAD, *there]))
    return 0


def _sections(page: str) -> dict[str, str]:
    """Return the sections of a page by title."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## "): part.rstrip() + "\n" for part in parts}


def _quoted(printed: str) -> str:
    """Show the last line, which is for programs, as code."""
    *body, last = printed.strip().splitlines()
    return "\n".join([*body, "```json", last, "```"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
