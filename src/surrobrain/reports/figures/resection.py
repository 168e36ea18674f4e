"""Plan and clinical resection, region by region."""

import numpy as np

from surrobrain.intervention.clinical_resection import ClinicalResection
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["resection"]

_MOST = 25


def resection(item: ClinicalResection) -> Picture:
    """Draw for every region that matters how often it seizes, and who removes it.

    Parameters
    ----------
    item : ClinicalResection
        What `clinical_resection` returned.

    Returns
    -------
    Picture
    """
    before, plan = item.surgery.before, item.surgery.best.regions
    probability = dict(zip(before.names, before.probability, strict=True))
    matter = {*item.shares, *plan, *before.recruited}
    shown = sorted(matter, key=lambda name: (-probability[name], name))[:_MOST][::-1]
    figure = new_figure(8.5, 1.1 + 0.22 * max(len(shown), 8))
    left, right = figure.subplots(1, 2, width_ratios=(3, 1), sharey=True)
    rows = range(len(shown))
    left.barh(rows, [probability[name] for name in shown], color=MODEL, height=0.6)
    left.set_yticks(rows, shown, fontsize=7)
    left.set_xlim(0, 1.02)
    tidy(left, x="share of runs in which it seizes", title="regions")
    for row, name in enumerate(shown):
        if name in plan:
            right.scatter(0, row, s=45, color=SECOND, marker="s")
        if name in item.shares:
            size = 45 * max(item.shares[name], 0.15)
            right.scatter(1, row, s=size, color=TRUTH, marker="s")
    right.set_xticks([0, 1], ["plan", "clinic"], fontsize=8)
    right.set_xlim(-0.6, 1.6)
    right.grid(axis="y", color=GRAY, linewidth=0.3)
    tidy(right, title="removed by")
    right.tick_params(axis="y", length=0, labelleft=False)
    o = item.overlap
    return Picture(
        figure,
        "Plan and resection",
        "Regions that seize in the model, that the best plan removes (orange), or that were "
        "resected (green; smaller where only a part was). Where both stand side by side, model and "
        "clinic agree.",
        f"{len(item.both)} regions are in both, {len(item.plan_only)} in the plan alone, "
        f"{len(item.clinic_only)} in the resection alone; AUC {o.auc:.2f}, Dice {o.dice:.2f}, "
        f"{np.sum(before.probability > 0)} regions seize.",
    )
