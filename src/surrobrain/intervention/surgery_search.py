"""Three ways to find the cheapest set of cuts that is good enough: all sets, greedy, genetic."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from surrobrain.seeds import stream

__all__ = ["Judgement", "Judges", "exhaustive", "genetic", "greedy"]

Cuts = frozenset[int]

_POPULATION, _GENERATIONS, _PATIENCE = 40, 40, 8


@dataclass(frozen=True)
class Judgement:
    """What a set of cuts achieves: share of runs that go well, and what is left on average."""

    freedom: float
    burden: float


@dataclass(eq=False)
class Judges:
    """Looks at sets of cuts, each only once, and knows when one is good enough.

    Parameters
    ----------
    judge : callable
        Takes a set of positions, returns its `Judgement`.
    costs : array, shape (n_elements,)
        What each element costs.
    enough : float
        Freedom from which on a set is good enough.
    seen : dict of frozenset to Judgement
        What was looked at so far.
    """

    judge: Callable[[Cuts], Judgement]
    costs: Float[np.ndarray, "elements"]
    enough: float
    seen: dict[Cuts, Judgement] = field(default_factory=dict)

    def __call__(self, cuts: Cuts) -> Judgement:
        """Return the judgement of a set."""
        if cuts not in self.seen:
            self.seen[cuts] = self.judge(cuts)
        return self.seen[cuts]

    def cost(self, cuts: Cuts) -> float:
        """Return what a set costs."""
        return float(sum(self.costs[k] for k in cuts))

    def good(self, cuts: Cuts) -> bool:
        """Whether a set is good enough."""
        return self(cuts).freedom >= self.enough

    def rank(self, cuts: Cuts) -> tuple[float, ...]:
        """Return what orders sets, best first: good ones by cost, others by what they leave."""
        found = self(cuts)
        if found.freedom >= self.enough:
            return (0.0, self.cost(cuts), found.burden)
        return (1.0, found.burden, self.cost(cuts))


def exhaustive(judges: Judges) -> None:
    """Look at all sets, cheapest first, until the next costs more than a good one."""
    n = len(judges.costs)
    sets = [frozenset(s) for size in range(n + 1) for s in itertools.combinations(range(n), size)]
    sets.sort(key=lambda s: (judges.cost(s), len(s), sorted(s)))
    reached = np.inf
    for cuts in sets:
        if judges.cost(cuts) > reached * (1 + 1e-12):
            return
        if judges.good(cuts):
            reached = judges.cost(cuts)


def greedy(judges: Judges) -> Cuts:
    """Add what helps most for its cost until it is enough, then take back what is not needed."""
    chosen: Cuts = frozenset()
    while not judges.good(chosen) and len(chosen) < len(judges.costs):
        before = judges(chosen).burden

        def gain(k: int, chosen: Cuts = chosen, before: float = before) -> float:
            return (before - judges(chosen | {k}).burden) / judges.costs[k]

        left = [k for k in range(len(judges.costs)) if k not in chosen]
        chosen |= {max(left, key=gain)}
    return _pruned(judges, chosen)


def genetic(judges: Judges, starts: Sequence[Cuts], *, seed: int) -> Cuts:
    """Breed sets: the better of two by chance are crossed, changed a little, and kept if good.

    References
    ----------
    .. [1] Holland (1975), Adaptation in natural and artificial systems.
    """
    rng, n = stream(seed, 0x6E4E), len(judges.costs)
    crowd = [*starts, *(frozenset([k]) for k in range(n))][:_POPULATION]
    while len(crowd) < _POPULATION:
        crowd.append(frozenset(np.flatnonzero(rng.random(n) < 2 / n).tolist()))
    best, since = min(crowd, key=judges.rank), 0
    for _ in range(_GENERATIONS):
        children = []
        for _ in range(_POPULATION):
            pairs = rng.integers(len(crowd), size=(2, 2))
            mother, father = (min((crowd[a], crowd[b]), key=judges.rank) for a, b in pairs)
            from_mother, changed = rng.random(n) < 0.5, rng.random(n) < 1 / n
            genes = np.array([(k in (mother if m else father)) for k, m in enumerate(from_mother)])
            children.append(frozenset(np.flatnonzero(genes ^ changed).tolist()))
        crowd = sorted({*crowd, *children}, key=lambda s: (judges.rank(s), sorted(s)))[:_POPULATION]
        since = 0 if judges.rank(crowd[0]) < judges.rank(best) else since + 1
        best = crowd[0]
        if since == _PATIENCE:
            break
    return _pruned(judges, best)


def _pruned(judges: Judges, chosen: Cuts) -> Cuts:
    """Take back, dearest first, whatever a good set does not need."""
    for k in sorted(chosen, key=lambda k: (-judges.costs[k], k)):
        if judges.good(chosen) and judges.good(chosen - {k}):
            chosen = chosen - {k}
    return chosen
