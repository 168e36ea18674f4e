"""What one study found."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.evaluation.scorecard import Scorecard
from surrobrain.inverse.fit_learned import FitResult
from surrobrain.study.plan import Plan
from surrobrain.study.truth import Answers, Comparison

__all__ = ["Study"]


@dataclass(frozen=True)
class Study:
    """Everything between a recording and its report.

    Parameters
    ----------
    plan : Plan
        The choices made.
    recording : Recording
        What was studied; its first part was learned from, its last part judged on.
    connectome : Connectome or None
        Structural wiring, where it was given.
    result : FitResult
        The fitted surrogate and how it learned.
    scores : Scorecard
        Held-out scores beside baselines, null and floor.
    answers : Answers
        Effective connectivity and what-if effects of the surrogate.
    truth : Answers or None
        The same of the true brain, where it is known.
    comparisons : tuple of Comparison
        Answers against the truth or the connectome.
    folder : Path
        The run folder; ``report.html`` lies in it.
    """

    plan: Plan
    recording: Recording
    connectome: Connectome | None
    result: FitResult
    scores: Scorecard
    answers: Answers
    truth: Answers | None
    comparisons: tuple[Comparison, ...]
    folder: Path

    @property
    def test(self) -> Recording:
        """The part in time that the surrogate never saw."""
        return self.recording.split(self.plan.train)[1]

    @property
    def report(self) -> Path:
        """Where the page lies."""
        return self.folder / "report.html"

    def __str__(self) -> str:
        """Return warnings, scores, comparisons and the two paths as text."""
        lines = [f"warning: {warning}" for warning in self.result.warnings]
        lines += [str(self.scores), ""]
        lines += [comparison.in_words() for comparison in self.comparisons]
        return "\n".join([*lines, "", f"report:     {self.report}", f"run folder: {self.folder}"])

    def to_dict(self) -> dict:
        """Return what a program needs, ready for JSON."""
        return {
            "scores": self.scores.to_dict(),
            "comparisons": [dataclasses.asdict(c) for c in self.comparisons],
            "target": self.answers.target,
            "warnings": list(self.result.warnings),
            "report": str(self.report),
            "folder": str(self.folder),
        }
