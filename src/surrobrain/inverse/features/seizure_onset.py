"""When a signal first rises, as a feature."""

from typing import Any

from surrobrain.checks import number, positive
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["seizure_onset"]


@remembered
def seizure_onset(*, threshold: float = 0.0, softness: float | None = None) -> Feature:
    """Compare when every region first rises above a threshold: the order of recruitment.

    Parameters
    ----------
    threshold : float
        In the unit of the signal; x of ``Epileptor2D`` crosses zero when a seizure begins.
    softness : float, optional
        Width of a gradual threshold, in the unit of the signal. Without it the onset is exact and
        has no gradient.

    Returns
    -------
    Feature
        Seconds from the first sample to the onset, shape (n_regions,); the length of the run where
        there is none.

    Notes
    -----
    ``sum_t s((threshold - max_{t' <= t} x(t')) / softness) / sfreq`` with the logistic function s,
    and the step function without softness: the time during which the threshold was not yet passed.

    References
    ----------
    .. [1] Hashemi et al. (2023), Amortized Bayesian inference on generative dynamical network
       models of epilepsy using deep neural density estimators. Neural Networks 163:178.

    Examples
    --------
    >>> import numpy as np
    >>> rises, rests = [-1.0, -1.0, 2.0, -1.0], [-1.0, -1.0, -1.0, -1.0]
    >>> seizure_onset().of(np.array([rises, rests]).T, 10.0)
    array([0.2, 0.4])
    """
    number(threshold, "threshold")
    if softness is not None:
        positive(softness, "softness")

    def compute(samples: Any, sfreq: float) -> Any:
        missing = threshold - samples.cummax(-2).values
        quiet = (missing >= 0).to(samples.dtype) if softness is None else missing / softness
        return (quiet if softness is None else quiet.sigmoid()).sum(-2) / sfreq

    return Feature("seizure onset", compute)
