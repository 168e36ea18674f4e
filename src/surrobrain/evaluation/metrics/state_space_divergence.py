"""Divergence of the states that are visited."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.seeds import Seed
from surrobrain.statistics.state_space import binned_divergence, mixture_divergence

__all__ = ["state_space_divergence"]

_MOST_BINNED = 5


@metric(
    better="lower", protocol="free_run", perfect=0.0, unit="nats", scope="network", default=False
)
def state_space_divergence(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    box: Literal["padded", "2sd", "minmax"] = "padded",
    n_bins: int = 30,
    variance: float = 1.0,
    seed: Seed = 0,
) -> float:
    """Divergence of the states that are visited, D_stsp: whether the attractor has its shape.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run after its transient.
    box, n_bins
        Up to five regions: see `binned_divergence`.
    variance, seed
        More than five regions: see `mixture_divergence`.

    Returns
    -------
    float
        Nats, about 0 or more; both recordings in standard deviations from the mean of ``real``.
        NaN when a region of the recording is constant, or the run never enters the box.

    Notes
    -----
    In use since [1]_; a constant run scores 16 to 17 for 1e5 samples, and the value grows with
    the number of samples: compare equal lengths only, and read it beside its floor. What leaves
    the box is not seen; `binned_divergence` tells how much that is. Blind to time: a shuffled
    recording scores 0, so it takes `spectral_hellinger` beside it.

    References
    ----------
    .. [1] Koppe et al. (2019), Identifying nonlinear dynamical systems via generative recurrent
       neural networks with applications to fMRI.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(1000, 3))
    >>> state_space_divergence(real, real), state_space_divergence(real, 0.0 * real) > 5
    (0.0, True)
    """
    if np.ptp(real, axis=0).min() == 0:
        return float("nan")
    center, scale = real.mean(axis=0), real.std(axis=0)
    truth, run = (real - center) / scale, (simulated - center) / scale
    if real.shape[1] > _MOST_BINNED:
        return mixture_divergence(truth, run, variance=variance, seed=seed)
    return binned_divergence(truth, run, n_bins=n_bins, box=box).value
