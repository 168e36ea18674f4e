"""Stretches of time that are predicted from the others."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from surrobrain.checks import whole

__all__ = ["Fold", "contiguous_folds"]


@dataclass(frozen=True, eq=False)
class Fold:
    """What is learned from and what is predicted.

    Parameters
    ----------
    train, test : array, shape (n,)
        Numbers of the samples, ascending.
    """

    train: Int[np.ndarray, "train"]
    test: Int[np.ndarray, "test"]


def contiguous_folds(
    n_times: int, n_folds: int = 5, *, gap: int = 0, runs: Sequence[int] | None = None
) -> list[Fold]:
    """Cut time into stretches; each is predicted from the others, with a gap on both sides.

    Neighboring samples of a recording are alike, and delayed regressors reach over them: shuffled
    folds would let a model see what it is asked for.

    Parameters
    ----------
    n_times : int
        Samples of all runs together.
    n_folds : int, default 5
        Stretches of (nearly) equal length. Ignored where there are several runs, each of which is
        a fold then.
    gap : int, default 0
        Samples beside each stretch that are left out; as many as the longest delay of a regressor.
    runs : sequence of int, optional
        Length of each run. Gaps do not reach into another run.

    Returns
    -------
    list of Fold

    Raises
    ------
    ValueError
        The runs do not add up, or a fold leaves nothing to learn from.

    Examples
    --------
    >>> first = contiguous_folds(10, 5, gap=1)[1]
    >>> first.test.tolist(), first.train.tolist()
    ([2, 3], [0, 5, 6, 7, 8, 9])
    """
    whole(n_times, "n_times", low=2)
    whole(gap, "gap")
    lengths = [n_times] if runs is None else [int(n) for n in runs]
    if sum(lengths) != n_times or min(lengths) < 1:
        raise ValueError(f"runs of {lengths} samples do not add up to {n_times} samples")
    if len(lengths) > 1:
        edges = np.concatenate([[0], np.cumsum(lengths)])
    else:
        whole(n_folds, "n_folds", low=2)
        edges = n_times * np.arange(n_folds + 1) // n_folds
    apart = gap if len(lengths) == 1 else 0
    folds = []
    for start, stop in itertools.pairwise(edges):
        train = np.concatenate([
            np.arange(max(0, start - apart)), np.arange(min(n_times, stop + apart), n_times)
        ])  # fmt: skip
        if start == stop or len(train) < 2:
            raise ValueError(
                f"{n_times} samples in {len(edges) - 1} folds with a gap of {gap} leave nothing to "
                "learn from; use fewer folds or a shorter gap"
            )
        folds.append(Fold(train, np.arange(start, stop)))
    return folds
