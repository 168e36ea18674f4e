"""Noise with which free runs vary as the recording does."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.prepare import Prepared
from surrobrain.inverse.verdict import one_step_errors
from surrobrain.learned.unroll import unroll
from surrobrain.seeds import stream

__all__ = ["error_noise", "missing_noise", "run_noise"]

_RUNS, _STEPS = 40, 200  # side by side; the first half of each forgets where it began
_DRAWS = 3  # separates them from what a training draws

Matrix = Float[np.ndarray, "regions regions"]


def run_noise(architecture: Any, data: Prepared, errors: Matrix, *, seed: int) -> Matrix:
    """Return a root of the covariance of the noise whose free runs vary most like the recording.

    Parameters
    ----------
    architecture : Architecture
        What was fitted.
    data : Prepared
        What it was fitted to.
    errors : array, shape (n_regions, n_regions)
        The noise of its errors (`error_noise`).
    seed : int
        Seed of the trial runs.

    Notes
    -----
    Neither noise is right for every model. Errors are what a map does not know; but a penalized
    map also moves less than the recording does, so that its runs vary too little, and most so in
    what regions do together. What is missing (`missing_noise`) makes up for it. A chaotic map
    needs hardly any noise, and there the difference of two large covariances is mostly its own
    estimation error. So each drives 40 runs of 200 samples from moments of the recording, and
    that is kept whose covariance over the second half is nearer to the recording's, by the sum of
    squared differences.
    """
    rivals = errors, missing_noise(architecture, data)
    distances = [_distance(architecture, data, noise, seed=seed) for noise in rivals]
    return rivals[int(np.argmin(distances))]


def error_noise(architecture: Any, data: Prepared) -> Matrix:
    """Return the Cholesky factor of the covariance of one-step errors.

    Notes
    -----
    Their size is that of the validation part: errors on the training part are too small.
    Their correlation is taken from both parts, which is what a free run needs for its functional
    connectivity: the validation part alone is short. It is shrunk towards independence by
    n_regions / (n_regions + n_windows), so that a short recording still gives a factor.
    """
    later = one_step_errors(architecture, data.held_out)
    earlier = one_step_errors(architecture, data.train)
    size = np.sqrt(np.square(later).mean(axis=0)) + 1e-9
    parts = [(e - e.mean(axis=0)) / (e.std(axis=0) + 1e-9) for e in (earlier, later)]
    scaled = np.concatenate(parts)
    correlation = scaled.T @ scaled / len(scaled)
    share = len(correlation) / (len(correlation) + len(scaled))
    shrunk = (1 - share) * correlation + share * np.eye(len(correlation))
    return (size[:, None] * np.linalg.cholesky(shrunk)).astype(data.scale.dtype)


def missing_noise(architecture: Any, data: Prepared) -> Matrix:
    """Return a root of the covariance that predictions leave, Cov(next) - Cov(predicted).

    Notes
    -----
    Of a linear map A that looks at one sample it is the only noise N whose runs have the covariance
    S of the recording, since S = A S A' + N. It differs from the covariance of the errors by what
    errors and predictions share: nothing for least squares, much under a penalty. Directions in
    which predictions vary more than the recording does are left without noise.
    """
    real = _following(data)
    errors = [one_step_errors(architecture, part) for part in (data.train, data.held_out)]
    left = _covariance(real) - _covariance(
        [following - error for following, error in zip(real, errors, strict=True)]
    )
    sizes, directions = np.linalg.eigh(left)
    return (directions * np.sqrt(np.maximum(sizes, 0.0))).astype(data.scale.dtype)


def _distance(architecture: Any, data: Prepared, noise: Matrix, *, seed: int) -> float:
    """Return how far the covariance of runs is from the recording's; infinite if one diverges."""
    import torch

    part, rng = data.train, stream(seed, _DRAWS)
    starts = rng.choice(part.starts, size=_RUNS)[:, None]
    windows = part.values[starts + np.arange(part.memory)]
    following = (starts + part.memory + np.arange(_STEPS)) % len(part.values)
    added = rng.normal(size=(_RUNS, _STEPS, len(noise))) @ noise.T
    tensors = (windows, added.astype(windows.dtype), part.inputs[following])
    shown, pushed, drives = (torch.as_tensor(each) for each in tensors)
    with torch.inference_mode():
        state = architecture.encode(shown)
        values, _ = unroll(architecture, state, _STEPS, inputs=pushed, drives=drives)
    late = values[:, _STEPS // 2 :].flatten(0, 1).numpy()
    if not np.isfinite(late).all():
        return np.inf
    return float(np.square(_covariance([late]) - _covariance(_following(data))).sum())


def _following(data: Prepared) -> list[np.ndarray]:
    return [data.train.following, data.held_out.following]


def _covariance(parts: list[np.ndarray]) -> Matrix:
    """Return the covariance about the mean of each part."""
    centered = np.concatenate([part - part.mean(axis=0) for part in parts])
    return centered.T @ centered / len(centered)
