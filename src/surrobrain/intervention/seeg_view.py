"""What the electrodes of a patient would record before and after a virtual operation."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.data.read_gain import Gain
from surrobrain.data.recording import Recording
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.seizures import patient_of
from surrobrain.intervention.surgery_plan import SurgeryPlan
from surrobrain.inverse.posterior import Posterior
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.observers.lead_field import LeadField
from surrobrain.mechanistic.observers.seeg import SEEG
from surrobrain.simulation import simulate

__all__ = ["SeegView", "seeg_view"]

Sees = Literal["power", "potential"]


@dataclass(frozen=True, eq=False)
class SeegView:
    """Simulated SEEG of one patient, before and after a virtual operation.

    Parameters
    ----------
    before, after : Recording
        One column per contact; both runs have the same noise.
    plan : SurgeryPlan
        The operation.
    sees : {"power", "potential"}
        What a contact shows of a region.
    """

    before: Recording
    after: Recording
    plan: SurgeryPlan
    sees: Sees

    @property
    def swing(self) -> Float[np.ndarray, "2 contacts"]:
        """Range of every contact over the run, before and after."""
        return np.stack([np.ptp(x.values, axis=0) for x in (self.before, self.after)])

    @property
    def left(self) -> float:
        """Share of the swing that is left, summed over contacts."""
        before, after = self.swing.sum(axis=1)
        return float(after / before) if before > 0 else float("nan")


def seeg_view(
    patient: Network | Posterior,
    plan: SurgeryPlan,
    *,
    gain: Gain,
    duration: float,
    sees: Sees | None = None,
    seed: int = 0,
) -> SeegView:
    """Simulate what contacts record of a virtual patient before and after an operation.

    Parameters
    ----------
    patient : Network or Posterior
        As for `surrobrain.plan_surgery`; of a posterior its mean is simulated.
    plan : SurgeryPlan
        What is removed or cut.
    gain : Gain
        What each contact sees of each region, in their order (`read_gain`).
    duration : float
        Seconds of one run.
    sees : {"power", "potential"}, optional
        ``gain @ exp(x)``, made for the envelope of `Epileptor2D`, or ``gain @ x``; by default
        what suits the node.
    seed : int
        Decides the noise, the same before and after.

    Returns
    -------
    SeegView

    Raises
    ------
    ValueError
        The gain does not fit the regions, or a number is out of range.

    Notes
    -----
    Removed tissue is gone: contacts see nothing of it, and its connections are cut.

    References
    ----------
    .. [1] Jirsa et al. (2017), The Virtual Epileptic Patient. NeuroImage 145:377.
    """
    network = patient_of(patient, duration=duration, threshold=0.0).network
    if isinstance(patient, Posterior):
        center = patient.free.at(patient.u.mean(axis=0))
        network = dataclasses.replace(center, observer=network.observer)
    if gain.values.shape[1] != network.n_regions:
        raise ValueError(
            f"the gain has {gain.values.shape[1]} columns but the patient has {network.n_regions} "
            "regions; give one column per region, in their order"
        )
    usual = "power" if isinstance(network.node, Epileptor2D) else "potential"
    shown = choice(sees or usual, ("power", "potential"), "what contacts see")
    operated = network
    if plan.regions or plan.tracts:
        both_ways = [pair for tract in plan.tracts for pair in (tract, tract[::-1])]
        operated = lesion(network, regions=plan.regions, edges=both_ways)
    assert isinstance(operated, Network)
    gone = np.isin(network.regions, plan.regions)
    runs = []
    for one, seen in ((network, gain.values), (operated, np.where(gone, 0.0, gain.values))):
        kind = {"gain": seen, "sfreq": network.sfreq, "channels": gain.channels}
        observer = SEEG(**kind) if shown == "power" else LeadField(**kind, modality="SEEG")
        watched = dataclasses.replace(one, observer=observer)
        runs.append(simulate(watched, duration=duration, seed=seed))
    return SeegView(runs[0], runs[1], plan, shown)  # pyright: ignore[reportArgumentType]
