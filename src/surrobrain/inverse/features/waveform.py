"""The samples themselves as a feature: evoked responses, seizures, noise-free runs."""

from typing import Any

from surrobrain.checks import number, whole
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["waveform"]


@remembered
def waveform(*, every: int = 1, baseline: float = 0.0) -> Feature:
    """Compare sample by sample: right where noise plays no part, as in an evoked response.

    Parameters
    ----------
    every : int
        Compare every so many samples.
    baseline : float
        Seconds before the stimulus, at the start, whose mean is taken from every channel.

    Returns
    -------
    Feature
        Samples, time by time, shape (n_times n_regions / every,), and their mean squared
        difference. Free runs with noise or chaos do not repeat themselves: use a spectrum there.
    """
    whole(every, "every", low=1)
    number(baseline, "baseline", low=0.0)

    def compute(samples: Any, sfreq: float) -> Any:
        before = round(baseline * sfreq)
        if before:
            samples = samples - samples[..., :before, :].mean(-2, keepdim=True)
        return samples[..., ::every, :].flatten(-2)

    return Feature("waveform", compute)
