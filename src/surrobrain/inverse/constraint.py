"""What a fitted network must obey, not merely prefer: the augmented Lagrangian."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import positive
from surrobrain.errors import NotConverged
from surrobrain.inverse.feature import Feature, Features
from surrobrain.inverse.objective import Objective, Point
from surrobrain.inverse.search import Search
from surrobrain.inverse.simulated_features import SimulatedFeatures
from surrobrain.seeds import stream

__all__ = ["Constraint", "Held", "hold", "kept", "refuse_constraints"]

_ROUNDS = 15
_PROGRESS, _GROWTH = 0.25, 10.0  # what does not fall to a quarter is weighed tenfold

Numbers = Float[np.ndarray, "numbers"]


@dataclass(frozen=True, eq=False)
class Constraint:
    """Something that must hold at the point that a fit ends at; given among its penalties.

    Parameters
    ----------
    of : Feature or callable
        What must hold for it: a feature of the simulated recording, such as the mean rate of every
        region; or a function of a `Point`, whose ``values`` are the parameters by name (tensors),
        such as ``lambda point: point.values["w"].mean()`` or `growth_per_sample`.
    equal, below, above : float or array, shape (n_numbers,), optional
        What its numbers must be, or on which side of what; one of the three.
    tolerance : float
        By how much they may miss it, in their own unit. Through noisy simulations nothing holds
        better than to their noise.
    name : str
        For messages.

    Raises
    ------
    ValueError
        Not exactly one of ``equal``, ``below`` and ``above`` was given, or it is not finite.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> recording = sb.simulate(network, duration=60.0)
    >>> unknown = sb.per_region(sb.priors.Uniform(0.0, 0.45))
    >>> free = sb.FreeNetwork(network, {"coupling": unknown})
    >>> known = Constraint(lambda point: point.values["coupling"].mean(), equal=0.25)
    >>> search = sb.Search("lbfgs", through="linearization")
    >>> fit = sb.fit(free, recording, penalties=[known], training=search)
    >>> round(float(np.mean(list(fit.values.values()))), 3)
    0.25
    """

    of: Feature | Callable[[Any], Any]
    equal: Any = None
    below: Any = None
    above: Any = None
    tolerance: float = 1e-3
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse what says nothing, or two things."""
        given = [x for x in (self.equal, self.below, self.above) if x is not None]
        if len(given) != 1 or not np.isfinite(np.asarray(given[0], dtype=float)).all():
            raise ValueError(
                "a constraint needs one finite bound, equal=, below= or above=, but "
                f"equal={self.equal}, below={self.below} and above={self.above} arrived"
            )
        positive(self.tolerance, "tolerance")

    @property
    def kind(self) -> Literal["equal", "below", "above"]:
        """Which of the three was given."""
        if self.equal is not None:
            return "equal"
        return "below" if self.below is not None else "above"

    @property
    def bound(self) -> Float[np.ndarray, "..."]:
        """What was given for it."""
        return np.asarray(getattr(self, self.kind), dtype=np.float64)

    @property
    def words(self) -> str:
        """The constraint as a reader sees it."""
        own = self.of.name if isinstance(self.of, Feature) else "a function of the parameters"
        sign = {"equal": "=", "below": "<=", "above": ">="}[self.kind]
        return f"{self.name or own} {sign} {np.array2string(self.bound, precision=4, threshold=4)}"

    def gap(self, value: Any, bound: Any) -> Any:
        """Return by how much numbers miss the bound; negative where an inequality has room."""
        return bound - value if self.kind == "above" else value - bound


@dataclass(frozen=True, eq=False)
class Held:
    """Where a search with constraints ended.

    Parameters
    ----------
    u : array, shape (n_unknowns,)
        The point.
    constraints : tuple of str
        In words.
    gaps : tuple of float
        By how much each is missed at most, in its unit; 0 for an inequality with room.
    multipliers : tuple of array
        What each costs: the slope of the loss by its bound. 0 for one that does not bind.
    rounds : int
        Searches it took.
    converged : bool
        Whether all hold within their tolerance, and none holds the point without need.
    objective : Objective
        The last augmented Lagrangian, of which the point is a minimum.
    """

    u: Float[np.ndarray, "unknowns"]
    constraints: tuple[str, ...]
    gaps: tuple[float, ...]
    multipliers: tuple[Numbers, ...]
    rounds: int
    converged: bool
    objective: Objective


