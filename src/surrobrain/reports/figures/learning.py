"""Loss while training, beside what trivial models reach."""

from collections.abc import Mapping, Sequence

import numpy as np

from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["learning"]


def learning(
    train: Sequence[float],
    *,
    validation: Sequence[float],
    baselines: Mapping[str, float] | None = None,
    loss: str = "loss",
) -> Picture:
    """Draw the loss per epoch, with the losses of trivial models as horizontal lines.

    Parameters
    ----------
    train : sequence of float
        Loss of every epoch on what was learned from.
    validation : sequence of float
        Loss on the validation part of the training data, before training and after every epoch.
    baselines : mapping of str to float, optional
        Losses of trivial models on the same part, such as "persistence".
    loss : str
        What the loss is, with its unit.

    Returns
    -------
    Picture
    """
    figure = new_figure(6.4, 3.6)
    axes = figure.subplots()
    best = int(np.argmin(validation))
    axes.plot(np.arange(1, len(train) + 1), train, color=MODEL, lw=1.5, label="training")
    axes.plot(np.arange(len(validation)), validation, color=SECOND, lw=1.5, label="validation")
    axes.plot(best, validation[best], "o", color=SECOND, ms=5)
    for label, value in (baselines or {}).items():
        axes.axhline(value, color=GRAY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            label, (1.0, value), xycoords=("axes fraction", "data"), xytext=(-2, 2),
            textcoords="offset points", ha="right", fontsize=7.5, color="#555555",
        )  # fmt: skip
    tidy(axes, x="epoch", y=loss)
    axes.legend(frameon=False, fontsize=8.5)
    return Picture(
        figure,
        "Learning",
        "Both lines should fall and level off. A validation line that rises again while the "
        "training line falls means that the model learns this recording by heart; the dot marks "
        "the epoch that was lowest. Below a dashed line, the model beats that trivial one.",
        f"Training loss from {train[0]:.3g} to {train[-1]:.3g}; the validation loss is "
        f"lowest, {validation[best]:.3g}, after epoch {best}.",
    )
