"""Phase plane of a region: where two of its states go, and where they come to rest."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.planar_fixed_points import PlanarPoint, planar_fixed_points
from surrobrain.checks import choice
from surrobrain.mechanistic.node import Node, pathways
from surrobrain.reports.figures.style import MEASURED, MODEL, SECOND, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["phase_plane"]

Flow = Callable[[Any, Any], tuple[Any, Any]]
Rates = Callable[[np.ndarray], np.ndarray]
Span = tuple[float, float]

_SECONDS = {"s": 1.0, "ms": 1e-3}


def phase_plane(
    node: Node,
    *,
    states: tuple[str, str] | None = None,
    held: Mapping[str, float] | None = None,
    coupling: float = 0.0,
    start: tuple[float, float] | None = None,
    duration: float | None = None,
    limits: tuple[Span, Span] | None = None,
) -> Picture:
    """Draw two states of a region: nullclines, flow, one trajectory and the fixed points.

    Parameters
    ----------
    node : Node
        One region, with one number for every parameter.
    states : pair of str, optional
        States across and up; by default the first two that act on each other.
    held : mapping of str to float, optional
        Where the other states are held; those not named, at a fixed point of the whole region.
    coupling : float
        What the region receives through each channel, in the unit of its coupling term.
    start : pair of float, optional
        Where the trajectory starts; by default where a simulation does.
    duration : float, optional
        Seconds of the trajectory; by default until the node has forgotten its start.
    limits : pair of pairs of float, optional
        Window (smallest, largest), across and up; by default around the trajectory.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        An unknown state is named, or a state is to be held at a fixed point and none is found.

    Notes
    -----
    Everything is said of the plane: the other states do not move, so a point that is stable here
    may not be so for the region. A pathway of its own delay hears the present. There is no noise.
    """
    _check(node, (*(states or ()), *(held or {})))
    at = _held(node, held, coupling)
    across, up = states or _acting(node, at, coupling)
    others = {k: v for k, v in at.items() if k not in (across, up)}
    flow = _flow(node, (across, up), others, coupling)
    begin = np.array(start or (node.initial[across], node.initial[up]))
    path = _followed(lambda x: np.array(flow(*x), float), begin, node, duration).T
    window = limits or (_around(path[0]), _around(path[1]))
    points = planar_fixed_points(flow, *window)
    figure = new_figure(6.4, 5.0)
    axes = figure.subplots()
    _draw_flow(axes, flow, window, (across, up))
    _draw_path(axes, path, points)
    axes.set(xlim=window[0], ylim=window[1])
    tidy(axes, x=across, y=up)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8.5)
    kind = type(node).__name__
    named = ", ".join(f"{k} = {_number(v)}" for k, v in others.items())
    fixed = f" Held: {named}." if named else ""
    return Picture(
        figure,
        f"Phase plane of {kind}",
        "Where the two states go (gray lines, arrows with time). On a nullcline one of them stands "
        "still, where two cross both do: a filled dot draws its surroundings in, an open one lets "
        f"go. The square is where the trajectory starts.{fixed} {_in_words(points, node)}",
        f"{up} against {across} of {kind} from {window[0][0]:.3g} to {window[0][1]:.3g}; "
        f"{len(points)} fixed points.",
    )


def _check(node: Node, named: tuple[str, ...]) -> None:
    if len(node.states) < 2:
        raise ValueError(f"a plane needs two states, but {type(node).__name__} has one")
    for name in named:
        choice(name, node.states, "state")


def _equations(node: Node, coupling: float) -> Callable[[tuple], tuple]:
    """Return the whole region as a function of its state alone."""

    def rates(state: tuple) -> tuple:
        sent = node.source(np, state, node)
        ways = pathways(node, len(sent))
        received = tuple(
            coupling if way == "tracts" else own for way, own in zip(ways, sent, strict=True)
        )
        return node.drift(np, state, received, node)

    return rates


def _held(node: Node, held: Mapping[str, float] | None, coupling: float) -> dict[str, float]:
    """Return a value for every state: the given one, or that of a fixed point of the region."""
    from scipy.optimize import root

    given = dict(held or {})
    free = [name for name in node.states if name not in given]
    if len(free) <= 2:
        return {**node.initial, **given}
    region = _equations(node, coupling)

    def rates(x: np.ndarray) -> np.ndarray:
        now = {**given, **dict(zip(free, x, strict=True))}
        found = dict(zip(node.states, region(tuple(now[k] for k in node.states)), strict=True))
        return np.array([float(found[name]) for name in free])

    begin = np.array([node.initial[name] for name in free])
    with np.errstate(all="ignore"):
        speed = np.abs(rates(begin + 0.1 * (1 + np.abs(begin)))).max()
        for guess in _guesses(rates, begin, node):
            found = root(rates, guess)
            if found.success and np.abs(found.fun).max() <= 1e-7 * speed:
                return {**given, **dict(zip(free, map(float, found.x), strict=True))}
    raise ValueError(
        f"no fixed point of {type(node).__name__} was found to hold {', '.join(free)} at; give "
        "their values by held={...}"
    )


def _guesses(rates: Rates, begin: np.ndarray, node: Node) -> Iterator[np.ndarray]:
    """Yield where a fixed point may be near: at the start, in the middle of a cycle, at the end."""
    yield begin
    path = _followed(rates, begin, node)
    yield path[len(path) // 2 :].mean(axis=0)
    yield path[-1]


def _acting(node: Node, at: Mapping[str, float], coupling: float) -> tuple[str, str]:
    """Return the first two states each of which moves the other's rate."""
    rates = _equations(node, coupling)
    base = np.array([at[name] for name in node.states])

    def acts(source: int, target: int) -> bool:
        moved = base.copy()
        moved[source] += 0.1 * (1 + abs(base[source]))
        return bool(rates(tuple(moved))[target] != rates(tuple(base))[target])

    pairs = itertools.combinations(range(len(base)), 2)
    first, second = next(((a, b) for a, b in pairs if acts(a, b) and acts(b, a)), (0, 1))
    return node.states[first], node.states[second]


