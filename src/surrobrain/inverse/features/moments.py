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

    def compute(samples: Any, sfreq: float) -> Any:
        import torch

        mean = samples.mean(-2)
        centered = samples - mean[..., None, :]
        if not covariance:
            spread = centered.square().mean(-2).clamp(min=1e-300)
            return torch.cat([mean, 0.5 * spread.log()], -1)
        n = samples.shape[-1]
        rows, columns = torch.triu_indices(n, n)
        found = (centered.mT @ centered / samples.shape[-2])[..., rows, columns]
        return torch.cat([mean, found], -1)

    return Feature("moments", compute)
