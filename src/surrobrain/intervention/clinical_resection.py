"""A resection that was done in a clinic, beside the plan of a virtual operation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surrobrain.evaluation.lesion_outcome import LesionOutcome
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.seizures import patient_of
from surrobrain.intervention.surgery_plan import Surgery, SurgeryPlan
from surrobrain.intervention.theatre import Theatre
from surrobrain.inverse.posterior import Posterior
from surrobrain.mechanistic.network import Network

__all__ = ["ClinicalResection", "clinical_resection", "resected_in_model"]


@dataclass(frozen=True, eq=False)
class ClinicalResection:
    """What was removed in a clinic, beside what a model would remove.

    Parameters
    ----------
    surgery : Surgery
        What the search for a virtual operation found.
    shares : dict of str to float
        Regions of the model that were resected, and how much of each.
    elsewhere : tuple of str
        What was resected that the model does not have.
    overlap : LesionOutcome
        Of the resection with the scores of the model: AUC, Dice, sensitivity.
    operations : dict of str to SurgeryPlan
        The model as it is, under the best plan, and under the resection of the clinic, all under
        the same noise.
    outcome : str
        What became of the patient, such as "Engel I"; empty where it is not told.
    """

    surgery: Surgery
    shares: dict[str, float]
    elsewhere: tuple[str, ...]
    overlap: LesionOutcome
    operations: dict[str, SurgeryPlan]
    outcome: str = ""

    @property
    def both(self) -> tuple[str, ...]:
        """Regions that the plan and the clinic removed."""
        return tuple(name for name in self.surgery.best.regions if name in self.shares)

    @property
    def plan_only(self) -> tuple[str, ...]:
        """Regions that only the plan removes."""
        return tuple(name for name in self.surgery.best.regions if name not in self.shares)

    @property
    def clinic_only(self) -> tuple[str, ...]:
        """Regions that only the clinic removed."""
        return tuple(name for name in self.shares if name not in self.surgery.best.regions)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know."""
        found = []
        if self.elsewhere:
            found.append(
                "resected, but not in the model and left out: " + ", ".join(self.elsewhere[:5])
            )
        partly = [name for name, share in self.shares.items() if share < 1]
        if partly:
            found.append(
                "resected in part, and counted as removed: "
                + ", ".join(f"{name} ({self.shares[name]:.0%})" for name in partly[:5])
            )
        return tuple(found)

    def __str__(self) -> str:
        """Return overlap and outcomes in lines."""
        o = self.overlap
        lines = [
            f"clinic: AUC {o.auc:.2f} [{o.low:.2f}, {o.high:.2f}], p {o.p_value:.3g}, Dice "
            f"{o.dice:.2f}, Jaccard {o.jaccard:.2f}"
            + (f"; {self.outcome}" if self.outcome else ""),
            *(
                f"  {name}: {plan.label}; tissue {plan.tissue:.3g}, {plan.freedom:.2f} "
                f"[{plan.low:.2f}, {plan.high:.2f}] free of seizures, {plan.burden:.2f} seizing"
                for name, plan in self.operations.items()
            ),
        ]
        return "\n".join([*lines, *(f"Note: {warning}." for warning in self.warnings)])


def clinical_resection(
    patient: Network | Posterior,
    found: Surgery,
    *,
    resected: Mapping[str, float] | Iterable[str],
    duration: float,
    threshold: float = 0.0,
    outcome: str = "",
    seed: int = 0,
) -> ClinicalResection:
    """Compare a resection with a plan: where they overlap, and what each does to the model.

    Parameters
    ----------
    patient : Network or Posterior
        Whom the plan is for.
    found : Surgery
        What `surrobrain.plan_surgery` returned for that patient.
    resected : mapping of str to float, or sequence of str
        Regions that were removed, and perhaps how much of each: what `surrobrain.resected` returns
        for a mask and an atlas.
    duration, threshold
        As they were given to `plan_surgery`.
    outcome : str
        What became of the patient, for the page.
    seed : int
        As it was given to `plan_surgery`.

    Returns
    -------
    ClinicalResection

    Raises
    ------
    ValueError
        No resected region is in the model.
    NotEnough
        All regions of the model were resected.

    Notes
    -----
    In the model a resected region is removed whole. That a resection which freed a patient does so
    in the model, and one that failed does not, speaks for the model; one patient decides nothing.

    References
    ----------
    .. [1] Makhalova et al. (2022), Virtual epileptic patient brain modeling: relationships with
       seizure onset and surgical outcome. Epilepsia 63:1942.
    """
    given = resected if isinstance(resected, Mapping) else dict.fromkeys(resected, 1.0)
    names = found.before.names
    shares = resected_in_model(given, names)
    who = patient_of(patient, duration=duration, threshold=threshold)
    cut = any(plan.tracts for plan in found.plans)  # then what seizes by itself does not count
    operation = Operation("disconnection" if cut else "resection")
    theatre = Theatre(who, operation, found.n_runs, seed)
    where = [names.index(name) for name in shares]
    done = theatre.plan([(k,) for k in where], float(len(where)))
    operations = {
        "as it is": found.baselines["as it is"], "best plan": found.best, "clinic": done,
    }  # fmt: skip
    overlap = found.compare(np.isin(names, list(shares)))
    elsewhere = tuple(name for name in given if name not in names)
    return ClinicalResection(found, shares, elsewhere, overlap, operations, outcome)


def resected_in_model(given: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """Return those resected regions that a model has, or say that it has none."""
    shares = {name: float(share) for name, share in given.items() if name in names}
    if not shares:
        raise ValueError(
            f"none of {len(given)} resected regions is in the model, the first is "
            f"{next(iter(given), 'missing')!r}; the model has {names[0]}, ...: name the labels of "
            "the atlas in a table beside it, or rename them"
        )
    return shares
