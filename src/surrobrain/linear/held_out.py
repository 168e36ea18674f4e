"""Errors of held-out samples for every penalty of a grid, without keeping any prediction."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.linear.arrays import namespace, placed, returned
from surrobrain.linear.folds import Fold
from surrobrain.linear.shrinkage_basis import shrinkage_basis

__all__ = ["losses_of_features", "losses_of_kernel"]

_CHUNK = 256  # targets whose predictions stay in the cache
Losses = Float[np.ndarray, "alphas targets"]


def losses_of_kernel(
    kernel: Any, targets: Float[np.ndarray, "times targets"], alphas: Float[np.ndarray, "alphas"],
    *, folds: list[Fold], center: bool, device: str | None,
) -> Losses:  # fmt: skip
    """Return the mean over folds of the mean squared error of kernel ridge regression.

    Parameters
    ----------
    kernel : array, shape (n_times, n_times)
        Products of samples, in double precision, where it is computed with (see `placed`).
    targets : array, shape (n_times, n_targets)
        What is predicted.
    alphas : array, shape (n_alphas,)
        Penalties.
    folds : list of Fold
        What is learned from and predicted.
    center : bool
        Whether features and targets are centered by what is learned from.
    device : str or None
        As for `namespace`.

    Returns
    -------
    array, shape (n_alphas, n_targets)
    """
    losses = np.zeros((len(alphas), targets.shape[1]), dtype=targets.dtype)
    xp = namespace(device)
    for fold in folds:
        among, towards = kernel[fold.train][:, fold.train], kernel[fold.test][:, fold.train]
        if center:
            mean = among.mean(0)
            towards = towards - towards.mean(1)[:, None] - mean + mean.mean()
            among = among - mean[:, None] - mean + mean.mean()
        values, vectors = xp.linalg.eigh(among)
        made = _operators(
            towards @ vectors, values, vectors, alphas, targets=targets, device=device
        )

        def inputs(some: slice, level: Any, fold: Fold = fold) -> Any:
            return placed(targets[fold.train, some] - level, device)

        _add_fold(losses, made, fold, targets, inputs, center=center, device=device)
    return losses / len(folds)


def losses_of_features(
    features: Float[np.ndarray, "times features"], targets: Float[np.ndarray, "times targets"],
    alphas: Float[np.ndarray, "alphas"], *, folds: list[Fold], center: bool, device: str | None,
) -> Losses:  # fmt: skip
    """Return the same as `losses_of_kernel` from features fewer than the samples.

    Parameters
    ----------
    features : array, shape (n_times, n_features)
        What predicts.
    targets, alphas, folds, center, device
        As for `losses_of_kernel`.

    Returns
    -------
    array, shape (n_alphas, n_targets)
    """
    losses = np.zeros((len(alphas), targets.shape[1]), dtype=targets.dtype)
    xp, x = namespace(device), placed(features, device)
    gram = _double(x.T @ x)
    with_targets = _by_chunk(x, targets, device)
    for fold in folds:
        left = np.setdiff1d(np.arange(len(features)), fold.train)
        out, test = x[left], x[fold.test]
        mean = x[fold.train].mean(0) * center
        among = gram - _double(out.T @ out) - len(fold.train) * _double(mean[:, None] * mean)
        values, vectors = xp.linalg.eigh(among)
        made = _operators(
            _double(test - mean) @ vectors, values, vectors, alphas, targets=None, device=device,
            dtype=targets.dtype,
        )  # fmt: skip

        def inputs(
            some: slice, level: Any, out: Any = out, left: Any = left, mean: Any = mean,
            fold: Fold = fold,
        ) -> Any:  # fmt: skip
            found = placed(with_targets[:, some], device) - out.T @ placed(
                np.ascontiguousarray(targets[left, some]), device
            )
            return found - len(fold.train) * mean[:, None] * placed(level, device)

        _add_fold(losses, made, fold, targets, inputs, center=center, device=device)
    return losses / len(folds)


@dataclass(frozen=True, eq=False)
class _Operators:
    """How held-out samples are predicted for all penalties at once.

    ``stacked`` (rank * n_test, n_inputs) gives the basis predictions, ``curves`` (rank, n_alphas)
    mixes them; ``rotation`` is applied to the inputs first, unless the operators hold it.
    """

    stacked: Any
    curves: Any
    rotation: Any


def _operators(
    seen: Any, values: Any, vectors: Any, alphas: np.ndarray, *, targets: np.ndarray | None,
    device: str | None, dtype: Any = None,
) -> _Operators:  # fmt: skip
    """Fold the rotation into the operators where there are more targets than rows of them."""
    basis, curves = shrinkage_basis(np.maximum(returned(values), 0.0), alphas)
    dtype = dtype or targets.dtype  # type: ignore[union-attr]
    whole = targets is not None and targets.shape[1] > basis.shape[1] * len(seen)
    # (rank, test, direction) -> (rank * test, direction)
    parts = [_as(seen * placed(column, device), dtype) for column in basis.T]
    turn = _as(vectors, dtype)
    if whole:
        parts = [part @ turn.T for part in parts]
    stacked = namespace(device).concatenate(parts)
    return _Operators(stacked, _as(placed(curves, device), dtype), None if whole else turn)


def _add_fold(
    losses: Losses, made: _Operators, fold: Fold, targets: np.ndarray,
    inputs: Callable[[slice, Any], Any], *, center: bool, device: str | None,
) -> None:  # fmt: skip
    """Add the mean squared error of a fold, one stretch of targets after the other."""

    def one(some: slice) -> None:
        level = targets[fold.train, some].mean(axis=0) * targets.dtype.type(center)
        truth = placed(targets[fold.test, some] - level, device)
        errors = returned(_squared_errors(made, inputs(some, level), truth, device=device))
        losses[:, some] += errors / len(fold.test)

    in_chunks(one, targets.shape[1], device=device)


def _squared_errors(made: _Operators, inputs: Any, truth: Any, *, device: str | None) -> Any:
    """Return the sum of squared errors, shape (n_alphas, n_targets).

    With the basis predictions P of a target (n_test, rank) and the curve c of a penalty it is
    ``c' P'P c - 2 c' P'y + y'y``: the cost does not grow with the number of penalties.
    """
    xp, rank = namespace(device), len(made.curves)
    if made.rotation is not None:
        inputs = made.rotation.T @ inputs
    basis = (inputs.T @ made.stacked.T).reshape(inputs.shape[1], rank, -1)  # (target, rank, time)
    own = xp.matmul(basis, basis.swapaxes(1, 2))
    with_truth = xp.matmul(basis, truth.T[:, :, None])[:, :, 0]
    mixed = (own.reshape(-1, rank) @ made.curves).reshape(len(own), rank, -1)
    quadratic = (mixed * made.curves).sum(1).T
    return quadratic - 2 * (made.curves.T @ with_truth.T) + (truth * truth).sum(0)


def in_chunks(of: Callable[[slice], None], n_targets: int, *, device: str | None) -> None:
    """Call a function for one stretch of targets after the other, on the threads that BLAS has.

    Many small products gain nothing from threads of their own, and lose much on a busy machine: the
    stretches are shared out instead.

    Parameters
    ----------
    of : callable
        Works on a slice of targets.
    n_targets : int
        How many there are.
    device : str or None
        Torch takes them one after the other.
    """
    from threadpoolctl import threadpool_info, threadpool_limits

    blas = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max(blas, default=1) if device is None else 1
    starts = range(0, n_targets, _CHUNK)
    pieces = [slice(first, min(first + _CHUNK, n_targets)) for first in starts]
    if threads == 1 or len(pieces) == 1:
        for piece in pieces:
            of(piece)
        return
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        list(pool.map(of, pieces))


def _by_chunk(x: Any, targets: np.ndarray, device: str | None) -> np.ndarray:
    """Return X'Y on the host."""
    found = np.empty((x.shape[1], targets.shape[1]), dtype=targets.dtype)

    def one(some: slice) -> None:
        found[:, some] = returned(x.T @ placed(np.ascontiguousarray(targets[:, some]), device))

    in_chunks(one, targets.shape[1], device=device)
    return found


def _double(values: Any) -> Any:
    return values.astype(np.float64) if isinstance(values, np.ndarray) else values.double()


def _as(values: Any, dtype: Any) -> Any:
    if isinstance(values, np.ndarray):
        return np.ascontiguousarray(values, dtype=dtype)
    import torch

    return values.to(torch.float32 if dtype == np.float32 else torch.float64).contiguous()
