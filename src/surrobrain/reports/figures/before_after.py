"""Before and after: single runs and spectra of the regions that an intervention changed most."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.checks import indices
from surrobrain.intervention.rhythms import Rhythms
from surrobrain.intervention.what_if import Effect
from surrobrain.reports.figures.style import (
    MEASURED,
    SECOND,
    SMALL,
    log_ticks,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["before_after"]

_FEW = 4
_MOST_SAMPLES = 4000  # more than a page can show


def before_after(effect: Effect, *, regions: tuple[str | int, ...] = ()) -> Picture:
    """Draw one pair of runs, and the mean spectra of all pairs, of a few regions.

    Parameters
    ----------
    effect : Effect
        From `surrobrain.what_if`.
    regions : sequence of str or int
        Which; the four that change most when absent.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        The effect does not hold a pair of runs.
    """
    if effect.example is None:
        raise ValueError("the effect holds no pair of runs; make it with what_if")
    chosen = indices(regions or effect.strongest(_FEW), effect.names)
    figure = new_figure(10.5, 1.0 + 1.35 * len(chosen))
    spectra = effect.rhythms
    columns = (2.4, 1.0) if spectra is not None else (1.0,)
    panels = figure.subplots(
        len(chosen), len(columns), width_ratios=columns, sharex="col", squeeze=False
    )
    for row, k in zip(panels, chosen, strict=True):
        _draw_runs(row[0], effect, k)
        if spectra is not None:
            _draw_spectra(row[1], spectra, k)
    tidy(panels[0, 0], title="one pair of runs under the same noise")
    panels[-1, 0].set_xlabel("time (s)", fontsize=9)
    if spectra is not None:
        tidy(panels[0, 1], title=f"mean power of {effect.n_seeds} pairs")
        panels[-1, 1].set_xlabel("frequency (Hz)", fontsize=9)
    _legend(figure)
    shown = ", ".join(effect.names[k] for k in chosen)
    caption = (
        "Left: the first pair of runs, which share their start and their noise, so that every "
        "difference is the intervention's."
    )
    said = ""
    if spectra is not None:
        said = _largest_change(spectra, chosen, effect)
        caption += (
            " Right: mean spectra over all pairs; shaded where the 95 % interval of the change "
            f"leaves out zero. {said}"
        )
    return Picture(
        figure, "Before and after", caption,
        f"Runs without and with the intervention ({effect.description}) of {shown}. {said}".strip(),
    )  # fmt: skip


def _draw_runs(axes: "Axes", effect: Effect, k: int) -> None:
    assert effect.example is not None
    skip = max(1, len(effect.times) // _MOST_SAMPLES)
    before, after = effect.example
    axes.plot(effect.times[::skip], after[::skip, k], color=SECOND, lw=1.7, alpha=0.85)
    axes.plot(effect.times[::skip], before[::skip, k], color=MEASURED, lw=0.7)
    axes.margins(x=0.0, y=0.14)
    tidy(axes)
    axes.text(
        0.006, 0.96, effect.names[k], transform=axes.transAxes, va="top", fontsize=SMALL + 1,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.2},
    )  # fmt: skip


def _draw_spectra(axes: "Axes", spectra: Rhythms, k: int) -> None:
    x = spectra.frequencies
    before, after = spectra.before[:, k], spectra.after[:, k]
    axes.plot(x, after, color=SECOND, lw=2.0, alpha=0.85)
    axes.plot(x, before, color=MEASURED, lw=0.9)
    axes.set_xscale("log")
    if (before > 0).any() or (after > 0).any():
        axes.set_yscale("log")
    sure = (spectra.low[:, k] > 0) | (spectra.high[:, k] < 0)
    axes.fill_between(x, before, after, where=sure, color=SECOND, alpha=0.22, lw=0)
    log_ticks(axes.xaxis)
    tidy(axes)
    axes.tick_params(which="both", labelsize=SMALL)
    axes.yaxis.set_tick_params(which="minor", length=0)
    axes.grid(axis="x", color="#e8e8e8", lw=0.6)
    axes.set_axisbelow(True)


def _legend(figure: "Figure") -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    figure.legend(
        [Line2D([], [], color=MEASURED, lw=1.0), Line2D([], [], color=SECOND, lw=2.0),
         Patch(color=SECOND, alpha=0.22)],
        ["without", "with the intervention", "change of power beyond chance"],
        loc="outside upper center", ncols=3, frameon=False, fontsize=8.5,
    )  # fmt: skip


def _largest_change(spectra: Rhythms, chosen: list[int], effect: Effect) -> str:
    """Name the surest change of power among the regions shown."""
    change = spectra.change[:, chosen]
    sure = (spectra.low[:, chosen] > 0) | (spectra.high[:, chosen] < 0)
    sizes = np.where(sure & np.isfinite(change), np.abs(change), 0.0)
    if not sizes.any():
        return "No change of power is told from chance."
    row, column = np.unravel_index(int(sizes.argmax()), sizes.shape)
    k = chosen[int(column)]
    return (
        f"Largest change of power: {change[row, column]:+.2g} dB at "
        f"{spectra.frequencies[row]:.3g} Hz in {effect.names[k]} "
        f"[{spectra.low[row, k]:.2g}, {spectra.high[row, k]:.2g}]."
    )
