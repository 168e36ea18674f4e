"""How many patterns, and how sparse: by held-out reconstruction and by stability over seeds."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.linear.dictionary import solve_dictionary
from surrobrain.linear.folds import contiguous_folds
from surrobrain.linear.sparse_codes import solve_codes
from surrobrain.llm_networks.decomposition import unit_responses
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.progress import progress
from surrobrain.seeds import Seed, generator

__all__ = ["PatternChoice", "choose_patterns", "matched_similarity"]

_SIZES = (16, 32, 64, 128)
_FOLDS = 5  # stretches of time that are predicted in turn


@dataclass(frozen=True, eq=False)
class PatternChoice:
    """Settings of the dictionary that were tried; one row of every array each.

    Parameters
    ----------
    n_patterns, sparsity : array, shape (n_settings,)
        What was tried.
    held_out : array, shape (n_settings,)
        Share of the variance of held-out neurons that is explained in held-out volumes.
    held_out_error : array, shape (n_settings,)
        Its standard error over stretches of time.
    stability : array, shape (n_settings,)
        Mean absolute correlation of patterns that were matched between seeds.
    best : int
        Row of the most stable setting among those whose held-out share is within one standard
        error of the largest.
    """

    n_patterns: Int[np.ndarray, "settings"]
    sparsity: Float[np.ndarray, "settings"]
    held_out: Float[np.ndarray, "settings"]
    held_out_error: Float[np.ndarray, "settings"]
    stability: Float[np.ndarray, "settings"]
    best: int


def choose_patterns(
    neurons: Responses, *, n_patterns: Sequence[int] | None = None,
    sparsity: Sequence[float] = (0.05, 0.1, 0.15), n_seeds: int = 3, seed: Seed = 0,
    shown: bool = True,
) -> PatternChoice:  # fmt: skip
    """Compare dictionaries of several sizes and sparsities.

    Parameters
    ----------
    neurons : Responses
        One half of them, drawn by chance, learns; the other half judges.
    n_patterns : sequence of int, optional
        Sizes to try; by default those of 16, 32, 64 and 128 that are at most the untrimmed volumes
        and a quarter of the neurons.
    sparsity : sequence of float
        Sparsities to try.
    n_seeds : int, default 3
        Dictionaries per setting, at least 2.
    seed : int or Generator
        Of the halves and of learning.
    shown : bool
        Whether a bar shows what takes long.

    Returns
    -------
    PatternChoice

    Raises
    ------
    ValueError
        There are fewer than two seeds, or half the neurons are fewer than the patterns.

    Notes
    -----
    Errors of neurons that were themselves coded always fall with more atoms. So the codes of the
    judging neurons are found in four fifths of the volumes, and predict the fifth that is left, in
    contiguous stretches (cross-validation over rows and columns: Owen and Perry (2009), Annals of
    Applied Statistics 3:564).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 200)) + rng.normal(size=(60, 200))
    >>> found = choose_patterns(Responses(values, tr=2.0), n_patterns=(2, 4), sparsity=(0.05,))
    >>> int(found.n_patterns[found.best])
    4
    """
    whole(n_seeds, "n_seeds", low=2)
    x = unit_responses(neurons)[neurons.kept]
    order = generator(seed).permutation(x.shape[1])
    learning, judging = (np.ascontiguousarray(x[:, k]) for k in np.array_split(order, 2))
    if n_patterns is None:
        most = max(min(len(x), x.shape[1] // 4), 1)
        n_patterns = [size for size in _SIZES if size <= most] or [most]
    settings = list(itertools.product(n_patterns, sparsity))
    rows, rngs = [], generator(seed).spawn(n_seeds)
    with progress(len(settings), label="comparing dictionaries", shown=shown) as report:
        for k, (size, weight) in enumerate(settings):
            atoms = [
                solve_dictionary(learning, n_atoms=size, sparsity=weight, seed=rng).atoms
                for rng in rngs
            ]
            shares = _explained(atoms[0], judging, weight)
            similar = [matched_similarity(a, b) for a, b in itertools.combinations(atoms, 2)]
            spread = shares.std(ddof=1) / np.sqrt(len(shares))
            rows.append((shares.mean(), spread, np.mean(similar)))
            report(k + 1, f"{size} patterns, sparsity {weight:g}")
    held_out, error, stability = np.array(rows, dtype=np.float64).T
    top = int(held_out.argmax())
    near = held_out >= held_out[top] - error[top]
    return PatternChoice(
        np.array([s[0] for s in settings]), np.array([s[1] for s in settings], dtype=np.float64),
        held_out, error, stability, best=int(np.where(near, stability, -np.inf).argmax()),
    )  # fmt: skip


def matched_similarity(
    first: Float[np.ndarray, "times patterns"], second: Float[np.ndarray, "times patterns"]
) -> float:
    """Return the mean absolute correlation of time courses, each matched with one of the others.

    Parameters
    ----------
    first, second : array, shape (n_times, n_patterns)
        Matched one to one such that the sum of absolute correlations is largest.
    """
    from scipy.optimize import linear_sum_assignment

    a, b = (x - x.mean(axis=0) for x in (first, second))
    a, b = (x / np.maximum(np.linalg.norm(x, axis=0), 1e-12) for x in (a, b))
    similar = np.abs(a.T @ b)
    return float(similar[linear_sum_assignment(-similar)].mean())


def _explained(
    atoms: np.ndarray, judging: np.ndarray, sparsity: float
) -> Float[np.ndarray, "folds"]:
    found = []
    for fold in contiguous_folds(len(atoms), _FOLDS, gap=0):
        weight = sparsity * len(fold.train) / len(atoms)  # correlations are as much smaller
        codes = solve_codes(atoms[fold.train], judging[fold.train], sparsity=weight)
        left = np.square(judging[fold.test] - atoms[fold.test] @ codes).sum()
        found.append(1.0 - left / np.square(judging[fold.test]).sum())
    return np.array(found)
