"""From single trials to RDMs over time, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.errors import NotEnough
from surrobrain.files import filling
from surrobrain.rsa.dissimilarity import CROSS_VALIDATED, DISTANCES, Distance, measured
from surrobrain.rsa.noise import Noise, noise_covariance, residuals
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.storage import read_rdms, write_words
from surrobrain.rsa.trials import Trials
from surrobrain.rsa.whitening import whitener

__all__ = ["movie"]

_ADVISED = Noise()
_BLOCK = 2**25  # numbers of trials in memory at once


def movie(
    trials: Trials,
    *,
    method: Distance = "crossnobis",
    noise: Noise | None = _ADVISED,
    dtype: type[np.floating] = np.float32,
    path: str | Path | None = None,
) -> RDMs:
    """Measure an RDM at every time.

    Parameters
    ----------
    trials : Trials
        Epochs with their conditions and folds.
    method : str
        As in `surrobrain.rsa.rdm`. Cross-validated measures average the trials of each condition
        within each fold, and every fold must hold every condition.
    noise : Noise, optional
        How the noise is estimated by which channels are whitened first, which is advised with
        every measure; None measures in the channels as they are.
    dtype : type
        Width in which dissimilarities are kept: ``np.float16``, ``np.float32``, ``np.float64``.
    path : str or Path, optional
        An npy file to write time by time, with its words in a json file beside it. What is
        returned then stays on disk, as a memory map.

    Returns
    -------
    RDMs
        A movie, shape (n_times, n_pairs).

    Raises
    ------
    NotEnough
        A fold lacks a condition, or trials are too few to estimate the noise.
    ValueError
        A pattern does not vary; the message names the time.

    Notes
    -----
    The noise is what trials differ by from the mean of their condition and fold, or of their
    condition where folds hold single trials. It is taken from all folds, also the one that is left
    out of a discriminant: it says nothing of which condition is which.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shown = 3 * rng.normal(size=(3, 8, 1)) * np.array([0.0, 1.0])  # appears at the second time
    >>> noisy = np.concatenate([shown] * 20) + rng.normal(size=(60, 8, 2))
    >>> found = movie(Trials(noisy, ["cat", "dog", "car"] * 20, np.array([-0.1, 0.1])))
    >>> bool(abs(found.values[0]).max() < 1 < found.values[1].min())
    True
    """
    choice(method, DISTANCES, "dissimilarity")
    design = _design(trials, crossed=method in CROSS_VALIDATED)
    n = len(trials.conditions)
    shape = (len(trials.times), n * (n - 1) // 2)
    if path is None:
        values = np.empty(shape, dtype)
        _fill(values, trials, design, method, noise)
        return RDMs(values, trials.conditions, times=trials.times, measure=method)
    target = Path(path)
    choice(target.suffix, [".npy"], "ending of a file that is filled piece by piece")
    with filling(target, shape=shape, dtype=dtype) as stored:
        _fill(stored, trials, design, method, noise)
        words = RDMs(stored[:1], trials.conditions, measure=method)
        write_words(target, words, times=trials.times)
    return read_rdms(target)


@dataclass(frozen=True, eq=False)
class _Design:
    """Which trials are averaged into which pattern."""

    condition: Int[np.ndarray, "trials"]
    fold: Int[np.ndarray, "trials"]
    order: Int[np.ndarray, "trials"]  # by fold, then condition
    starts: Int[np.ndarray, "cells"]
    counts: Int[np.ndarray, "cells"]
    crossed: bool


def _design(trials: Trials, *, crossed: bool) -> _Design:
    condition = trials.condition_numbers
    fold = trials.fold_numbers if crossed else np.zeros_like(condition)
    n_conditions, n_folds = len(trials.conditions), int(fold.max()) + 1
    cell = fold * n_conditions + condition
    counts = np.bincount(cell, minlength=n_folds * n_conditions)
    if not counts.all():
        k, j = divmod(int(np.flatnonzero(counts == 0)[0]), n_conditions)
        raise NotEnough(
            f"fold {k} holds no trial of condition {trials.conditions[j]}; every fold must hold "
            "every condition: use fewer folds, or leave conditions out"
        )
    if crossed and n_folds < 2:
        raise NotEnough(
            f"condition {trials.conditions[int(np.bincount(condition).argmin())]} has a single "
            "trial; cross-validated measures need at least 2 of every condition"
        )
    order = np.argsort(cell, kind="stable")
    starts = np.append(0, np.cumsum(counts)[:-1])
    return _Design(condition, fold, order, starts, counts, crossed)


def _fill(
    values: np.ndarray, trials: Trials, design: _Design, method: Distance, noise: Noise | None
) -> None:
    """Write one time after the other."""
    n_folds = len(design.counts) // len(trials.conditions)
    white = None
    if noise is not None and noise.over != "sample":
        white = _whiteners(_common(trials, design, noise))
    for start, block in _blocks(trials):
        summed = np.add.reduceat(block[design.order], design.starts, axis=0)
        means = summed / design.counts[:, None, None].astype(block.dtype)
        for k in range(block.shape[2]):
            patterns = means[:, :, k].reshape(n_folds, len(trials.conditions), -1)
            if noise is not None and noise.over == "sample":
                white = _whiteners(_covariances(block[..., k], design, noise))
            if white is not None:
                patterns = patterns @ white.astype(block.dtype)  # one for all folds, or one each
            used = patterns if design.crossed else patterns[0]
            _keep(values, start + k, measured(used, method=method, whitening=None), trials)


def _keep(values: np.ndarray, k: int, row: np.ndarray, trials: Trials) -> None:
    """Store one RDM, or say why it cannot be kept."""
    if not np.isfinite(row).all():
        raise ValueError(
            f"a pattern at {trials.times[k]:g} s is constant, so that the dissimilarity is not "
            "defined; leave that time out"
        )
    with np.errstate(over="ignore"):
        values[k] = row
    if not np.isfinite(values[k]).all():
        raise ValueError(
            f"a dissimilarity of {np.abs(row).max():g} at {trials.times[k]:g} s does not fit into "
            f"{values.dtype}; keep it in a wider dtype, or whiten the channels"
        )


def _blocks(trials: Trials) -> Iterator[tuple[int, np.ndarray]]:
    """Yield stretches of time that fit into memory, in single or double precision."""
    n_trials, n_channels, n_times = trials.values.shape
    kept = np.float64 if trials.values.dtype == np.float64 else np.float32
    length = max(1, _BLOCK // (n_trials * n_channels))
    for start in range(0, n_times, length):
        yield start, trials.values[:, :, start : start + length].astype(kept)


def _common(trials: Trials, design: _Design, noise: Noise) -> Float[np.ndarray, "folds p p"]:
    """One covariance (per fold if asked), the mean over times."""
    wanted = np.flatnonzero(trials.times < 0) if noise.over == "baseline" else None
    if wanted is not None and not len(wanted):
        raise NotEnough('there is no time before zero; use Noise(over="epoch")')
    total, n = np.zeros(1), 0
    for start, block in _blocks(trials):
        for k in range(block.shape[2]):
            if wanted is None or start + k in wanted:
                total, n = total + _covariances(block[..., k], design, noise), n + 1
    return total / n


def _covariances(
    trials: Float[np.ndarray, "trials channels"], design: _Design, noise: Noise
) -> Float[np.ndarray, "folds p p"]:
    n_conditions = int(design.condition.max()) + 1
    cells = design.fold * n_conditions + design.condition
    if len(cells) < 2 * len(design.counts) and not noise.per_fold:
        cells = design.condition  # hardly any repetition within folds: compare folds
    wide = trials.astype(np.float64)
    parts = [design.fold == f for f in range(design.fold.max() + 1)] if noise.per_fold else [...]
    found = []
    for part in parts:
        left, n_means = residuals(wide[part], cells[part])
        found.append(noise_covariance(left, shrinkage=noise.shrinkage, n_means=n_means))
    return np.stack(found)


def _whiteners(covariances: Float[np.ndarray, "folds p p"]) -> Float[np.ndarray, "folds p p"]:
    return np.stack([whitener(np.linalg.inv(covariance)) for covariance in covariances])
