"""From patterns to RDMs."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float, Real

from surrobrain.checks import choice
from surrobrain.rsa.distances.correlation import correlation
from surrobrain.rsa.distances.cosine import cosine
from surrobrain.rsa.distances.crossnobis import crossnobis
from surrobrain.rsa.distances.discriminant import discriminant
from surrobrain.rsa.distances.euclidean import euclidean
from surrobrain.rsa.distances.triplet import triplet
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.whitening import whitener

__all__ = ["CROSS_VALIDATED", "DISTANCES", "Distance", "measured", "rdm"]

Distance = Literal[
    "correlation", "cosine", "euclidean", "mahalanobis", "crossnobis", "discriminant", "triplet"
]
DISTANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "correlation": correlation,
    "cosine": cosine,
    "crossnobis": crossnobis,
    "discriminant": discriminant,
    "euclidean": euclidean,
    "mahalanobis": euclidean,  # of whitened patterns
    "triplet": triplet,
}
CROSS_VALIDATED = frozenset({"crossnobis", "discriminant"})


def rdm(
    patterns: Real[np.ndarray, "*axes conditions channels"],
    *,
    method: Distance = "correlation",
    precision: Float[np.ndarray, "channels channels"] | None = None,
    conditions: Sequence[str] | None = None,
    names: Sequence[str] = (),
    times: Float[np.ndarray, "times"] | None = None,
) -> RDMs:
    """Measure how far apart the patterns of all pairs of conditions are.

    Parameters
    ----------
    patterns : array, shape (n_conditions, n_channels)
        One row per condition. Cross-validated measures need independent measurements,
        ``(n_folds, n_conditions, n_channels)``. One axis more in front makes several RDMs.
        Computed in the precision in which it comes, single or double.
    method : str
        ``"correlation"`` 1 - r; ``"cosine"``; ``"euclidean"``, squared, per channel;
        ``"mahalanobis"``, the same after whitening; ``"crossnobis"``, unbiased, per fold pair;
        ``"discriminant"``, cross-validated accuracy of a linear discriminant; ``"triplet"``, odd
        one out of an embedding.
    precision : array, shape (n_channels, n_channels), optional
        Inverse covariance of the noise, by which patterns are whitened first (see
        `surrobrain.rsa.noise_precision`); "mahalanobis" needs it.
    conditions : sequence of str, optional
        Names of the conditions; by default "1", "2", ...
    names : sequence of str, optional
        Names of several RDMs.
    times : array, shape (n_times,), optional
        Seconds, when the RDMs are those of consecutive times.

    Returns
    -------
    RDMs

    Raises
    ------
    ValueError
        A pattern is not finite, or does not vary where it must; the message names the condition.

    Examples
    --------
    >>> patterns = np.array([[0.0, 1.0], [2.0, 3.0], [5.0, 4.0]])
    >>> rdm(patterns, conditions=["cat", "dog", "car"]).values.round(6)
    array([[0., 2., 2.]])
    """
    choice(method, DISTANCES, "dissimilarity")
    inner = 3 if method in CROSS_VALIDATED else 2
    if patterns.ndim not in (inner, inner + 1):
        shape = ("n_folds, " if inner == 3 else "") + "n_conditions, n_channels"
        raise ValueError(
            f"{method} needs patterns of shape ({shape}), with one more axis in front for several "
            f"RDMs, but shape {patterns.shape} arrived"
        )
    kept = np.float32 if patterns.dtype in (np.float16, np.float32) else np.float64
    stack = patterns.astype(kept, copy=False).reshape(-1, *patterns.shape[-inner:])
    named = tuple(conditions or (str(k) for k in range(1, patterns.shape[-2] + 1)))
    _refuse_unusable(stack, named, method)
    if precision is None and method == "mahalanobis":
        raise ValueError(
            "mahalanobis needs the precision of the noise; estimate it with rsa.noise_precision"
        )
    white = None if precision is None else whitener(precision, symmetric=method == "correlation")
    rows = [measured(each, method=method, whitening=white) for each in stack]
    values = np.stack(rows) if len(rows) > 1 else rows[0][None]
    return RDMs(values, named, names, times, method)


def measured(
    patterns: Float[np.ndarray, "*axes channels"],
    *,
    method: Distance,
    whitening: Float[np.ndarray, "channels channels"] | None,
) -> Float[np.ndarray, "pairs"]:
    """Return the dissimilarities of one set of patterns, whitened first if asked."""
    if method == "crossnobis":
        return crossnobis(patterns, whitening)
    if whitening is not None:
        patterns = patterns @ whitening.astype(patterns.dtype)
    return DISTANCES[method](patterns)


def _refuse_unusable(stack: np.ndarray, names: tuple[str, ...], method: str) -> None:
    if len(names) != stack.shape[-2]:
        raise ValueError(
            f"{len(names)} names arrived for {stack.shape[-2]} conditions; give one per pattern"
        )
    bad = ~np.isfinite(stack).all(axis=-1)
    problem = "holds a value that is not finite"
    if method in ("correlation", "cosine") and not bad.any():
        bad = np.ptp(stack, axis=-1) == 0 if method == "correlation" else ~stack.any(axis=-1)
        problem = f"is the same in every channel, so that {method} is not defined"
    if bad.any():
        first = names[int(np.argwhere(bad)[0][-1])]
        raise ValueError(
            f"the pattern of {first} {problem}; leave that condition out ({int(bad.sum())} such "
            "patterns in all)"
        )
