"""Who fired when: a raster of every population, and their rates below."""

from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, whole
from surrobrain.mechanistic.spiking.spikes import Spikes
from surrobrain.reports.figures.style import GRAY, MEASURED, MODEL, SECOND, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["raster"]

COLORS: Sequence[str] = (MODEL, SECOND, TRUTH, MEASURED)


def raster(
    spikes: Spikes, *, start: float = 0.0, stop: float | None = None, n_neurons: int = 100
) -> Picture:
    """Draw the spikes of some neurons of every population over the rates of all of them.

    Parameters
    ----------
    spikes : Spikes
        What a network fired.
    start, stop : float
        Stretch to draw, in seconds; by default all.
    n_neurons : int
        Neurons to draw in all, shared out by the size of the populations; the first of each,
        so that nobody picks.

    Returns
    -------
    Picture
    """
    end = spikes.duration if stop is None else number(stop, "stop", high=spikes.duration)
    number(start, "start", low=0.0, high=np.nextafter(end, 0.0))
    whole(n_neurons, "n_neurons", low=1)
    width, seen = _nice((end - start) / 250), (spikes.times > start) & (spikes.times <= end)
    figure = new_figure(10.5, 4.6)
    dots, rates = figure.subplots(2, 1, sharex=True, height_ratios=(2.6, 1.0))
    row, ticks, words = 0, [], []
    for k, (name, size) in enumerate(zip(spikes.populations, spikes.sizes, strict=True)):
        color, within = COLORS[k % len(COLORS)], spikes.of(name) & seen
        shown = max(1, min(size, round(n_neurons * size / spikes.n_neurons)))
        own = spikes.neurons - spikes.span(name).start
        mine = within & (own < shown)
        dots.plot(
            spikes.times[mine], own[mine] + row, "|", ms=3.2, mew=0.7, color=color, rasterized=True
        )
        ticks.append(row + (shown - 1) / 2)
        row += shown
        dots.axhline(row - 0.5, color=GRAY, lw=0.5)
        rates.plot(*_rate(spikes, name, width, (start, end)), color=color, lw=0.9, label=name)
        words.append(f"{name} {within.sum() / (size * (end - start)):.3g} Hz")
    dots.set(ylim=(row - 0.5, -0.5), xlim=(start, end))
    dots.set_yticks(ticks, spikes.populations)
    tidy(dots, title=f"spikes of {row} of {spikes.n_neurons} neurons")
    rates.set_ylim(bottom=0.0)
    rates.legend(frameon=False, fontsize=8, loc="upper right", ncols=4)
    tidy(rates, x="time (s)", y="rate (Hz)", title=f"mean rate, in bins of {width * 1000:.3g} ms")
    return Picture(
        figure,
        "Spikes",
        "Every mark is a spike, every line a neuron. Vertical stripes are synchrony, an even spray "
        "is its absence; marks at equal distances along a line are a neuron that fires like a "
        "clock. Below, the rate over all neurons of each population: what oscillates there is the "
        "network.",
        f"Raster of {row} neurons from {start:.3g} to {end:.3g} s; mean rates {', '.join(words)}.",
    )


def _rate(
    spikes: Spikes, name: str, width: float, stretch: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of every bin inside a stretch, and the rate in it."""
    binned = spikes.binned(width, name)
    middles = (np.arange(len(binned)) + 0.5) * width
    inside = (middles > stretch[0]) & (middles < stretch[1])
    return middles[inside], binned[inside]


def _nice(width: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten, and at least 0.1 ms."""
    power = 10.0 ** np.floor(np.log10(max(width, 1e-4)))
    return float(power * min((1.0, 2.0, 5.0, 10.0), key=lambda k: abs(np.log(k * power / width))))
