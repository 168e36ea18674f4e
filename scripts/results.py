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
    "intervention_analysis": "Fixed points, bifurcations, control",
    "intervention_map": "A phase map of 100,000 points",
    "intervention_evoked": "An evoked potential at unseen sensors",
    "intervention_stimulation": "Chosen stimuli",
    "intervention_surgery": "Virtual operations",
    "intervention_closed_loop": "Closed loop",
    "brainbench": "Published numbers of BrainBench",
    "brainbench_items": "Test cases, what gives them away, and their context",
    "brainbench_tuning": "A small model trained on the literature",
    "brainbench_speed": "Speed of scoring texts",
    "rsa": "Speed of representational similarity",
    "clip_hba": "Speed of tuning the last layers",
    "clip_hba_meg": "Speed of the model over time",
    "networks": "Stories, language models and listeners",
    "encoding": "Speed of encoding models",
    "dictionary": "Speed of sparse dictionaries",
    "capture": "Speed of listening in on a language model",
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
    """Run the benchmarks of the page, or those named; stop at the first that fails to run.

    ``NAME=FILE`` takes what an earlier run of the benchmark printed into a file.
    """
    asked = dict(word.partition("=")[::2] for word in wanted)
    unknown = [name for name in asked if name not in SECTIONS]
    if unknown:
        print(f"no section {unknown[0]!r}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    for name in asked or [name for name in SECTIONS if name not in NIGHTLY]:
        print(name, file=sys.stderr)
        printed = Path(asked[name]).read_text() if asked.get(name) else _printed(name)
        if not printed.rstrip().endswith("}"):
            return 1
        title = SECTIONS[name]
        found = _sections(PAGE.read_text()) if PAGE.exists() else {}
        found[title] = f"## {title}\n\n`python -m benchmarks {name}`\n\n{_quoted(printed)}\n"
        there = [found[title] for title in SECTIONS.values() if title in found]
        PAGE.write_text("\n".join([HEAD, *there]))
    return 0


def _printed(name: str) -> str:
    command = [sys.executable, "-m", "benchmarks", name]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


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
