"""What is known of unknowns after the data: each alone beside its prior, and pairs together."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.posterior import Posterior
from surrobrain.reports.figures.style import GRAY, MODEL, SMALL, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["posterior"]

_MOST_PAIRED = 5  # unknowns up to which pairs are drawn
_MOST_ALONE = 24  # marginals that are drawn at most, those that the data decide best
_COLUMNS = 6
_PRIOR_DRAWS = 100_000
_EDGE = 0.002  # share of the prior's draws that is not shown on either side


def posterior(found: Posterior, *, truth: Float[np.ndarray, "unknowns"] | None = None) -> Picture:
    """Draw the posterior of every unknown over its prior, and of pairs where there are few.

    Parameters
    ----------
    found : Posterior
        From ``surrobrain.infer``.
    truth : array, shape (n_unknowns,), optional
        What a simulation was made with, in the unit of each unknown.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        The truth has another number of unknowns.
    """
    n = len(found.names)
    if truth is not None and len(truth) != n:
        raise ValueError(
            f"the posterior has {n} unknowns but the truth has {len(truth)}; give one number for "
            "each, in the order of posterior.names"
        )
    drawn = _pairs if 2 <= n <= _MOST_PAIRED else _marginals
    figure, shown = drawn(found, truth)
    return Picture(figure, "Posterior of the unknowns", *_in_words(found, truth, shown))


def _pairs(found: Posterior, truth: np.ndarray | None) -> tuple:
    """Marginals on the diagonal, pairs below it."""
    n, draws, prior = len(found.names), found.draws, _prior(found)
    figure = new_figure(2.1 * n + 1.0, 1.9 * n + 0.4)
    grid = figure.subplots(n, n, squeeze=False)
    for i in range(n):
        for j in range(n):
            axes = grid[i, j]
            if j > i:
                axes.set_axis_off()
                continue
            if i == j:
                at = None if truth is None else float(truth[i])
                _draw_marginal(axes, draws[:, i], prior[:, i], at)
            else:
                cross = None if truth is None else (truth[j], truth[i])
                _draw_pair(axes, draws[:, [j, i]], cross)
            x = _label(found, j) if i == n - 1 else ""
            tidy(axes, x=x, y=_label(found, i) if j == 0 and i > 0 else "")
            if i == j:
                axes.spines["left"].set_visible(False)
    _explain(grid[0, 1], with_truth=truth is not None)
    return figure, np.arange(n)


def _marginals(found: Posterior, truth: np.ndarray | None) -> tuple:
    """Marginals alone, those that the data decide best first."""
    order = np.argsort(-found.shrinkage, kind="stable")
    shown = np.sort(order[:_MOST_ALONE])
    columns = min(_COLUMNS, len(shown), int(np.ceil(np.sqrt(2 * len(shown)))))
    rows = -(-len(shown) // columns)
    figure = new_figure(1.75 * columns + 1.6, 1.55 * rows + 0.5)
    grid = figure.subplots(rows, columns, squeeze=False)
    draws, prior = found.draws, _prior(found)
    for axes, k in zip(grid.flat, shown, strict=False):
        at = None if truth is None else float(truth[k])
        _draw_marginal(axes, draws[:, k], prior[:, k], at)
        tidy(axes, x=_label(found, int(k)))
        axes.spines["left"].set_visible(False)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    _explain(grid[0, columns - 1], with_truth=truth is not None)
    return figure, shown


def _prior(found: Posterior) -> Float[np.ndarray, "draws unknowns"]:
    return found.free.natural(found.free.sample(_PRIOR_DRAWS, seed=0))


def _draw_marginal(axes: "Axes", draws: np.ndarray, prior: np.ndarray, truth: float | None) -> None:
    """Both densities on the range of the prior, each to its own height."""
    low, high = np.quantile(prior, [_EDGE, 1 - _EDGE])
    low, high = min(low, draws.min()), max(high, draws.max())
    for values, color, fill, bins in ((prior, GRAY, 0.25, 40), (draws, MODEL, 0.75, None)):
        width = (high - low) / bins if bins else _bin_width(values, (high - low) / 300)
        edges = np.arange(low, high + 1.01 * width, width)
        heights, edges = np.histogram(values, edges)
        axes.stairs(heights / max(1, heights.max()), edges, fill=True, color=color, alpha=fill)
    if truth is not None:
        axes.axvline(truth, color=TRUTH, linewidth=1.4)
    axes.set_yticks([])
    axes.set_xlim(low, high)
    axes.set_ylim(0, 1.08)


def _bin_width(values: np.ndarray, least: float) -> float:
    """Freedman and Diaconis."""
    low, high = np.quantile(values, [0.25, 0.75])
    return max(2 * (high - low) / np.cbrt(len(values)), least)


def _draw_pair(axes: "Axes", draws: np.ndarray, truth: tuple[float, float] | None) -> None:
    """Draws of two unknowns, on their own range, so that their dependence is seen."""
    axes.scatter(*draws.T, s=4, alpha=0.25, color=MODEL, linewidths=0, rasterized=True)
    if truth is not None:
        axes.plot(*truth, "+", color=TRUTH, ms=11, mew=1.8, zorder=4)
    r = float(np.corrcoef(draws.T)[0, 1])
    axes.text(0.97, 0.97, f"r = {r:.2f}", transform=axes.transAxes, ha="right", va="top",
              fontsize=SMALL)  # fmt: skip
    axes.margins(0.06)


def _label(found: Posterior, k: int) -> str:
    unit = found.units[k]
    return found.names[k] if unit in ("", "1") else f"{found.names[k]} ({unit})"


def _explain(axes: "Axes", *, with_truth: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list = [
        Patch(color=GRAY, alpha=0.25, label="prior"), Patch(color=MODEL, label="posterior"),
    ]  # fmt: skip
    if with_truth:
        handles.append(Line2D([], [], color=TRUTH, linewidth=1.4, label="truth"))
    at, corner = ("upper left", (1.0, 1.0)) if axes.axison else ("center", (0.5, 0.5))
    axes.legend(handles=handles, fontsize=SMALL, frameon=False, loc=at, bbox_to_anchor=corner)


def _in_words(found: Posterior, truth: np.ndarray | None, shown: np.ndarray) -> tuple[str, str]:
    """Return caption and alternative text."""
    low, high = found.interval(0.9)
    least, most = int(np.argmin(found.shrinkage)), int(np.argmax(found.shrinkage))
    before = "before the data (gray) and after them (blue), by the method"
    if least == most:
        caption = (
            f"What is known of {found.names[most]} {before} {found.method}. The data take away "
            f"{found.shrinkage[most]:.0%} of the variance."
        )
    else:
        caption = (
            f"What is known of each unknown {before} {found.method}. The data decide "
            f"{found.names[most]} best (variance less by {found.shrinkage[most]:.0%}) and "
            f"{found.names[least]} least ({found.shrinkage[least]:.0%})."
        )
    if len(shown) < len(found.names):
        caption += f" The {len(shown)} of {len(found.names)} unknowns that the data decide best."
    if truth is not None:
        inside = int(((low <= truth) & (truth <= high)).sum())
        caption += f" {inside} of {len(truth)} true values lie in their 90 % interval."
    said = "; ".join(
        f"{found.names[k]} {found.mean[k]:.3g} ({low[k]:.3g} to {high[k]:.3g})" for k in shown[:6]
    )
    return caption, f"Posterior mean and 90 % interval: {said}."
