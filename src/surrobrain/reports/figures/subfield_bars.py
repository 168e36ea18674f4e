"""Accuracy by subfield, models beside people."""

import numpy as np

from surrobrain.brainbench.analysis import Analysis
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["subfield_bars"]


def subfield_bars(found: Analysis) -> Picture:
    """Draw the accuracy of models, and of people where known, in every subfield.

    Parameters
    ----------
    found : Analysis
        From ``surrobrain.brainbench.analyze``.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        The subfields of the cases are not known.
    """
    if not found.subfields:
        raise ValueError("the subfields of the cases are not known")
    people = {} if found.versus is None else {n: h for n, (_, h) in found.versus.subfields.items()}
    names = sorted(found.subfields, key=lambda name: -found.subfields[name].value)
    figure = new_figure(8.6, 1.0 + 0.55 * len(names))
    axes = figure.subplots()
    for label, color, parts, shift in (
        (found.mean.label, MODEL, found.subfields, -0.17), ("people", SECOND, people, 0.17),
    ):  # fmt: skip
        rows = [(k, parts[name]) for k, name in enumerate(names) if name in parts]
        if not rows:
            continue
        at = np.array([k for k, _ in rows]) + shift
        axes.barh(at, [p.value for _, p in rows], height=0.3, color=color, alpha=0.55, lw=0,
                  label=label)  # fmt: skip
        axes.hlines(at, [p.low for _, p in rows], [p.high for _, p in rows], color=color, lw=1.6)
    axes.axvline(0.5, color=GRAY, lw=0.9, ls=(0, (4, 3)))
    axes.set(yticks=range(len(names)), xlim=(0, 1), ylim=(len(names) - 0.4, -0.6))
    axes.set_yticklabels([f"{name}\n{found.subfields[name].n_items} cases" for name in names])
    tidy(axes, x="accuracy (dashed: chance)")
    axes.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    said = "; ".join(
        f"{name} {found.subfields[name].value:.3f}"
        + (f" (people {people[name].value:.3f})" if name in people else "")
        for name in names
    )
    return Picture(
        figure,
        "Accuracy by subfield",
        "Lines are 95 % intervals over other cases and readers. Subfields have few cases: look at "
        "how far the intervals overlap before calling one easier.",
        f"{said}.",
    )