def _flow(
    node: Node, states: tuple[str, str], others: Mapping[str, float], coupling: float
) -> Flow:
    """Return the two rates as a function of the two states."""
    rates = _equations(node, coupling)
    chosen = [node.states.index(name) for name in states]

    def flow(x: Any, y: Any) -> tuple[Any, Any]:
        now = {**others, states[0]: x, states[1]: y}
        found = rates(tuple(now[name] for name in node.states))
        return found[chosen[0]], found[chosen[1]]

    return flow


def _followed(
    rates: Rates, start: np.ndarray, node: Node, duration: float | None = None
) -> Float[np.ndarray, "times states"]:
    """Follow equations for so many seconds; by default until their start is forgotten."""
    from scipy.integrate import solve_ivp

    end = (duration or node.settle or 1.0) / _SECONDS[node.time_unit]
    with np.errstate(all="ignore"):
        found = solve_ivp(
            lambda _, x: rates(x), (0.0, end), start, method="LSODA", rtol=1e-7, atol=1e-9
        )
    return found.y.T


def _around(values: Float[np.ndarray, "times"]) -> Span:
    """Return what holds all values, with room on each side."""
    low, high = float(values.min()), float(values.max())
    margin = max(0.35 * (high - low), 0.4 * abs(low), 0.4 * abs(high)) or 1.0
    return low - margin, high + margin


def _draw_flow(
    axes: "Axes", flow: Flow, window: tuple[Span, Span], states: tuple[str, str]
) -> None:
    x, y = (np.linspace(*span, 240) for span in window)
    with np.errstate(all="ignore"):
        rates = np.broadcast_arrays(*flow(*np.meshgrid(x, y)), np.zeros((240, 240)))[:2]
    coarse = slice(None, None, 6)
    axes.streamplot(
        x[coarse], y[coarse], *(rate[coarse, coarse] for rate in rates), color="#c4c4c4",
        linewidth=0.6, arrowsize=0.7, density=1.1,
    )  # fmt: skip
    for rate, name, color in zip(rates, states, (MODEL, SECOND), strict=True):
        axes.contour(x, y, rate, levels=[0.0], colors=color, linewidths=1.5, zorder=3)
        axes.plot([], [], color=color, lw=1.5, label=f"d{name}/dt = 0")


def _draw_path(
    axes: "Axes", path: Float[np.ndarray, "2 times"], points: tuple[PlanarPoint, ...]
) -> None:
    axes.plot(*path, color=TRUTH, lw=1.7, zorder=4, label="trajectory")
    axes.plot(path[0, 0], path[1, 0], "s", color=TRUTH, ms=4.5, zorder=4)
    for point in points:
        face = MEASURED if point.stable else "white"
        axes.plot(point.x, point.y, "o", color=MEASURED, mfc=face, ms=7, mew=1.5, zorder=5)


def _in_words(points: tuple[PlanarPoint, ...], node: Node) -> str:
    """Say where the fixed points are, of which kind, and how fast things happen there."""
    if not points:
        return "There is no fixed point in the window."
    words = []
    for point in points:
        first, second = point.eigenvalues
        rates = (
            f"{first.real:.3g} and {second.real:.3g}"
            if first.imag == 0
            else f"{first.real:.3g} ± {abs(first.imag):.3g}i"
        )
        where = f"({_number(point.x)}, {_number(point.y)})"
        words.append(f"{point.kind} at {where}, eigenvalues {rates}")
    return f"In the plane, per {node.time_unit}: {'; '.join(words)}."


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) > 1e-9 else "0"
