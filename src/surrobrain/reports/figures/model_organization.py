"""Diversity, consistency and compactness of models of growing size."""

import numpy as np

from surrobrain.llm_networks.model_organization import ModelComparison
from surrobrain.reports.figures.style import MODEL, log_ticks, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["model_organization"]

_SHOWN = (
    ("effective_rank", "effective rank"), ("diversity", "diversity, 1 - |r|"),
    ("across_subjects", "consistency, people"), ("across_seeds", "consistency, seeds"),
    ("gini", "compactness, Gini"), ("layer_entropy", "spread over layers"),
    ("n_matched", "patterns matched"),
)  # fmt: skip


def model_organization(comparison: ModelComparison) -> Picture:
    """Draw every measure over the number of neurons; what was not measured is left out.

    Parameters
    ----------
    comparison : ModelComparison
        Two or more models.

    Returns
    -------
    Picture
    """
    models = comparison.models
    size = np.array([m.n_neurons for m in models], dtype=np.float64)
    known = [(label, np.array([float(getattr(m, name)) for m in models])) for name, label in _SHOWN]
    known = [(label, values) for label, values in known if np.isfinite(values).any()]
    columns = min(4, len(known))
    rows = -(-len(known) // columns)
    figure = new_figure(2.6 * columns, 2.0 * rows + 0.4)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (label, values) in zip(grid.ravel(), known, strict=False):
        axes.plot(size, values, "o-", color=MODEL, ms=5, lw=1.2)
        axes.set_xscale("log")
        log_ticks(axes.xaxis)
        axes.margins(0.15)
        tidy(axes, title=label, x="neurons")
    for axes in grid.ravel()[len(known) :]:
        axes.set_axis_off()
    names = ", ".join(f"{m.model or 'a model'} ({m.n_neurons})" for m in models)
    said = "; ".join(f"{label} {values[0]:.3g} to {values[-1]:.3g}" for label, values in known)
    return Picture(
        figure,
        "Organization of models by size",
        f"Models from small to large: {names}. One dot per model; no interval, as a model is one "
        "case.",
        f"{said}.",
    )
