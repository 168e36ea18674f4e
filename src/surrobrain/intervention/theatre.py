"""Where virtual operations are tried."""

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from surrobrain.checks import indices
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.seizures import Patient, Seizures
from surrobrain.intervention.surgery_plan import SurgeryPlan
from surrobrain.intervention.surgery_search import Judgement
from surrobrain.mechanistic.network import Network
from surrobrain.seeds import stream
from surrobrain.statistics.intervals import binomial_interval

__all__ = ["Theatre"]

_RANDOM = 20  # operations of the same size, drawn by chance
_TRACTS = 48  # the strongest, which may be cut

Element = tuple[int, ...]  # a region, or the two ends of a tract


@dataclass(frozen=True, eq=False)
class Theatre:
    """Where operations are tried."""

    patient: Patient
    operation: Operation
    n_runs: int
    seed: int

    @functools.cached_property
    def alone(self) -> Bool[np.ndarray, "regions"]:
        """Whether each region seizes without any other, in some run."""
        network = lesion(self.patient.network, regions=range(self.patient.network.n_regions))
        assert isinstance(network, Network)
        found = self.patient.onsets(network, 20, seed=self.seed)
        return np.asarray(np.isfinite(found).any(axis=0))

    def elements(self, before: Seizures) -> tuple[list[Element], np.ndarray]:
        """Return what may be removed or cut, and what it costs."""
        names, weights = before.names, self.patient.network.connectome.weights
        if not before.recruited:
            raise ValueError(
                "no region seizes in any run, so there is nothing to operate on; give a longer "
                "duration, a lower threshold, or another patient"
            )
        asked = self.operation.candidates
        given = before.recruited if asked is None else asked
        regions = sorted(set(indices(given, names)))
        if self.operation.kind == "resection":
            price = np.ones(len(names))
            for name, volume in (self.operation.volumes or {}).items():
                price[indices([name], names)[0]] = volume
            return [(k,) for k in regions], price[regions]
        both = weights + weights.T  # pyright: ignore
        tracts = [(a, b) for a in regions for b in range(len(names)) if both[a, b] > 0 and
                  (b > a or b not in regions)]  # fmt: skip
        if not tracts:
            raise ValueError("no candidate has a tract that could be cut; name other candidates")
        tracts = sorted(tracts, key=lambda t: -both[t])[:_TRACTS]
        return list(tracts), np.array([both[t] for t in tracts])

    def onsets(self, cut: list[Element], n_runs: int, seed: int) -> np.ndarray:
        """Return onsets after an operation, of those regions that are counted."""
        network = self.patient.network
        regions = [e[0] for e in cut if len(e) == 1]
        edges = [pair for e in cut if len(e) == 2 for pair in (e, e[::-1])]
        operated = lesion(network, regions=regions, edges=edges) if cut else network
        assert isinstance(operated, Network)
        found = self.patient.onsets(operated, n_runs, seed=seed).copy()
        found[:, regions] = np.inf
        if self.operation.kind == "disconnection":
            found[:, self.alone] = np.inf
        return found

    def judge(self, cut: list[Element], n_runs: int, seed: int) -> Judgement:
        """Return what an operation achieves."""
        seizing = np.isfinite(self.onsets(cut, n_runs, seed))
        return Judgement(float((~seizing.any(axis=1)).mean()), float(seizing.sum(axis=1).mean()))

    def plan(self, cut: list[Element], cost: float) -> SurgeryPlan:
        """Run an operation anew, under noise that the search has not seen."""
        names = self.patient.network.regions
        found = self.judge(cut, self.n_runs, self.seed + 1)
        low, high = self._interval(found.freedom, self.n_runs)
        return SurgeryPlan(
            tuple(names[e[0]] for e in sorted(cut) if len(e) == 1),
            tuple((names[e[0]], names[e[1]]) for e in sorted(cut) if len(e) == 2),
            cost, found.freedom, low, high, found.burden,
        )  # fmt: skip

    def baselines(self, before: Seizures, best: SurgeryPlan) -> dict[str, SurgeryPlan]:
        """Return what is done without a search."""
        if self.operation.kind == "disconnection":
            return {"as it is": self.plan([], 0.0)}
        names, n = before.names, len(best.regions)
        weights = self.patient.network.connectome.weights
        strength = np.asarray(weights.sum(axis=0) + weights.sum(axis=1)).ravel()
        seizing = np.flatnonzero(before.probability > 0)

        def removed(which: np.ndarray) -> SurgeryPlan:
            return self.plan([(int(k),) for k in which], float(len(which)))

        rng = stream(self.seed, 0xBA5E)
        drawn = [removed(rng.choice(len(names), n, replace=False)) for _ in range(_RANDOM)]
        freedom = float(np.mean([plan.freedom for plan in drawn]))
        low, high = self._interval(freedom, self.n_runs * _RANDOM)
        burden = float(np.mean([plan.burden for plan in drawn]))
        chance = SurgeryPlan((f"{n} regions",), (), float(n), freedom, low, high, burden)
        return {
            "as it is": removed(np.array([], dtype=np.int64)),
            "all that seize": removed(seizing),
            "most often seizing": removed(np.argsort(-before.probability, kind="stable")[:n]),
            "strongest": removed(np.argsort(-strength, kind="stable")[:n]),
            "by chance": chance,
        }

    def _interval(self, share: float, n: int) -> tuple[float, float]:
        return binomial_interval(round(share * n), n) if self.patient.varies else (share, share)
