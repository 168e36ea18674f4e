"""What a search for an operation found."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import indices
from surrobrain.evaluation.lesion_outcome import LesionOutcome, lesion_outcome
from surrobrain.intervention.seizures import Seizures

__all__ = ["Surgery", "SurgeryPlan"]


@dataclass(frozen=True, eq=False)
class SurgeryPlan:
    """One operation and what it does, under noise that the search has not seen.

    Parameters
    ----------
    regions : tuple of str
        What is removed.
    tracts : tuple of (str, str)
        What is cut, in both directions.
    tissue : float
        What it costs: number of regions, their volume, or the weight of the tracts.
    freedom : float
        Share of the runs that go well: nothing that is left seizes, or nothing is recruited.
    low, high : float
        95 % interval of ``freedom``.
    burden : float
        Regions that still seize, or are recruited, per run.
    """

    regions: tuple[str, ...]
    tracts: tuple[tuple[str, str], ...]
    tissue: float
    freedom: float
    low: float
    high: float
    burden: float

    @property
    def label(self) -> str:
        """What is done, in a few words."""
        cut = [" to ".join(tract) for tract in self.tracts]
        return ", ".join([*self.regions, *cut]) or "nothing"


@dataclass(frozen=True, eq=False)
class Surgery:
    """What a search for an operation found.

    Parameters
    ----------
    before : Seizures
        The patient as it is.
    plans : tuple of SurgeryPlan
        The best ones, best first.
    baselines : dict of str to SurgeryPlan
        What must be beaten: nothing; every region that seizes; as many regions as the best plan
        by their seizing, by their strength, and by chance (means of several draws).
    enough : float
        Freedom that was asked for.
    n_looked_at : int
        Operations that the search ran.
    method : str
        How they were searched.
    n_runs : int
        Runs behind every figure of a plan.
    seconds : float
        Wall time.
    warnings : tuple of str
        What a reader must know.
    """

    before: Seizures
    plans: tuple[SurgeryPlan, ...]
    baselines: dict[str, SurgeryPlan]
    enough: float
    n_looked_at: int
    method: str
    n_runs: int
    seconds: float
    warnings: tuple[str, ...]

    @property
    def best(self) -> SurgeryPlan:
        """The first plan."""
        return self.plans[0]

    @property
    def scores(self) -> Float[np.ndarray, "regions"]:
        """1 for what the best plan removes, plus half of how often each region seizes."""
        removed = np.isin(self.before.names, self.best.regions)
        return removed + 0.5 * self.before.probability

    def compare(self, resected: Bool[np.ndarray, "regions"] | Iterable[str]) -> LesionOutcome:
        """Compare with what was removed in a clinic; see `lesion_outcome`.

        Parameters
        ----------
        resected : array of bool, shape (n_regions,), or sequence of str
            What was removed.
        """
        given = np.asarray(resected)
        if given.dtype != bool:
            cut = indices(list(map(str, given)), self.before.names)
            given = np.isin(np.arange(len(self.before.names)), cut)
        return lesion_outcome(self.scores, given)

    def __str__(self) -> str:
        """Return a table of plans and baselines."""
        rows = [(plan.label, plan) for plan in self.plans[:5]]
        rows += [(f"({name}) {plan.label}", plan) for name, plan in self.baselines.items()]
        lines = [f"{'operation':<60}  tissue  free of seizures     seizing"]
        lines += [
            f"{label[:60]:<60}  {plan.tissue:>6.3g}  {plan.freedom:.2f} [{plan.low:.2f}, "
            f"{plan.high:.2f}]  {plan.burden:.2f}"
            for label, plan in rows
        ]
        return "\n".join([*lines, *(f"Note: {warning}." for warning in self.warnings)])
