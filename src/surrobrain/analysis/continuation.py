"""Continuation: fixed points followed as one parameter changes, round its folds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from surrobrain.analysis.arclength import Curve, Place
from surrobrain.analysis.bifurcation import Bifurcation, bifurcations_between
from surrobrain.analysis.fixed_points import explored, fixed_points
from surrobrain.analysis.newton import solve_newton
from surrobrain.analysis.system import Analyzable, System, system_of
from surrobrain.checks import number, positive, whole
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node, check_parameters, parameters

__all__ = ["Branch", "continuation"]


@dataclass(frozen=True, eq=False)
class Branch:
    """Fixed points that belong together, in the order in which they were followed.

    Parameters
    ----------
    parameter : str
        What was changed.
    values : array, shape (n_points,)
        Its values.
    states : array, shape (n_points, n_states)
        Where the model stands still.
    n_unstable : array of int, shape (n_points,)
        Number of directions in which departures grow.
    bifurcations : tuple of Bifurcation
        Where that number changes.
    names : tuple of str
        What the states are.
    """

    parameter: str
    values: Float[np.ndarray, "points"]
    states: Float[np.ndarray, "points states"]
    n_unstable: Int[np.ndarray, "points"]
    bifurcations: tuple[Bifurcation, ...] = field(default=())
    names: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[float, ...]:
        """Return the values of the parameter at one kind of bifurcation, in rising order."""
        return tuple(sorted(b.value for b in self.bifurcations if b.kind == kind))


def continuation(
    model: Analyzable,
    parameter: str,
    *,
    span: tuple[float, float],
    start: Float[np.ndarray, "states"] | None = None,
    regions: Sequence[str | int] = (),
    step: float = 0.01,
    n_steps: int = 4000,
) -> Branch:
    """Follow a fixed point as a parameter changes, and find where it bifurcates.

    Use it to say at which value a model begins to oscillate, or loses a state of rest.

    Parameters
    ----------
    model : Network, Node, Surrogate or System
        A network without delays. Of a surrogate, a region is given constant input.
    parameter : str
        "coupling", a parameter of the node, or the region of a surrogate that is given input.
    span : pair of float
        Where to begin, and where to end; the branch also ends where it comes back to its begin.
    start : array, shape (n_states,), optional
        A state near the fixed point to begin with; by default the most stable one that
        `fixed_points` finds.
    regions : sequence of str or int, optional
        Regions of a network whose parameter changes; all by default.
    step : float
        Largest step along the branch, as a share of the span and of the size of the states.
    n_steps : int
        Steps at most.

    Returns
    -------
    Branch

    Raises
    ------
    ValueError
        There is no such parameter, or the span leaves its range.
    NotConverged
        There is no fixed point to begin with.

    Notes
    -----
    Pseudo-arclength [1]_: the next point solves ``f(x, v) = 0`` at a given distance along the
    tangent, so that folds are nothing special. Where the number of unstable directions has
    changed over a step, the crossing of the eigenvalue is found by bisection and inverse
    interpolation, to the precision of the arithmetic. At a crossing of a pair it is a Hopf
    bifurcation (a torus of a map), of a factor -1 of a map a period doubling; of a real
    eigenvalue a fold where the parameter turns back there, else a branch point: a pitchfork
    where the quadratic term along the null vector vanishes, or a transcritical one.

    References
    ----------
    .. [1] Keller (1977), Numerical solution of bifurcation and nonlinear eigenvalue problems, in
       Rabinowitz (ed), Applications of bifurcation theory. Academic Press.
    .. [2] Kuznetsov (2004), Elements of applied bifurcation theory. Springer, chapter 10.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
    >>> branch = continuation(StuartLandau(), "a", span=(-0.5, 0.5))
    >>> [(point.kind, abs(round(point.value, 9))) for point in branch.bifurcations]
    [('Hopf', 0.0)]
    """
    begin, end = number(span[0], "span[0]"), number(span[1], "span[1]")
    if begin == end:
        raise ValueError(f"the span must have two ends, but {span} arrived")
    positive(step, "step")
    whole(n_steps, "n_steps", low=1)
    _check(model, parameter, (begin, end))
    system = system_of(model, parameter=parameter, regions=regions)
    x, scale = _begin(system, begin, start)
    curve = Curve(system, begin, end, scale)
    places, found = [curve.first(x)], []
    length = 0.1 * step
    for _ in range(n_steps):
        following, length = curve.following(places[-1], length, largest=step)
        if following is None:
            break
        found.extend(bifurcations_between(curve, places[-1], following))
        places.append(following)
        if curve.left(following) or curve.closed(places):
            break
    return _branch(system, parameter, places, found, end)


def _branch(
    system: System, parameter: str, places: list[Place], found: list[Bifurcation], end: float
) -> Branch:
    low, high = min(places[0].value, end), max(places[0].value, end)
    inside = [b for b in found if low <= b.value <= high]
    return Branch(
        parameter, np.array([p.value for p in places]), np.stack([p.x for p in places]),
        np.array([p.n_unstable for p in places]), tuple(inside), system.names,
    )  # fmt: skip


def _begin(
    system: System, value: float, start: Float[np.ndarray, "states"] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the fixed point to begin with, and the size of every state."""
    if start is None:
        held = System(
            lambda x, _: system.motion(x, value), lambda x, _: system.slopes(x, value),
            system.start, system.names, discrete=system.discrete, low=system.low, high=system.high,
        )  # fmt: skip
        points = sorted(fixed_points(held), key=lambda p: (p.n_unstable, p.growth[0]))
        if not points:
            raise NotConverged(
                f"no fixed point was found at {value:g}; give start=, a state near one"
            )
        start = points[0].state
    path = explored(system, 50, value=value)
    scale = np.maximum(path.max(axis=0) - path.min(axis=0), np.abs(start))
    scale = np.where(scale > 1e-9, scale, max(float(scale.max()), 1e-3))
    found, good = solve_newton(system, np.asarray(start, float)[None], scale=scale, value=value)
    if not good[0]:
        raise NotConverged(
            f"Newton's method finds no fixed point near start at {value:g}; give another"
        )
    return found[0], scale


def _check(model: Analyzable, parameter: str, span: tuple[float, float]) -> None:
    """Refuse values that the node does not allow."""
    node = model.node if isinstance(model, Network) else model
    if isinstance(node, Node) and parameter in parameters(node):
        import dataclasses

        for value in span:
            changed = dataclasses.replace(node, **{parameter: value})  # pyright: ignore
            check_parameters(changed, getattr(model, "regions", ("region",)))
