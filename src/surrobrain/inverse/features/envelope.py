"""How strong a signal is from window to window, as a feature."""

from typing import Any

from surrobrain.checks import positive, whole
from surrobrain.inverse.feature import Feature, remembered

__all__ = ["envelope"]


@remembered
def envelope(
    *, n_windows: int = 8, oscillating: bool = False, floor: float | None = None
) -> Feature:
    """Compare how strong every region is in successive windows: when it seizes, and how hard.

    Parameters
    ----------
    n_windows : int
        Windows of equal length; samples that are left over at the end are not used.
    oscillating : bool
        Whether the envelope is the amplitude of the analytic signal about its mean. By default
        the samples are an envelope already, as x of ``Epileptor2D`` and the power at SEEG contacts.
    floor : float, optional
        Compare the logarithm of the mean envelope, which is cut off at this value.

    Returns
    -------
    Feature
        Window by window, shape (n_windows n_regions,).

    Raises
    ------
    ValueError
        The floor is not positive, or the run has fewer samples than windows.

    References
    ----------
    .. [1] Hashemi et al. (2023), Amortized Bayesian inference on generative dynamical network
       models of epilepsy using deep neural density estimators. Neural Networks 163:178.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = np.arange(8.0)[:, None]
    >>> envelope(n_windows=2).of(ramp, 1.0)
    array([1.5, 5.5])
    """
    whole(n_windows, "n_windows", low=1)
    if floor is not None:
        positive(floor, "floor")

    def compute(samples: Any, sfreq: float) -> Any:
        n_times = samples.shape[-2]
        length = n_times // n_windows
        if length == 0:
            raise ValueError(
                f"{n_times} samples do not fill {n_windows} windows; use fewer windows or a "
                "longer run"
            )
        strength = _amplitude(samples) if oscillating else samples
        used = strength[..., : n_windows * length, :]
        windows = used.unflatten(-2, (n_windows, length))  # (..., window, time, region)
        found = windows.mean(-2).flatten(-2)
        return found if floor is None else found.clamp(min=floor).log()

    return Feature("envelope", compute)


def _amplitude(samples: Any) -> Any:
    """Return the magnitude of the analytic signal."""
    import torch

    n = samples.shape[-2]
    transform = torch.fft.fft(samples - samples.mean(-2, keepdim=True), dim=-2)
    factor = torch.zeros(n, dtype=samples.dtype)
    factor[1 : (n + 1) // 2] = 2.0
    if n % 2 == 0:
        factor[n // 2] = 1.0
    return torch.fft.ifft(transform * factor[:, None], dim=-2).abs()
