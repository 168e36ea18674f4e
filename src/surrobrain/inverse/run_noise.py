"""Noise with which free runs vary as the recording does."""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.prepare import Prepared
from surrobrain.inverse.verdict import one_step_errors
from surrobrain.learned.surrogate import Surrogate

__all__ = ["error_noise", "missing_noise", "with_run_noise"]

_LONGEST = 2000  # samples of a trial run; which of two noises is nearer takes no more

Matrix = Float[np.ndarray, "regions regions"]


def with_run_noise(model: Surrogate, data: Prepared, *, seed: int) -> Surrogate:
    """Return the model with the noise whose free run varies most like the recording.

    Parameters
    ----------
    model : Surrogate
        With the noise of its errors (`error_noise`).
    data : Prepared
        What it was fitted to.
    seed : int
        Seed of the trial runs.

    Notes
    -----
    Neither noise is right for every model. Errors are what a map does not know; but a penalized
    map also moves less than the recording does, so that its runs vary too little, and most so in
    what regions do together. What is missing (`missing_noise`) makes up for it. A chaotic map
    needs hardly any noise, and there the difference of two large covariances is mostly its own
    estimation error. So each drives a run, and that is kept whose covariance is nearer to the
    recording's, by the sum of squared differences.
    """
    missing = missing_noise(model.architecture, data) * data.scale[:, None]
    other = dataclasses.replace(model, noise_factor=missing)
    own, others = (_distance(rival, data, seed=seed) for rival in (model, other))
    return other if others < own else model


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


def _distance(model: Surrogate, data: Prepared, *, seed: int) -> float:
    """Return how far the covariance of a run is from the recording's; infinite if it diverges."""
    part = data.train
    n = min(_LONGEST, len(part.values))
    drive = part.inputs[:n] * data.input_scale if model.n_inputs else None
    run = (model.run(n, drive=drive, seed=seed).values - data.center) / data.scale
    if not np.isfinite(run).all():
        return np.inf
    return float(np.square(_covariance([run]) - _covariance(_following(data))).sum())


def _following(data: Prepared) -> list[np.ndarray]:
    return [data.train.following, data.held_out.following]


def _covariance(parts: list[np.ndarray]) -> Matrix:
    """Return the covariance about the mean of each part."""
    centered = np.concatenate([part - part.mean(axis=0) for part in parts])
    return centered.T @ centered / len(centered)
