"""A score over the points of a sweep: a line over one quantity, a map over two."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.mechanistic.sweep import Sweep
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, log_ticks, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

__all__ = ["sweep_map"]


def sweep_map(
    sweep: Sweep,
    score: Callable[[np.ndarray], float] | None = None,
    *,
    label: str = "score",
    better: Literal["higher", "lower"] | None = None,
) -> Picture:
    """Draw how a score depends on what a sweep varied.

    Parameters
    ----------
    sweep : Sweep
        Over one or two quantities; equal points (other noise) are averaged.
    score : callable, optional
        Function of one point's values that returns a number; not needed where the summary of the
        sweep is one already.
    label : str
        What the score is, with its unit.
    better : {"higher", "lower"}, optional
        Marks and names the best point.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        More than two quantities or one per region were varied, or no score is finite.
    """
    if better is not None:
        choice(better, ("higher", "lower"), "direction")
    names, where = _varied(sweep)
    scores = _scores(sweep, score)
    points, inverse = np.unique(where, axis=0, return_inverse=True)
    means = np.array([_mean(scores[inverse.ravel() == k]) for k in range(len(points))])
    if not np.isfinite(means).any():
        raise ValueError(f"no point has a finite {label}")
    figure = new_figure(6.4, 3.6 if len(names) == 1 else 4.6)
    axes = figure.subplots()
    best = None if better is None else _best(means, better)
    if len(names) == 1:
        _draw_line(axes, where[:, 0], scores, points[:, 0], means)
    else:
        image = _draw_map(axes, points, means)
        tidy(figure.colorbar(image, ax=axes, shrink=0.8, aspect=26).ax, y=label)
    if best is not None:
        at = points[best] if len(names) == 2 else (points[best, 0], means[best])
        axes.plot(*at, "*", color=SECOND, ms=13, mec="white", mew=0.8, zorder=5)
    tidy(axes, x=names[0], y=label if len(names) == 1 else names[1])
    return Picture(figure, f"Sweep: {label}", *_in_words(names, points, means, label, best))


def _varied(sweep: Sweep) -> tuple[list[str], Float[np.ndarray, "points axes"]]:
    """Return the names of what was varied and its values, or refuse what has no axis."""
    for name, values in sweep.points.items():
        if values.ndim > 1:
            raise ValueError(
                f"{name} was varied per region, which has no axis to be drawn on; draw a sweep of "
                "one number per point"
            )
    names = [name for name, values in sweep.points.items() if np.ptp(values) > 0]
    names = names or list(sweep.points)[:1]
    if len(names) > 2:
        raise ValueError(
            f"a map has two axes, but {', '.join(names)} were varied; draw a sweep of two of them"
        )
    return names, np.stack([sweep.points[name] for name in names], axis=1)


def _scores(
    sweep: Sweep, score: Callable[[np.ndarray], float] | None
) -> Float[np.ndarray, "points"]:
    if score is not None:
        with np.errstate(all="ignore"):
            return np.array([float(score(values)) for values in sweep.values])
    values = np.asarray(sweep.values, dtype=np.float64)
    if values[0].size != 1:
        raise ValueError(
            f"every point holds an array of shape {values.shape[1:]}; give score=, a function "
            "of it that returns a number"
        )
    return values.reshape(len(values))


def _mean(scores: Float[np.ndarray, "repeats"]) -> float:
    good = scores[np.isfinite(scores)]
    return float(good.mean()) if len(good) else float("nan")


def _best(means: np.ndarray, better: str) -> int:
    return int(np.nanargmax(means) if better == "higher" else np.nanargmin(means))


def _draw_line(
    axes: "Axes", every: np.ndarray, scores: np.ndarray, x: np.ndarray, means: np.ndarray
) -> None:
    """Draw the mean over repeats, and each point where there are some."""
    if len(every) > len(x):
        axes.plot(every, scores, "o", color=GRAY, ms=3, alpha=0.6, mew=0)
    axes.plot(x, means, "o-", color=MODEL, ms=3.5, lw=1.4)
    _scale(axes, x=x)
    axes.margins(x=0.03)


def _draw_map(
    axes: "Axes", points: Float[np.ndarray, "points 2"], means: Float[np.ndarray, "points"]
) -> "ScalarMappable":
    """Draw cells where the points make a grid, dots where they do not."""
    from matplotlib import colormaps

    colors = colormaps["viridis"].with_extremes(bad="#d9d9d9")
    x, y = (np.unique(points[:, k]) for k in range(2))
    if len(points) == len(x) * len(y):
        grid = means.reshape(len(x), len(y)).T  # np.unique sorts by x, then by y
        image = axes.pcolormesh(_edges(x), _edges(y), grid, rasterized=True, cmap=colors)
    else:
        image = axes.scatter(*points.T, c=means, s=26, plotnonfinite=True, cmap=colors)
    _scale(axes, x=x, y=y)
    return image


def _scale(axes: "Axes", **values: np.ndarray) -> None:
    for name, own in values.items():
        if _even_in_log(own):
            axes.set(**{f"{name}scale": "log"})
            log_ticks(getattr(axes, f"{name}axis"))


def _even_in_log(values: np.ndarray) -> bool:
    """Tell whether values grow by one factor rather than by one step."""
    if len(values) < 4 or values.min() <= 0 or values.max() < 5 * values.min():
        return False
    steps = np.diff(np.log(values))
    return bool(np.allclose(steps, steps[0], rtol=0.05))


def _edges(values: np.ndarray) -> Float[np.ndarray, "edges"]:
    """Return where cells begin and end: halfway between neighbors, on their scale."""
    if len(values) == 1:
        return values[0] + np.array([-0.5, 0.5]) * (abs(values[0]) or 1.0)
    on = np.log(values) if _even_in_log(values) else values
    between = (on[1:] + on[:-1]) / 2
    edges = np.concatenate([[2 * on[0] - between[0]], between, [2 * on[-1] - between[-1]]])
    return np.exp(edges) if _even_in_log(values) else edges


def _in_words(
    names: list[str], points: np.ndarray, means: np.ndarray, label: str, best: int | None
) -> tuple[str, str]:
    """Return caption and alternative text."""

    def at(k: int) -> str:
        return ", ".join(f"{name} = {v:.3g}" for name, v in zip(names, points[k], strict=True))

    low, high = int(np.nanargmin(means)), int(np.nanargmax(means))
    lost, over = int((~np.isfinite(means)).sum()), " and ".join(names)
    least, most = f"{means[low]:.3g}", f"{means[high]:.3g}"
    caption = f"How {label} depends on {over}: from {least} at {at(low)} to {most} at {at(high)}."
    if best is not None:
        caption += f" The star is the best point, {at(best)}, chosen among all that were tried."
    if lost:
        caption += f" {lost} of {len(means)} points have no score: they diverged or are constant."
    return caption, f"{label} at {len(means)} points of {over}, {least} to {most}."
