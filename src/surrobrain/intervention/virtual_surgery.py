"""Virtual surgery: the smallest operation after which seizures stop."""

import time

from surrobrain.checks import whole
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.seizures import Seizures, patient_of
from surrobrain.intervention.surgery_plan import Surgery, SurgeryPlan
from surrobrain.intervention.surgery_search import (
    Cuts,
    Judgement,
    Judges,
    exhaustive,
    genetic,
    greedy,
)
from surrobrain.intervention.theatre import Theatre
from surrobrain.inverse.posterior import Posterior
from surrobrain.mechanistic.network import Network
from surrobrain.progress import progress

__all__ = ["plan_surgery"]

_ALL = 12  # elements of which all sets are looked at
_KEPT = 12  # plans that are checked anew


def plan_surgery(
    patient: Network | Posterior,
    *,
    duration: float,
    operation: Operation | None = None,
    threshold: float = 0.0,
    n_runs: int = 100,
    seed: int = 0,
) -> Surgery:
    """Search for the smallest operation after which a virtual patient no longer seizes.

    Research software: it shows what a model would do, and no decision about a patient may rest
    on it.

    Parameters
    ----------
    patient : Network or Posterior
        As for `seizures`; from a posterior every run draws another possible patient, so that
        ``freedom`` is the chance over what is not known.
    duration : float
        Seconds of one run.
    operation : Operation, optional
        What may be done and how it is searched; by default regions are removed.
    threshold : float
        Output of a region above which it seizes.
    n_runs : int
        Runs behind every plan that is returned; 1 where neither noise nor a posterior varies.
    seed : int
        Decides noise, draws and search.

    Returns
    -------
    Surgery
        Plans with intervals, baselines, and what a reader must know.

    Raises
    ------
    ValueError
        Nothing seizes, an unknown region, or a number out of range.

    Notes
    -----
    A removed region loses its connections and is no longer counted; nothing else adapts. All
    operations of the search see the same noise, and the best 12 are run anew with other noise:
    their figures are not those by which they were chosen.

    References
    ----------
    .. [1] Jirsa et al. (2017), The Virtual Epileptic Patient. NeuroImage 145:377.
    .. [2] An et al. (2019), Optimization of surgical intervention outside the epileptogenic zone in
       the Virtual Epileptic Patient. PLoS Comput Biol 15:e1007051.

    Examples
    --------
    >>> import numpy as np
    >>> import surrobrain as sb
    >>> from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
    >>> node = Epileptor2D(x0=np.array([-1.6, -3.0, -3.0, -3.0]), tau0=10.0)
    >>> observer = sb.observers.Identity(10_000.0)
    >>> patient = sb.Network(node, sb.examples.ring(4), observer=observer, dt=1e-4)
    >>> plan_surgery(patient, duration=0.014, n_runs=4).best.regions
    ('region_0',)
    """
    begin = time.monotonic()
    asked = operation or Operation()
    whole(n_runs, "n_runs", low=1)
    who = patient_of(patient, duration=duration, threshold=threshold)
    n_runs, n_search = (n if who.varies else 1 for n in (n_runs, asked.n_search))
    theatre = Theatre(who, asked, n_runs, seed)
    before = Seizures(who.network.regions, who.onsets(who.network, n_search, seed=seed))
    elements, costs = theatre.elements(before)
    with progress(1, label="surgery") as report:

        def judged(cuts: Cuts) -> Judgement:
            report(0, f"{len(judges.seen)} operations")
            return theatre.judge([elements[k] for k in cuts], n_search, seed)

        judges = Judges(judged, costs, asked.enough)
        used = _searched(judges, asked.method, seed)
    plans = [
        theatre.plan([elements[k] for k in cuts], judges.cost(cuts))
        for cuts in sorted(judges.seen, key=lambda s: (judges.rank(s), sorted(s)))[:_KEPT]
    ]
    plans.sort(key=lambda p: (0, p.tissue) if p.freedom >= asked.enough else (1, p.burden))
    fresh = Seizures(before.names, who.onsets(who.network, n_runs, seed=seed + 1))
    return Surgery(
        fresh, tuple(plans), theatre.baselines(fresh, plans[0]), asked.enough, len(judges.seen),
        used, n_runs, time.monotonic() - begin, _warnings(plans[0], asked.enough, fresh),
    )  # fmt: skip


def _searched(judges: Judges, method: str, seed: int) -> str:
    """Search, and return by which method."""
    if method == "exhaustive" or (method == "auto" and len(judges.costs) <= _ALL):
        exhaustive(judges)
        return "exhaustive"
    found = greedy(judges)
    if method == "greedy":
        return method
    genetic(judges, [found], seed=seed)
    return "genetic"


def _warnings(best: SurgeryPlan, enough: float, before: Seizures) -> tuple[str, ...]:
    found = ["this is research software: a model was operated on, and nothing else"]
    if best.freedom < enough:
        found.append(
            f"no operation reached {enough:.0%} under new noise; the best reaches "
            f"{best.freedom:.0%} [{best.low:.0%}, {best.high:.0%}]"
        )
    if before.freedom > 0:
        found.append(f"{before.freedom:.0%} of the runs are free of seizures without any operation")
    return tuple(found)
