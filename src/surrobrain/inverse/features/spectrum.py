"""Power spectra as a feature."""

from typing import Any

import numpy as np

from surrobrain.checks import number, whole
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["spectrum"]


@remembered
def spectrum(
    *, low: float = 0.0, high: float | None = None, n_bands: int = 20, average: bool = False
) -> Feature:
    """Compare the logarithm of the power in bands of frequency, region by region.

    Parameters
    ----------
    low, high : float
        Range in Hz; up to half the sampling rate by default.
    n_bands : int
        Bands of equal width.
    average : bool
        Average the power over regions first.

    Returns
    -------
    Feature
        Natural logarithm of the mean power per band, shape (n_regions n_bands,) or (n_bands,).

    Raises
    ------
    ValueError
        The range is empty, or the run too short for so many bands.
    """
    number(low, "low", low=0.0)
    whole(n_bands, "n_bands", low=1)

    def compute(samples: Any, sfreq: float) -> Any:
        import torch

        top = sfreq / 2 if high is None else min(high, sfreq / 2)
        n = samples.shape[-2]
        frequencies = np.fft.rfftfreq(n, 1 / sfreq)
        edges = np.linspace(low, top, n_bands + 1)
        band = np.searchsorted(edges, frequencies, side="right") - 1
        band[(frequencies == 0) | (frequencies > top) | (frequencies < low)] = -1
        band = np.minimum(band, n_bands - 1)
        counts = np.bincount(band[band >= 0], minlength=n_bands)
        if not top > low or (counts == 0).any():
            raise ValueError(
                f"{n} samples at {sfreq:g} Hz do not fill {n_bands} bands from {low:g} to "
                f"{top:g} Hz; use fewer bands, another range or a longer run"
            )
        centered = samples - samples.mean(-2, keepdim=True)
        taper = torch.hann_window(n, periodic=False, dtype=samples.dtype)
        power = torch.fft.rfft(centered * taper[:, None], dim=-2).abs().square()
        sums = torch.zeros(n_bands, len(band), dtype=samples.dtype)
        inside = np.flatnonzero(band >= 0)
        sums[band[inside], inside] = torch.as_tensor(1 / counts[band[inside]], dtype=samples.dtype)
        banded = sums @ power  # (..., band, region)
        banded = banded.mean(-1) if average else banded.mT.flatten(-2)
        return banded.clamp(min=1e-300).log()

    return Feature("spectrum", compute)
