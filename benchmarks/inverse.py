"""The inverse problem as a whole: known truth, connectomes, epilepsy, groups, the review."""

from benchmarks.outcome import Outcome
from benchmarks.together import together

__all__ = ["measure"]


def measure() -> Outcome:
    """Run every benchmark of the inverse problem, one after the other."""
    return together("inverse_")
