"""Functional connectivity dynamics as a feature."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.inverse.feature import Feature, remembered, same_label_pairs

__all__ = ["connectivity_dynamics"]


@remembered
def connectivity_dynamics(
    *,
    window: float = 60.0,
    step: float | None = None,
    target: Float[np.ndarray, "values"] | None = None,
    within: np.ndarray | None = None,
    n_quantiles: int = 100,
) -> Feature:
    """Compare how often windows of a recording resemble each other, and how much.

    Parameters
    ----------
    window, step : float
        Length of a window and distance of the next, in seconds; a sixth of the window by default.
        They must be those of the target.
    target : array, shape (n_values,), optional
        Measured correlations between windows, of a group for instance, in any order.
    within : array, shape (n_regions,), optional
        Labels of regions, such as their hemispheres; only pairs with the same label count.
    n_quantiles : int
        Numbers that stand for the distribution.

    Returns
    -------
    Feature
        Quantiles of the correlations between the functional connectivities of any two windows;
        their mean absolute difference is the Wasserstein distance of the distributions, which
        has a gradient where the Kolmogorov-Smirnov distance of the literature has none.

    References
    ----------
    .. [1] Hansen et al. (2015), Functional connectivity dynamics. NeuroImage 105:525.
    """
    positive(window, "window", unit="s")
    hop_seconds = window / 6 if step is None else positive(step, "step", unit="s")
    whole(n_quantiles, "n_quantiles", low=2)
    levels = (np.arange(n_quantiles) + 0.5) / n_quantiles

    def compute(samples: Any, sfreq: float) -> Any:
        import torch

        length, hop = round(window * sfreq), max(1, round(hop_seconds * sfreq))
        n_windows = (samples.shape[-2] - length) // hop + 1
        if n_windows < 3 or length < 8:
            raise ValueError(
                f"windows of {window:g} s by {hop_seconds:g} s give {max(0, n_windows)} windows of "
                f"{length} samples; connectivity dynamics need 3 windows of 8 samples: "
                "choose other windows, or a longer run"
            )
        chosen = same_label_pairs(samples.shape[-1], within)
        rows, columns = torch.as_tensor(chosen)
        pairs = []
        for first in range(0, n_windows * hop, hop):
            part = samples[..., first : first + length, :]
            part = part - part.mean(-2, keepdim=True)
            part = part / part.square().sum(-2, keepdim=True).clamp(min=1e-300).sqrt()
            pairs.append((part.mT @ part)[..., rows, columns])
        strips = torch.stack(pairs, -2)  # (..., window, pair)
        strips = strips - strips.mean(-1, keepdim=True)
        strips = strips / strips.square().sum(-1, keepdim=True).clamp(min=1e-300).sqrt()
        first, second = torch.triu_indices(n_windows, n_windows, 1)
        return _quantiles((strips @ strips.mT)[..., first, second], levels)

    measured = None if target is None else np.quantile(np.asarray(target, float), levels)
    return Feature("functional connectivity dynamics", compute, _wasserstein, measured)


def _quantiles(values: Any, levels: np.ndarray) -> Any:
    import torch

    at = torch.as_tensor(levels) * (values.shape[-1] - 1)
    low = at.floor().long()
    share = (at - low).to(values.dtype)
    ordered = values.sort(-1).values
    return ordered[..., low] * (1 - share) + ordered[..., low + 1] * share


def _wasserstein(found: Any, measured: Any) -> Any:
    return (found - measured).abs().mean(-1)
