"""Functional connectivity as a feature."""

from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.inverse.feature import Feature, remembered, same_label_pairs, squared

__all__ = ["functional_connectivity"]


@remembered
def functional_connectivity(
    *,
    target: Float[np.ndarray, "regions regions"] | None = None,
    distance: Literal["correlation", "squared"] = "correlation",
    within: np.ndarray | None = None,
) -> Feature:
    """Compare the correlations between regions.

    Parameters
    ----------
    target : array, shape (n_regions, n_regions), optional
        Measured connectivity, of a group for instance; by default that of the recording.
    distance : {"correlation", "squared"}
        One minus the correlation of both over pairs of regions, the score of most papers, blind
        to the strength and spread of the connectivity; or the mean squared difference.
    within : array, shape (n_regions,), optional
        Labels of regions, such as their hemispheres; only pairs with the same label count.

    Returns
    -------
    Feature
        Pearson correlations of the upper triangle.

    Examples
    --------
    >>> functional_connectivity().of(np.random.default_rng(0).normal(size=(50, 4)), 1.0).shape
    (6,)
    """
    choice(distance, ("correlation", "squared"), "distance")
    measured = None
    if target is not None:
        matrix = np.asarray(target, dtype=np.float64)
        measured = matrix[tuple(same_label_pairs(len(matrix), within))]

    def from_covariance(covariance: Any) -> Any:
        import torch

        scale = torch.diagonal(covariance, dim1=-2, dim2=-1).clamp(min=1e-300).rsqrt()
        fc = covariance * scale[..., :, None] * scale[..., None, :]
        rows, columns = torch.as_tensor(same_label_pairs(fc.shape[-1], within))
        return fc[..., rows, columns]

    def compute(samples: Any, sfreq: float) -> Any:
        centered = samples - samples.mean(-2, keepdim=True)
        return from_covariance(centered.mT @ centered)

    return Feature(
        "functional connectivity", compute, _unlike if distance == "correlation" else squared,
        measured, from_covariance=from_covariance,
    )  # fmt: skip


def _unlike(found: Any, measured: Any) -> Any:
    """Return one minus the Pearson correlation over pairs."""
    a, b = (x - x.mean(-1, keepdim=True) for x in (found, measured))
    norm = (a.square().sum(-1) * b.square().sum(-1)).sqrt()
    return 1 - (a * b).sum(-1) / norm.clamp(min=1e-300)
