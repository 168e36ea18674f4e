"""Write docs/results.md out of what the benchmarks print: ``python scripts/results.py``."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SECTIONS = {
    "hcp": "Held-out scores on real people",
    "surrogates": "Every learned model on real people",
    "npi": "Effective connectivity of networks whose truth is known",
    "attractors": "Attractors learned from noisy samples",
    "learned": "Responses to stimulation",
    "metrics": "Numbers of the review, recomputed",
    "metrics_dynamics": "Estimators on systems whose numbers are known",
    "reproduce": "Published fits, repeated",
    "simulate": "Speed of the simulation engine",
    "gradient": "Gradients of a simulation",
    "epileptor": "Ten thousand seizures",
    "spiking": "Spiking networks",
}


def main() -> int:
    """Run every benchmark of the page; stop at the first that fails to run."""
    page = [
        "# Results\n\nEvery figure here is printed by a file of `benchmarks/`; the command stands "
        "above it, its conditions are its first line. `python scripts/results.py` writes this "
        "page.\n"
    ]
    for name, title in SECTIONS.items():
        print(name, file=sys.stderr)
        command = [sys.executable, "-m", "benchmarks", name]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if not done.stdout.rstrip().endswith("}"):
            return done.returncode or 1
        page.append(f"## {title}\n\n`python -m benchmarks {name}`\n\n{_quoted(done.stdout)}\n")
    (ROOT / "docs" / "results.md").write_text("\n".join(page))
    return 0


def _quoted(printed: str) -> str:
    """Show the last line, which is for programs, as code."""
    *body, last = printed.strip().splitlines()
    return "\n".join([*body, "```json", last, "```"])


if __name__ == "__main__":
    sys.exit(main())