def hold(
    objective: Objective,
    constraints: Sequence[Constraint],
    start: Float[np.ndarray, "unknowns"],
    search: Callable[[Objective, np.ndarray], np.ndarray],
    *,
    scale: float,
) -> Held:
    """Search for the lowest loss among the points at which constraints hold.

    Parameters
    ----------
    objective : Objective
        The loss.
    constraints : sequence of Constraint
        What must hold.
    start : array, shape (n_unknowns,)
        Where to start.
    search : callable
        Takes an objective and a start, returns where the search ends.
    scale : float
        Size of the loss at points of no interest: what violations are first weighed against.

    Returns
    -------
    Held

    Notes
    -----
    The first search knows no constraint. Then, for equalities g = 0 and inequalities g <= 0,
    ``loss + l g + mu g^2 / 2`` and ``loss + (max(0, l + mu g)^2 - l^2) / (2 mu)`` are minimized in
    turns with the steps ``l + mu g`` and ``max(0, l + mu g)`` of the multipliers l; mu grows
    tenfold where a round does not shorten violations to a quarter [1]_.

    References
    ----------
    .. [1] Nocedal & Wright (2006), Numerical optimization. Springer, section 17.3-17.4.
    """
    u = search(objective, start)
    gaps = _gaps(objective, constraints, u)
    multipliers, strength = [np.zeros_like(gap) for gap in gaps], 0.0
    last, rounds, whole = np.inf, 1, objective
    while True:
        worst = _missed(constraints, gaps, multipliers, strength)
        if strength > 0:
            both = zip(constraints, multipliers, gaps, strict=True)
            multipliers = [_signed(c, m + strength * gap) for c, m, gap in both]
        if worst <= 1 or not np.isfinite(worst) or rounds == _ROUNDS:
            break
        if strength == 0:
            violated = [_signed(c, gap) for c, gap in zip(constraints, gaps, strict=True)]
            strength = 2 * scale / float(np.square(np.concatenate(violated)).sum())
        elif worst > _PROGRESS * last:
            strength *= _GROWTH
        last, rounds = worst, rounds + 1
        whole = _augmented(objective, constraints, multipliers, strength)
        u = search(whole, u)
        gaps = _gaps(objective, constraints, u)
    missed = [
        float(np.abs(_signed(c, gap)).max()) for c, gap in zip(constraints, gaps, strict=True)
    ]
    words = tuple(each.words for each in constraints)
    return Held(u, words, tuple(missed), tuple(multipliers), rounds, bool(worst <= 1), whole)


def kept(hard: Sequence[Constraint], held: Sequence[Held]) -> Bool[np.ndarray, "ends"]:
    """Tell at which ends of searches all constraints hold.

    Raises
    ------
    NotConverged
        At none; the message says by how much the nearest misses which.
    """
    missed = np.array([
        [gap / each.tolerance for gap, each in zip(end.gaps, hard, strict=True)] for end in held
    ])  # fmt: skip
    good = np.asarray((missed <= 1).all(axis=1))
    if not good.any():
        nearest = held[int(np.argmin(missed.max(axis=1)))]
        told = zip(nearest.constraints, nearest.gaps, hard, strict=True)
        lost = "; ".join(f"{x} is missed by {gap:.4g}" for x, gap, c in told if gap > c.tolerance)
        raise NotConverged(
            f"no point was found at which all constraints hold: {lost}. They may contradict each "
            "other or the priors; otherwise take more iterations, or a tolerance above the noise"
        )
    return good


def refuse_constraints(hard: Sequence[Constraint], search: Search) -> None:
    """Refuse constraints that a search cannot hold, before any time is spent."""
    if hard and search.method == "gauss_newton":
        raise ValueError(
            "gauss_newton minimizes squares and cannot hold constraints; use method='lbfgs' or "
            "'cma_es'"
        )
    for each in hard:
        blind = isinstance(each.of, Feature) and each.of.from_covariance is None
        if blind and search.through == "linearization":
            raise ValueError(
                f"the linearization gives covariances, which do not tell whether {each.words}; use "
                "through='simulation'"
            )


