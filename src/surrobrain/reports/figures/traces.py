"""Signals of a few regions: measured, and what models made of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from surrobrain.checks import indices, same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.reports.figures.style import MEASURED, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["traces"]

_WITH_MODELS = (
    "A one-step forecast sees the measured past at every sample and should follow the black line. "
    "A free run sees only the start: it should soon leave the black line and yet look like it "
    "could have been measured, as restless and as slow."
)


def traces(
    real: Recording,
    *,
    models: Mapping[str, Recording] | None = None,
    regions: Sequence[str | int] = (),
    n_times: int = 200,
    label: str = "measured",
) -> Picture:
    """Draw the first samples of a few regions, with forecasts or free runs on top.

    Parameters
    ----------
    real : Recording
        What was measured, or simulated by a network.
    models : mapping of str to Recording, optional
        Up to two signals that start at the same moment, such as "one-step forecast" and
        "free run".
    regions : sequence of str or int, optional
        Regions to draw; four, evenly spaced over the list, when absent, so that nobody picks.
    n_times : int
        Number of samples to draw.
    label : str
        What the first signal is.

    Returns
    -------
    Picture
    """
    models = dict(models or {})
    if len(models) > 2:
        raise ValueError(f"traces draws at most 2 models, but {len(models)} arrived")
    for name, recording in models.items():
        same_names(real.names, recording.names, our="the recording", their=name)
    chosen = indices(regions, real.names) if regions else _evenly_spaced(real.n_regions)
    stop = min(whole(n_times, "n_times", low=2), real.n_times)
    figure = new_figure(10.5, 0.7 + 1.05 * len(chosen))
    columns = list(models.items()) or [("", None)]
    panels = figure.subplots(len(chosen), len(columns), sharex=True, sharey="row", squeeze=False)
    for column, ((name, model), color) in enumerate(zip(columns, (MODEL, SECOND), strict=False)):
        for axes, k in zip(panels[:, column], chosen, strict=True):
            _draw(axes, real, k, stop, MEASURED)
            if model is not None:
                _draw(axes, model, k, stop, color)
        panels[0, column].set_title(
            f"{label} (black) and {name}" if name else label,
            fontsize=9.5, loc="left", fontweight="bold", color=color if name else MEASURED,
        )  # fmt: skip
        panels[-1, column].set_xlabel("time (s)", fontsize=9)
    for axes, k in zip(panels[:, 0], chosen, strict=True):
        axes.set_ylabel(_wrapped(real.names[k]), rotation=0, ha="right", va="center", fontsize=8.5)
    figure.supylabel(f"signal ({real.unit})" if real.unit else "signal", fontsize=9)
    shown = ", ".join(real.names[k] for k in chosen)
    return Picture(
        figure,
        "Signals over time",
        _WITH_MODELS if models else f"The first {stop} of {real.n_times} samples.",
        f"Lines over {stop / real.sfreq:.3g} s of {shown}: {', '.join([label, *models])}.",
    )


def _evenly_spaced(n_regions: int) -> list[int]:
    return np.linspace(0, n_regions - 1, min(4, n_regions)).round().astype(int).tolist()


def _draw(axes: "Axes", recording: Recording, region: int, stop: int, color: str) -> None:
    axes.plot(
        recording.times[:stop], recording.values[:stop, region], color=color,
        lw=1.1 if color == MEASURED else 1.4, alpha=0.75 if color == MEASURED else 0.95,
    )  # fmt: skip
    tidy(axes)
    axes.margins(x=0.005)


def _wrapped(name: str) -> str:
    """Break a long region name at an underscore near its middle."""
    if len(name) <= 14 or "_" not in name:
        return name
    cuts = [k for k, letter in enumerate(name) if letter == "_"]
    cut = min(cuts, key=lambda k: abs(k - len(name) / 2))
    return f"{name[: cut + 1]}\n{name[cut + 1 :]}"
