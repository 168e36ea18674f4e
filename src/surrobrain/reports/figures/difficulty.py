"""Do models and people find the same cases hard: correlations beside their ceilings."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.item_correlation import ItemCorrelations
from surrobrain.reports.figures.model_names import shortened
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture
from surrobrain.statistics.split_half import SplitHalf, spearman_brown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["difficulty"]


def difficulty(found: ItemCorrelations) -> Picture:
    """Draw how alike the ease of cases is between models, and with people below their ceiling.

    Parameters
    ----------
    found : ItemCorrelations
        From ``surrobrain.brainbench.item_correlations``.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is one model and nobody else.
    """
    people, reliability, n = found.with_humans, found.reliability, len(found.models)
    if n < 2 and people is None:
        raise ValueError("there is one model and nobody else to compare it with")
    figure = new_figure(9.0, max(2.6, 1.3 + 0.2 * n))
    left, right = figure.subplots(1, 2)
    _between(figure, left, found)
    said = f"Between models {found.pairs.mean():.2f} on average" if n > 1 else "One model"
    if people is None or reliability is None:
        right.set_visible(False)
    else:
        _with_people(right, people, reliability)
        said += (
            f"; with people {people.mean():.2f} below a ceiling of {reliability.ceiling:.2f}, "
            f"corrected {found.corrected:.2f}"
        )
    return Picture(
        figure,
        "Which cases are hard",
        "Left: Spearman's correlation of how strongly each case is preferred. Right: the same with "
        "the share of people who were right, in the rows of the left panel. Few people read each "
        "case, so that even a perfect copy of the average human could not be expected beyond the "
        "orange line (gray: middle 95 % over random halves of the people).",
        f"{said}.",
    )


def _between(figure: "Figure", axes: "Axes", found: ItemCorrelations) -> None:
    n = len(found.models)
    shown = np.where(np.eye(n, dtype=bool), np.nan, found.between)
    image = axes.imshow(shown, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_yticks(range(n), [shortened(name, longest=26) for name in found.models])
    axes.set_xticks([])
    tidy(axes, title="Between models (ceiling 1)")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, shrink=0.7, aspect=18).ax.tick_params(labelsize=7.5)


def _with_people(axes: "Axes", people: Float[np.ndarray, "models"], reliability: SplitHalf) -> None:
    n = len(people)
    ends = [np.sqrt(max(0.0, spearman_brown(r))) for r in (reliability.low, reliability.high)]
    axes.axvspan(*ends, color=GRAY, alpha=0.2, lw=0)
    axes.axvline(reliability.ceiling, color=SECOND, lw=1.4)
    axes.annotate(
        "ceiling",
        (reliability.ceiling, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3, -9),
        textcoords="offset points",
        fontsize=8,
        color=SECOND,
    )
    axes.barh(range(n), people, height=0.66, color=MODEL, alpha=0.6, lw=0)
    axes.axvline(0.0, color=GRAY, lw=0.8)
    axes.set_yticks(range(n), [""] * n)
    axes.set(ylim=(n - 0.5, -0.5), xlim=(min(-0.05, float(people.min()) - 0.05), 1.0))
    tidy(axes, x="Spearman's correlation", title="With people")