def _signed(constraint: Constraint, numbers: Numbers) -> Numbers:
    """Return the numbers of an equality, and what is above zero of those of an inequality."""
    return numbers if constraint.kind == "equal" else np.maximum(numbers, 0.0)


def _missed(
    constraints: Sequence[Constraint],
    gaps: Sequence[Numbers],
    multipliers: Sequence[Numbers],
    strength: float,
) -> float:
    """Return the largest violation in tolerances; so counts room at what a multiplier holds."""
    worst = 0.0
    for each, gap, multiplier in zip(constraints, gaps, multipliers, strict=True):
        room = -multiplier / strength if strength > 0 else 0.0 * multiplier
        left = gap if each.kind == "equal" else np.maximum(gap, room)
        worst = max(worst, float(np.abs(left).max()) / each.tolerance)
    return worst


def _augmented(
    objective: Objective,
    constraints: Sequence[Constraint],
    multipliers: Sequence[Numbers],
    strength: float,
) -> Objective:
    """Return the loss with what the constraints add to it."""
    parts, targets = list(objective.features.parts), list(objective.targets)
    penalties = list(objective.penalties)
    for each, multiplier in zip(constraints, multipliers, strict=True):
        cost = _Cost(each, multiplier, strength)
        if isinstance(each.of, Feature):
            parts.append(dataclasses.replace(each.of, distance=cost, weight=1.0))
            targets.append(_bound(objective, each))
        else:
            penalties.append(cost.at_point)
    return dataclasses.replace(
        objective, features=Features(tuple(parts)), targets=tuple(targets), penalties=penalties
    )


@dataclass(frozen=True, eq=False)
class _Cost:
    """What one constraint adds to the loss."""

    constraint: Constraint
    multiplier: Numbers
    strength: float

    def __call__(self, found: Any, bound: Any) -> Any:
        """Return the cost of numbers, shape (..., n_numbers)."""
        import torch

        gap, mu = self.constraint.gap(found, bound), self.strength
        held = torch.as_tensor(self.multiplier)
        if self.constraint.kind == "equal":
            return (held * gap + mu / 2 * gap.square()).sum(-1)
        return ((held + mu * gap).clamp(min=0.0).square() - held.square()).sum(-1) / (2 * mu)

    def at_point(self, point: Point) -> Any:
        """Return the cost of a point of the unknowns."""
        import torch

        return self(_numbers(self.constraint, point), torch.as_tensor(self.constraint.bound))


def _numbers(constraint: Constraint, point: Point) -> Any:
    """Return what a constraint on parameters is about, shape (n_numbers,)."""
    import torch

    function: Any = constraint.of
    return torch.as_tensor(function(point), dtype=torch.float64).reshape(-1)


def _gaps(
    objective: Objective, constraints: Sequence[Constraint], u: Float[np.ndarray, "unknowns"]
) -> list[Numbers]:
    """Return by how much every constraint is missed at a point; infinite where nothing runs."""
    import torch

    found = []
    for each in constraints:
        try:
            if isinstance(each.of, Feature):
                bound = _bound(objective, each)
                numbers = _observed(objective, each.of, bound, u)
            else:
                with torch.no_grad():
                    numbers = _numbers(each, Point(objective.free, torch.as_tensor(u))).numpy()
                bound = np.broadcast_to(each.bound, numbers.shape)
            gap = each.gap(numbers, bound)
            found.append(np.where(np.isfinite(gap), gap, np.inf))
        except NotConverged:
            found.append(np.full(1, np.inf))
    return found


def _observed(
    objective: Objective, feature: Feature, bound: Numbers, u: Float[np.ndarray, "unknowns"]
) -> Numbers:
    """Return a feature as the search sees it, noise included."""
    import torch

    alone = dataclasses.replace(objective, features=Features((feature,)), targets=(bound,))
    search = objective.search
    if search.method == "cma_es" and search.through == "simulation":
        return alone.numbers(u[None])[0]
    with torch.no_grad():
        return SimulatedFeatures(alone).mean(torch.as_tensor(u)).numpy()


def _bound(objective: Objective, constraint: Constraint) -> Numbers:
    """Return a bound for every number of a feature."""
    network = objective.free.network
    noise = stream(0, 0xB0D).standard_normal((objective.n_times, len(network.names)))
    feature: Any = constraint.of
    return np.broadcast_to(constraint.bound, feature.of(noise, network.sfreq).shape).copy()
