"""The samples themselves as a feature: evoked responses, seizures, noise-free runs."""

from typing import Any

from surrobrain.checks import whole
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["waveform"]


@remembered
def waveform(*, every: int = 1) -> Feature:
    """Compare sample by sample: right where noise plays no part, as in an evoked response.

    Parameters
    ----------
    every : int
        Compare every so many samples.

    Returns
    -------
    Feature
        Samples, time by time, shape (n_times n_regions / every,), and their mean squared
        difference. Free runs with noise or chaos do not repeat themselves: use a spectrum there.
    """
    whole(every, "every", low=1)

    def compute(samples: Any, sfreq: float) -> Any:
        return samples[..., ::every, :].flatten(-2)

    return Feature("waveform", compute)
