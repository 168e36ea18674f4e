"""How well patterns predict the brain, beside controls, chance and ceiling."""

import numpy as np

from surrobrain.llm_networks.voxel_encoding import Encoding
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    SMALL,
    TRUTH,
    new_figure,
    tidy,
)  # fmt: skip
from surrobrain.reports.picture import Picture

__all__ = ["encoding_scores"]

_FEW = 24  # places that are drawn one by one


def encoding_scores(encoding: Encoding) -> Picture:
    """Draw held-out correlations of all bands and of controls alone, and what patterns add.

    Parameters
    ----------
    encoding : Encoding
        From `surrobrain.llm_networks.encode`.

    Returns
    -------
    Picture
    """
    n = len(encoding.r)
    figure = new_figure(9.0, 3.0)
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    if n <= _FEW:
        _draw_places(left, encoding)
        places = np.arange(n)
        right.bar(places, encoding.unique[0], color=MODEL, width=0.6)
        good = encoding.q_unique < 0.05
        right.plot(places[good], encoding.unique[0][good], "*", color=SECOND, ms=8)
        right.axhline(0, color=GRAY, lw=0.8)
        _name_places(right, encoding)
        tidy(right, y="R² lost without patterns")
    else:
        _draw_many(left, right, encoding)
    q, gained = (encoding.q < 0.05).mean(), (encoding.q_unique < 0.05).mean()
    return Picture(
        figure,
        "Held-out prediction of the brain",
        "Left: correlation of what was predicted, and measured later, with all bands (blue) and "
        "with the controls alone (gray); the dotted line is the 95th percentile of chance. Right: "
        "what is lost without the patterns; only this speaks for them"
        + (", starred where its false discovery rate is below 0.05." if n <= _FEW else "."),
        f"Mean r {np.nanmean(encoding.r):.3f}, of controls alone "
        f"{np.nanmean(encoding.r_controls):.3f}; patterns add {encoding.unique[0].mean():.4f} to "
        f"R2 on average. Predicted beyond chance: {q:.0%}; better with patterns: {gained:.0%}.",
    )


def _name_places(axes: object, encoding: Encoding) -> None:
    n = len(encoding.r)
    names = encoding.bold.names or tuple(str(k) for k in range(n))
    axes.set_xticks(range(n), names, rotation=45 if n > 8 else 0, fontsize=SMALL)  # pyright: ignore


def _draw_places(axes, encoding: Encoding) -> None:
    places = np.arange(len(encoding.r))
    axes.bar(places - 0.2, encoding.r, 0.4, color=MODEL, label="all bands")
    axes.bar(places + 0.2, encoding.r_controls, 0.4, color=GRAY, label="controls alone")
    if encoding.ceiling is not None:
        axes.plot(places, encoding.ceiling, "_", color=TRUTH, ms=18, mew=2, label="ceiling")
    chance = 1.645 * encoding.null_spread
    axes.plot(places, chance, ":", color=MEASURED, lw=1.2, label="95 % of chance")
    axes.axhline(0, color=GRAY, lw=0.8)
    axes.legend(frameon=False, fontsize=SMALL, ncols=2, loc="upper left")
    axes.set_ylim(top=1.35 * max(axes.get_ylim()[1], 0.1))
    tidy(axes, y="held-out correlation")
    _name_places(axes, encoding)


def _draw_many(left, right, encoding: Encoding) -> None:
    low = float(np.nanmin([encoding.r, encoding.r_controls]))
    high = float(np.nanmax([encoding.r, encoding.r_controls]))
    bins = np.linspace(low, high, 41).tolist()
    left.hist(encoding.r_controls, bins, color=GRAY, alpha=0.7, label="controls alone")
    left.hist(encoding.r, bins, color=MODEL, alpha=0.6, label="all bands")
    chance = 1.645 * float(np.nanmean(encoding.null_spread))
    left.axvline(chance, color=MEASURED, ls=":", lw=1.2, label="95 % of chance")
    left.legend(frameon=False, fontsize=SMALL)
    tidy(left, x="held-out correlation", y="places")
    right.hist(encoding.unique[0], 41, color=MODEL, alpha=0.8)
    right.axvline(0, color=GRAY, lw=0.8)
    tidy(right, x="R² lost without patterns", y="places")
