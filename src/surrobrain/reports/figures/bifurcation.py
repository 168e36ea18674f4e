"""Bifurcation diagram: where a model can rest as a parameter changes, and where that ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surrobrain.analysis.continuation import Branch
from surrobrain.checks import choice
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    NOTHING,
    SECOND,
    TRUTH,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bifurcation"]

_MARKS = {
    "fold": ("s", SECOND), "Hopf": ("o", TRUTH), "torus": ("o", TRUTH),
    "pitchfork": ("D", MEASURED), "transcritical": ("X", MEASURED),
    "period doubling": ("^", SECOND),
}  # fmt: skip


def bifurcation(branches: Branch | Sequence[Branch], *, state: str | None = None) -> Picture:
    """Draw branches of fixed points over a parameter, with their stability and bifurcations.

    Parameters
    ----------
    branches : Branch or sequence of Branch
        From `surrobrain.continuation`, of one parameter.
    state : str, optional
        The state to show, by its name; by default the one that changes most.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no branch, branches are of several parameters, or no state has that name.
    """
    several = [branches] if isinstance(branches, Branch) else list(branches)
    parameters = sorted({b.parameter for b in several})
    if len(parameters) != 1:
        raise ValueError(
            f"a diagram has one parameter, but branches over {', '.join(parameters) or 'none'} "
            "arrived; draw them apart"
        )
    names = several[0].names
    if state is None:
        shown = np.concatenate([b.states for b in several])
        size = np.ptp(shown, axis=0) / (1e-12 + np.abs(shown).max(axis=0))
        state = names[int(np.argmax(size))]
    column = names.index(choice(state, names, "state"))
    figure = new_figure(6.4, 4.2)
    axes = figure.subplots()
    for branch in several:
        _draw(axes, branch, column)
    for label, style, color in (("stable", "-", MODEL), ("unstable", "--", GRAY)):
        axes.plot([], [], style, color=color, lw=1.8, label=label)
    found = [b for branch in several for b in branch.bifurcations]
    for kind in dict.fromkeys(b.kind for b in found):
        mark, color = _MARKS[kind]
        at = np.array([(b.value, b.state[column]) for b in found if b.kind == kind])
        axes.plot(*at.T, mark, color=color, ms=6.5, mec="white", mew=0.8, label=kind, zorder=5)
    low, high = (f([f(b.values) for b in several]) for f in (np.min, np.max))
    _frame(axes, np.concatenate([b.states[:, column] for b in several]))
    tidy(axes, x=parameters[0], y=state)
    figure.legend(loc="outside upper center", ncols=5, frameon=False, fontsize=8.5)
    listed = "; ".join(_in_words(b.kind, b.value, b.frequency) for b in found)
    return Picture(
        figure,
        f"Bifurcations over {parameters[0]}",
        f"Where the model can stand still as {parameters[0]} changes: on a solid line it returns "
        f"after a small push, on a dashed one it does not. {listed or 'Nothing changes its kind'}.",
        f"{state} of fixed points over {parameters[0]} from {low:.4g} to {high:.4g}; "
        f"{len(found)} bifurcations.",
    )


def _frame(axes: "Axes", shown: np.ndarray) -> None:
    """Leave room around the branches; where nothing moves, do not magnify rounding."""
    axes.margins(x=0.02, y=0.12)
    if np.ptp(shown) < NOTHING:
        axes.set_ylim(shown.mean() - 1.0, shown.mean() + 1.0)


def _draw(axes: "Axes", branch: Branch, column: int) -> None:
    """Draw each stretch of one stability, joined to the next one."""
    stable = branch.n_unstable == 0
    starts = np.flatnonzero(np.insert(np.diff(stable.astype(int)) != 0, 0, values=True))
    for first, last in zip(starts, [*starts[1:], len(stable)], strict=True):
        some = slice(max(0, first - 1), last)
        style, color = ("-", MODEL) if stable[first] else ("--", GRAY)
        axes.plot(branch.values[some], branch.states[some, column], style, color=color, lw=1.8)


def _in_words(kind: str, value: float, frequency: float) -> str:
    rhythm = f" ({frequency:.3g} Hz)" if frequency else ""
    return f"{kind} at {value:.6g}{rhythm}"
