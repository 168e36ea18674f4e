"""Lyapunov exponents: the spectrum with its errors, and whether it has settled."""

import numpy as np

from surrobrain.analysis.lyapunov import LyapunovSpectrum
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["lyapunov", "verdict"]

_TOO_MANY = 8


def lyapunov(found: LyapunovSpectrum) -> Picture:
    """Draw the exponents with their errors, and what they would have been had the run ended then.

    Parameters
    ----------
    found : LyapunovSpectrum
        From `surrobrain.lyapunov_spectrum`.

    Returns
    -------
    Picture
    """
    figure = new_figure(9.6, 3.4)
    spectrum, settled = figure.subplots(1, 2, width_ratios=(1, 1.3))
    places = np.arange(1, len(found.exponents) + 1)
    colors = [SECOND if e - 2 * s > 0 else MODEL for e, s in _pairs(found)]
    for place, (value, error), color in zip(places, _pairs(found), colors, strict=True):
        spectrum.errorbar(place, value, 2 * error, fmt="o", color=color, ms=5, lw=1.2)
    spectrum.axhline(0.0, color=GRAY, lw=0.9, ls=":")
    spectrum.margins(x=0.08)
    spectrum.xaxis.get_major_locator().set_params(integer=True)
    tidy(spectrum, x="exponent", y="rate (1/s)", title="exponents")
    for k in range(min(_TOO_MANY, len(places))):
        settled.plot(
            found.times, found.running[:, k], color=colors[k], lw=1.2, alpha=1.0 if k == 0 else 0.55
        )
    settled.axhline(0.0, color=GRAY, lw=0.9, ls=":")
    settled.margins(x=0.0)
    late = found.running[len(found.running) // 5 :, : min(_TOO_MANY, len(places))]
    low, high = float(late.min()), float(late.max())
    room = 0.2 * max(high - low, 1e-9)
    settled.set_ylim(min(low - room, -room), max(high + room, room))
    tidy(settled, x="time (s)", title="as if the run had ended here")
    said = verdict(found)
    return Picture(
        figure,
        "Lyapunov exponents",
        f"How fast small departures grow (above zero) or die along a run without noise, with two "
        f"standard errors. {said} Right: lines that are still moving were not run for long enough.",
        f"Largest of {len(places)} exponents {found.exponents[0]:.3g} 1/s, standard error "
        f"{found.error[0]:.2g}. {said}",
    )


def verdict(found: LyapunovSpectrum) -> str:
    """Return in one sentence what the largest exponent says.

    Parameters
    ----------
    found : LyapunovSpectrum
        From `surrobrain.lyapunov_spectrum`.
    """
    largest, error = float(found.exponents[0]), float(found.error[0])
    told = f"largest exponent {largest:.3g} +/- {2 * error:.2g} 1/s"
    if largest - 2 * error > 0:
        return f"The run is chaotic: {told}."
    if largest + 2 * error < 0:
        return f"The run comes to rest: {told}."
    return f"The run is periodic, or at the edge of what it can tell: {told}."


def _pairs(found: LyapunovSpectrum) -> list[tuple[float, float]]:
    return list(zip(found.exponents.tolist(), found.error.tolist(), strict=True))
