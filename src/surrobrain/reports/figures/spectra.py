"""Power spectra of all regions, measured and simulated."""

import numpy as np
from jaxtyping import Bool

from surrobrain.data.recording import Recording
from surrobrain.reports.figures.style import MEASURED, MODEL, log_ticks, new_figure, tidy
from surrobrain.reports.picture import Picture
from surrobrain.signals.spectra import power_spectrum

__all__ = ["spectra"]

_SHORTEST, _LONGEST = 8, 512


def spectra(
    real: Recording,
    simulated: Recording,
    *,
    labels: tuple[str, str] = ("measured", "model"),
) -> Picture:
    """Draw the median spectrum over regions, with the band that holds four in five of them.

    Parameters
    ----------
    real, simulated : Recording
        Signals of the same rate and unit.
    labels : pair of str
        What the two are.

    Returns
    -------
    Picture

    Notes
    -----
    ``power_spectrum`` with the same window for both: a quarter of the shorter recording, from 8 to
    512 samples, and no longer than the longest stretch without a missing sample.

    Raises
    ------
    ValueError
        No stretch is long enough for a window.
    """
    both = real, simulated
    quarter = min(recording.n_times for recording in both) // 4
    longest = min(_longest_stretch(recording.valid) for recording in both)
    if longest < _SHORTEST:
        raise ValueError(f"no stretch without a missing sample has {_SHORTEST} samples")
    window = min(max(quarter, _SHORTEST), _LONGEST, longest) / real.sfreq
    figure = new_figure(6.4, 3.8)
    axes = figure.subplots()
    for recording, label, color in ((real, labels[0], MEASURED), (simulated, labels[1], MODEL)):
        spectrum = power_spectrum(recording.values, sfreq=recording.sfreq, window=window)
        frequencies, power = spectrum.frequencies[1:-1], spectrum.power[1:-1]
        low, middle, high = np.quantile(power, [0.1, 0.5, 0.9], axis=1)
        axes.fill_between(frequencies, low, high, color=color, alpha=0.18, linewidth=0)
        axes.plot(frequencies, middle, color=color, linewidth=1.6, label=label)
    axes.set(xscale="log", yscale="log")
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)
    unit = f"{real.unit}$^2$/Hz" if real.unit else "1/Hz"
    tidy(axes, x="frequency (Hz)", y=f"power ({unit})")
    axes.legend(frameon=False, fontsize=8.5)
    return Picture(
        figure,
        "Power spectra",
        "How strong the signals are at each frequency: the line is the median region, the band "
        "holds the middle 80 % of regions. Lines should lie on each other; a peak is a rhythm, and "
        "a model whose line falls below at high frequencies is too smooth.",
        f"Power against frequency, both logarithmic, for {labels[0]} and {labels[1]}.",
    )


def _longest_stretch(valid: Bool[np.ndarray, "times"]) -> int:
    missing = np.flatnonzero(~valid)
    return int(np.diff(np.concatenate([[-1], missing, [len(valid)]])).max()) - 1
