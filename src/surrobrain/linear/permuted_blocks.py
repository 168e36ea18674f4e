"""Is a correlation more than chance, where neighboring samples are alike? Blocks change places."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.linear.held_out import in_chunks
from surrobrain.linear.scores import correlation
from surrobrain.seeds import Seed, generator

__all__ = ["Permutation", "block_permutation"]


@dataclass(frozen=True, eq=False)
class Permutation:
    """Correlations beside those that chance gives.

    Parameters
    ----------
    r : array, shape (n_targets,)
        Correlation of prediction and measurement over whole blocks.
    p : array, shape (n_targets,)
        ``(1 + b) / (1 + n)`` for b permutations out of n that reach r.
    p_max : array, shape (n_targets,)
        The same beside the largest correlation of all targets: corrected for their number.
    null_spread : array, shape (n_targets,)
        Standard deviation of the correlation under permutation.
    """

    r: Float[np.ndarray, "targets"]
    p: Float[np.ndarray, "targets"]
    p_max: Float[np.ndarray, "targets"]
    null_spread: Float[np.ndarray, "targets"]


def block_permutation(
    truth: Float[np.ndarray, "times targets"], predicted: Float[np.ndarray, "times targets"], *,
    block: int = 10, n_permutations: int = 1000, seed: Seed = 0,
) -> Permutation:  # fmt: skip
    """Test correlations over time by letting blocks of samples change places.

    Parameters
    ----------
    truth, predicted : array, shape (n_times, n_targets)
        Measured, and predicted without having seen it.
    block : int, default 10
        Samples that stay together: longer than what makes neighbors alike. Samples beyond the last
        whole block are left out.
    n_permutations : int, default 1000
        Orders of the blocks, drawn without replacement within each.
    seed : int or Generator
        Decides them.

    Returns
    -------
    Permutation
        NaN for targets that are constant.

    Raises
    ------
    ValueError
        There are fewer than 7 blocks: too few orders for small p values.

    Notes
    -----
    The order of blocks only changes which block meets which: with the products
    ``M[b, c] = sum_t p(b, t) y(c, t)`` of all pairs of blocks, a permutation is a sum of n_blocks
    of them, and all permutations are one matrix product.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=(300, 2))
    >>> predicted = truth * [1.0, 0.0] + rng.normal(size=(300, 2))
    >>> block_permutation(truth, predicted, seed=0).p < 0.01
    array([ True, False])
    """
    whole(block, "block", low=1)
    whole(n_permutations, "n_permutations", low=1)
    n_blocks = len(truth) // block
    if n_blocks < 7:
        raise ValueError(
            f"{len(truth)} samples make {n_blocks} blocks of {block}; 7 or more are needed"
        )
    truth, predicted = truth[: n_blocks * block], predicted[: n_blocks * block]
    r = correlation(truth, predicted)
    chosen = _meetings(n_blocks, n_permutations, seed).astype(truth.dtype)
    reached = np.zeros(truth.shape[1], dtype=np.int64)
    spread = np.full(truth.shape[1], np.nan)
    largest = []

    def one(some: slice) -> None:
        null = _null(truth[:, some], predicted[:, some], chosen, n_blocks)
        reached[some] = (null >= r[some, None] - 1e-12).sum(axis=1)
        spread[some] = null.std(axis=1)
        alive = null[~np.isnan(r[some])]
        if len(alive):
            largest.append(alive.max(axis=0))

    in_chunks(one, truth.shape[1], device=None)
    top = np.max(largest, axis=0) if largest else np.full(n_permutations, np.nan)
    dead = np.isnan(r)
    p = (1 + reached) / (1 + n_permutations)
    p_max = (1 + (top >= r[:, None] - 1e-12).sum(axis=1)) / (1 + n_permutations)
    return Permutation(
        r, np.where(dead, np.nan, p), np.where(dead, np.nan, p_max), np.where(dead, np.nan, spread)
    )


def _meetings(n_blocks: int, n_permutations: int, seed: Seed) -> np.ndarray:
    """Return which pairs of blocks meet (n_blocks^2, n_permutations), 0 or 1."""
    rng = generator(seed)
    orders = np.array([rng.permutation(n_blocks) for _ in range(n_permutations)])
    chosen = np.zeros((n_blocks**2, n_permutations))
    pairs = np.arange(n_blocks) * n_blocks + orders
    chosen[pairs, np.arange(n_permutations)[:, None]] = 1
    return chosen


def _null(
    truth: np.ndarray, predicted: np.ndarray, chosen: np.ndarray, n_blocks: int
) -> np.ndarray:
    """Return the correlations under all permutations, shape (n_targets, n_permutations)."""
    a, b = _standard(predicted), _standard(truth)
    n_times, n_targets = a.shape
    # (block, time, target) -> (target, block, time) and (target, time, block)
    left = a.reshape(n_blocks, -1, n_targets).transpose(2, 0, 1)
    right = b.reshape(n_blocks, -1, n_targets).transpose(2, 1, 0)
    products = np.matmul(np.ascontiguousarray(left), np.ascontiguousarray(right))
    return products.reshape(n_targets, -1) @ chosen / n_times


def _standard(values: np.ndarray) -> np.ndarray:
    centered = values - values.mean(axis=0)
    spread = centered.std(axis=0)
    return centered / np.where(spread > 0, spread, 1.0)
