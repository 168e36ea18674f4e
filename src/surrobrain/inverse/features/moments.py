"""Means and covariances as a feature."""

from typing import Any

from surrobrain.inverse.feature import Feature, remembered

__all__ = ["moments"]


@remembered
def moments(*, covariance: bool = False) -> Feature:
    """Compare mean and spread of every region, or all covariances.

    Parameters
    ----------
    covariance : bool
        Compare all covariances in place of the standard deviations.

    Returns
    -------
    Feature
        Means, then the logarithms of the standard deviations, or the upper triangle of the
        covariance with its diagonal.
    """

    def from_moments(mean: Any, found: Any) -> Any:
        import torch

        if not covariance:
            variance = torch.diagonal(found, dim1=-2, dim2=-1).clamp(min=1e-300)
            return torch.cat([mean, 0.5 * variance.log()], -1)
        rows, columns = torch.triu_indices(found.shape[-1], found.shape[-1])
        return torch.cat([mean, found[..., rows, columns]], -1)

    def compute(samples: Any, sfreq: float) -> Any:
        mean = samples.mean(-2)
        centered = samples - mean[..., None, :]
        return from_moments(mean, centered.mT @ centered / samples.shape[-2])

    return Feature("moments", compute, from_moments=from_moments)
