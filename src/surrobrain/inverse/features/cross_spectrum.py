"""Coherency between regions as a feature."""

import itertools
from typing import Any

import numpy as np

from surrobrain.checks import number, whole
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["cross_spectrum"]


@remembered
def cross_spectrum(*, low: float = 0.0, high: float | None = None, n_bands: int = 5) -> Feature:
    """Compare how regions go together at each frequency, in phase and out of it.

    Parameters
    ----------
    low, high : float
        Range in Hz; up to half the sampling rate by default.
    n_bands : int
        Bands of equal width.

    Returns
    -------
    Feature
        Real, then imaginary parts of the coherency of every pair of regions in every band: the
        average cross-spectrum over the root of both average spectra.

    Raises
    ------
    ValueError
        The run is too short for so many bands.
    """
    number(low, "low", low=0.0)
    whole(n_bands, "n_bands", low=1)

    def compute(samples: Any, sfreq: float) -> Any:
        import torch

        top = sfreq / 2 if high is None else min(high, sfreq / 2)
        n, n_regions = samples.shape[-2:]
        frequencies = np.fft.rfftfreq(n, 1 / sfreq)
        edges = np.linspace(low, top, n_bands + 1)
        centered = samples - samples.mean(-2, keepdim=True)
        taper = torch.hann_window(n, periodic=False, dtype=samples.dtype)
        transform = torch.fft.rfft(centered * taper[:, None], dim=-2)
        rows, columns = torch.triu_indices(n_regions, n_regions, 1)
        found = []
        for first, last in itertools.pairwise(edges):
            inside = np.flatnonzero((frequencies > first) & (frequencies <= last))
            if len(inside) < 2:
                raise ValueError(
                    f"{n} samples at {sfreq:g} Hz have {len(inside)} frequencies from {first:g} to "
                    f"{last:g} Hz, too few for a coherency; use fewer bands or a longer run"
                )
            part = transform[..., inside, :]
            cross = part.mT.conj() @ part  # (..., region, region)
            power = torch.diagonal(cross.real, dim1=-2, dim2=-1).clamp(min=1e-300)
            coherency = cross * power.rsqrt()[..., :, None] * power.rsqrt()[..., None, :]
            pairs = coherency[..., rows, columns]
            found += [pairs.real, pairs.imag]
        return torch.cat(found, -1)

    return Feature("cross-spectrum", compute)
