"""How well models fit brains, over time or as bars, beside the noise ceiling."""

import numpy as np

from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, SMALL, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture
from surrobrain.rsa.model_scores import ModelScores
from surrobrain.rsa.significance import Significance

__all__ = ["model_fit"]

_COLORS = (MODEL, SECOND, TRUTH, "#CC79A7", "#E69F00", "#56B4E9", "#222222")


def model_fit(scores: ModelScores, *, significance: Significance | None = None) -> Picture:
    """Draw the similarity of models and persons, the noise ceiling, and what is significant.

    Parameters
    ----------
    scores : ModelScores
        At most seven models over time; any number without.
    significance : Significance, optional
        Of the same scores; significant times are marked below the lines, significant models by
        a star.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Over time there are more than seven models, which no one can tell apart.
    """
    figure = new_figure(8.0, 3.6)
    axes = figure.subplots()
    still = scores.times is None
    if still:
        _bars(axes, scores, significance)
    elif len(scores.models) > len(_COLORS):
        raise ValueError(f"{len(scores.models)} lines are too many; draw at most {len(_COLORS)}")
    else:
        _lines(axes, scores, significance)
    axes.axhline(0, color=GRAY, linewidth=0.6, zorder=0)
    tidy(axes, x="" if still else "time (s)", y=f"similarity ({scores.method})")
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    band = "The gray band is the noise ceiling, where a perfect model would lie. "
    marks = "Marks below show where a model is above chance, corrected for all tests. "
    return Picture(
        figure,
        "Fit of models" if still else "Fit of models over time",
        f"Similarity of each model with the persons: mean and its standard error over "
        f"{len(scores.persons)}. {band if scores.ceiling else ''}{marks if significance else ''}",
        _in_words(scores),
    )


def _error(scores: ModelScores) -> np.ndarray:
    n = len(scores.persons)
    return scores.values.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else 0 * scores.mean


def _lines(axes, scores: ModelScores, significance: Significance | None) -> None:
    times, error = np.asarray(scores.times), _error(scores)
    if scores.ceiling is not None:
        ends = scores.ceiling.lower, scores.ceiling.upper
        axes.fill_between(times, *ends, color="#d9d9d9", lw=0, label="noise ceiling", zorder=0)
    lowest = float(min(0.0, (scores.mean - error).min()))
    step = 0.04 * float(max(scores.mean.max(), 1e-3) - lowest)
    for k, (name, color) in enumerate(zip(scores.models, _COLORS, strict=False)):
        axes.plot(times, scores.mean[k], color=color, lw=1.5, label=name)
        ends = scores.mean[k] - error[k], scores.mean[k] + error[k]
        axes.fill_between(times, *ends, color=color, alpha=0.2, lw=0)
        if significance is not None:
            where = times[significance.significant[k]]
            axes.plot(where, np.full(len(where), lowest - (k + 1) * step), "s", color=color, ms=2.5)
    axes.axvline(0, color=GRAY, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)


def _bars(axes, scores: ModelScores, significance: Significance | None) -> None:
    place = np.arange(len(scores.models))
    if scores.ceiling is not None:
        ends = float(scores.ceiling.lower), float(scores.ceiling.upper)
        axes.axhspan(*ends, color="#d9d9d9", lw=0, label="noise ceiling", zorder=0)
    axes.bar(place, scores.mean, yerr=_error(scores), color=MODEL, width=0.65, ecolor=GRAY)
    for k, values in enumerate(scores.values.T):
        axes.plot(np.full(len(values), k), values, ".", color=GRAY, ms=3, alpha=0.6)
        if significance is not None and significance.significant[k, 0]:
            top = max(float(values.max()), float(scores.mean[k]))
            axes.annotate("*", (k, top), xytext=(0, 2), textcoords="offset points", ha="center")
    axes.plot([], [], ".", color=GRAY, ms=4, label="one person")
    axes.set_xticks(place, scores.models, rotation=30, ha="right", fontsize=SMALL)


def _in_words(scores: ModelScores) -> str:
    said = []
    for k, name in enumerate(scores.models):
        course = np.atleast_1d(scores.mean[k])
        when = "" if scores.times is None else f" at {scores.times[course.argmax()]:g} s"
        said.append(f"{name} {course.max():.3f}{when}")
    ceiling = ""
    if scores.ceiling is not None:
        ceiling = (
            f" The lower noise ceiling is at most {np.max(scores.ceiling.lower):.3f}, the upper "
            f"{np.max(scores.ceiling.upper):.3f}."
        )
    return f"Largest mean {scores.method}: {'; '.join(said)}.{ceiling}"
