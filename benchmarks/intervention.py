"""What if, as a whole: system analysis, stimulation, surgery, closed loop."""

from benchmarks.outcome import Outcome
from benchmarks.together import together

__all__ = ["measure"]


def measure() -> Outcome:
    """Run every benchmark of the analysis and of interventions, one after the other."""
    return together("intervention_")
