"""Does one prediction beat another on held-out samples? Signs of blocks change."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.seeds import Seed, generator

__all__ = ["gain_test"]

Values = Float[np.ndarray, "times targets"]
_CHUNK = 2048  # targets at a time


def gain_test(
    truth: Values, better: Values, base: Values, *, block: int = 10, n_permutations: int = 1000,
    seed: Seed = 0,
) -> Float[np.ndarray, "targets"]:  # fmt: skip
    """Return p values that a prediction has no smaller squared error than another.

    Parameters
    ----------
    truth, better, base : array, shape (n_times, n_targets)
        Measured, and predicted twice without having been seen.
    block : int, default 10
        Samples whose errors stay together.
    n_permutations : int, default 1000
        Drawn assignments of signs to the blocks.
    seed : int or Generator
        Decides them.

    Returns
    -------
    array, shape (n_targets,)
        ``(1 + b) / (1 + n)``, one-sided; 1 where both predictions are the same.

    Notes
    -----
    Without a difference the gain of a block is as likely above as below zero; the test flips all
    signs at random and asks how often the sum is as large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=(200, 1))
    >>> bool(gain_test(truth, truth / 2, truth * 0)[0] < 0.01)
    True
    """
    whole(n_permutations, "n_permutations", low=1)
    n_blocks = len(truth) // whole(block, "block", low=1)
    if n_blocks < 7:
        raise ValueError(
            f"{len(truth)} samples make {n_blocks} blocks of {block}; 7 or more are needed"
        )
    rows = n_blocks * block
    gain = (np.square(truth - base) - np.square(truth - better))[:rows]
    gains = gain.reshape(n_blocks, block, -1).sum(axis=1)  # (block, target)
    signs = generator(seed).choice([-1.0, 1.0], size=(n_permutations, n_blocks))
    found = np.empty(truth.shape[1])
    for start in range(0, truth.shape[1], _CHUNK):
        some = gains[:, start : start + _CHUNK]
        slack = 1e-12 * np.abs(some).sum(axis=0)
        reached = (signs @ some >= some.sum(axis=0) - slack).sum(axis=0)
        found[start : start + _CHUNK] = (1 + reached) / (1 + n_permutations)
    return found
