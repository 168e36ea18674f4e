"""What a closed loop did to a rhythm, beside no stimulation and open-loop stimulation."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from surrobrain.reports.figures.style import GRAY, MEASURED, MODEL, SECOND, log_ticks, new_figure
from surrobrain.reports.figures.style import tidy as tidied
from surrobrain.reports.picture import Picture
from surrobrain.signals.spectra import power_spectrum

__all__ = ["band_power", "loop_spectra"]

_SHORTEST, _LONGEST = 64, 4096


def loop_spectra(
    runs: Mapping[str, Float[np.ndarray, "times"]], *, sfreq: float, band: tuple[float, float]
) -> Picture:
    """Draw the spectrum of one signal in up to three runs, and its power in a band.

    Parameters
    ----------
    runs : mapping of str to array, shape (n_times,)
        The signal, by what was done; first the run without stimulation.
    sfreq : float
        Samples per second (Hz).
    band : pair of float
        Of the rhythm, in Hz.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        A run is too short for a spectrum of the band.
    """
    figure = new_figure(9.0, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    powers = {name: band_power(run, sfreq=sfreq, band=band) for name, run in runs.items()}
    colors = dict(zip(runs, (MEASURED, MODEL, SECOND), strict=False))
    for name, run in runs.items():
        spectrum = power_spectrum(run[:, None], sfreq=sfreq, window=_window(run, sfreq))
        shown = (spectrum.frequencies > 0) & (spectrum.frequencies <= 6 * band[1])
        left.plot(
            spectrum.frequencies[shown], spectrum.power[shown, 0], color=colors[name], lw=1.4,
            label=name,
        )  # fmt: skip
    left.axvspan(*band, color="#eeeeee", lw=0, zorder=0)
    left.set(xscale="log", yscale="log")
    log_ticks(left.xaxis)
    left.legend(frameon=False, fontsize=8)
    tidied(left, x="frequency (Hz)", y="power", title="spectrum")
    first = next(iter(powers.values()))
    shares = [power / first for power in powers.values()]
    rows = np.arange(len(shares))[::-1]
    right.barh(rows, shares, color=[colors[name] for name in powers], height=0.6)
    for row, share in zip(rows, shares, strict=True):
        right.text(share, row, f" {share:.0%}", va="center", fontsize=8.5)
    right.axvline(1.0, color=GRAY, lw=0.8, ls=":")
    right.set_yticks(rows, list(powers), fontsize=8.5)
    right.set_xlim(0, 1.2 * max(shares))
    tidied(right, x=f"power at {band[0]:g} to {band[1]:g} Hz, of that without")
    told = "; ".join(f"{name} {share:.1%}" for name, share in zip(powers, shares, strict=True))
    return Picture(
        figure,
        "What the loop did to the rhythm",
        "One run of each, under the same noise. The open loop gives the very same drive, and so "
        "the same energy, half a run later: it knows nothing of the phase. What the closed loop "
        f"does beyond it is the worth of listening. Power in the band: {told}.",
        f"Power at {band[0]:g} to {band[1]:g} Hz relative to no stimulation: {told}.",
    )


def band_power(
    run: Float[np.ndarray, "times"], *, sfreq: float, band: tuple[float, float]
) -> float:
    """Return the power of a signal in a band, in its squared unit.

    Parameters
    ----------
    run : array, shape (n_times,)
        The signal.
    sfreq : float
        Samples per second (Hz).
    band : pair of float
        In Hz.
    """
    spectrum = power_spectrum(run[:, None], sfreq=sfreq, window=_window(run, sfreq))
    inside = (spectrum.frequencies >= band[0]) & (spectrum.frequencies <= band[1])
    if not inside.any():
        raise ValueError(f"{len(run) / sfreq:.3g} s are too short for a spectrum of {band} Hz")
    return float(spectrum.power[inside, 0].sum() * spectrum.frequencies[1])


def _window(run: np.ndarray, sfreq: float) -> float:
    return min(max(len(run) // 8, min(_SHORTEST, len(run))), _LONGEST) / sfreq
