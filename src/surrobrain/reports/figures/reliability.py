"""Whether models are right as often as their confidence says."""

import math
from collections.abc import Sequence

from surrobrain.brainbench.confidence import Calibration
from surrobrain.reports.figures.model_names import shortened
from surrobrain.reports.figures.style import GRAY, MODEL, SMALL, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["reliability"]

_COLUMNS = 5


def reliability(found: Sequence[Calibration]) -> Picture:
    """Draw a reliability diagram for every model.

    Parameters
    ----------
    found : sequence of Calibration
        From ``surrobrain.brainbench.calibration``.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no model whose confidence could be judged.
    """
    if not found:
        raise ValueError("no model is right on some cases and wrong on others")
    n = len(found)
    columns = min(n, _COLUMNS)
    lines = math.ceil(n / columns)
    figure = new_figure(max(3.4, 2.0 * columns), 0.4 + 2.1 * lines if n > 1 else 3.2)
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    lowest = min(float(f.bins.confidence.min()) for f in found) - 0.04
    for k, axes in enumerate(panels.flat):
        if k >= n:
            axes.set_visible(False)
            continue
        bins = found[k].bins
        axes.plot([0, 1], [0, 1], color=GRAY, lw=0.8)
        axes.vlines(bins.confidence, bins.low, bins.high, color=MODEL, lw=1.0, alpha=0.6)
        axes.plot(bins.confidence, bins.accuracy, "o", ms=3.2, color=MODEL)
        axes.set(xlim=(lowest, 1.0), ylim=(0, 1.03))
        first = k % columns == 0
        last = k + columns >= n
        tidy(axes, x="said" if last else "", y="right" if first else "")
        axes.set_title(_title(found[k]), fontsize=SMALL, loc="left")
        axes.tick_params(labelbottom=last)
    gains = [f.gain for f in found]
    sure = sum(f.gain_low > 0 for f in found)
    return Picture(
        figure,
        "Reliability diagrams",
        "Each dot is a tenth of the cases: across, the probability of being right that confidence "
        "implies by a logistic curve fitted to other cases; up, how many were right, with exact "
        "95 % intervals. On the line, confidence can be taken at its word. The gain is that of the "
        "held-out likelihood per case over saying the same of every case.",
        f"Held-out gain {min(gains):.3f} to {max(gains):.3f} nats per case, above 0 with 95 % in "
        f"{sure} of {n}; expected calibration error {min(f.error for f in found):.3f} to "
        f"{max(f.error for f in found):.3f}.",
    )


def _title(found: Calibration) -> str:
    return f"{shortened(found.model, longest=24)}\nerror {found.error:.3f}, gain {found.gain:+.3f}"
