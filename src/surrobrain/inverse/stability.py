"""Stability of an answer: a small change of the data should change it a little."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number

__all__ = ["Spectrum", "Stability", "perturbation_curve", "relative_change", "sloppy", "spectrum"]

_HEAVY = 0.35  # loading from which a parameter gives its name to a direction


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Singular values of a matrix, and what they say.

    Parameters
    ----------
    values : array, shape (n_values,)
        From large to small.
    rank : int
        Number of values above the tolerance.
    condition : float
        Largest over smallest: by how much a relative error of the data can grow. Infinite where
        the smallest is zero to the precision of the matrix.
    """

    values: Float[np.ndarray, "values"]
    rank: int
    condition: float


@dataclass(frozen=True, eq=False)
class Stability:
    """How an estimate answers to changes of the data.

    Parameters
    ----------
    spectrum : Spectrum
        Of the sensitivity: features, weighted as in the loss, by unknowns in standard deviations
        of their priors.
    directions : array, shape (n_values, n_unknowns)
        Combinations of unknowns that belong to the singular values.
    sloppy : tuple of str
        The combinations below the tolerance, in words; or the weakest one.
    levels : array, shape (n_levels,)
        Noise put on the data, relative to their standard deviation.
    changes : array, shape (n_levels, n_repeats)
        Relative change of the estimate.
    block_changes : array, shape (n_resamples,), or None
        Relative change when time is resampled in blocks; None without a recording.
    refitted : bool
        Whether the estimate was searched anew each time, not read off the slopes at the optimum.
    """

    spectrum: Spectrum
    directions: Float[np.ndarray, "values unknowns"]
    sloppy: tuple[str, ...]
    levels: Float[np.ndarray, "levels"]
    changes: Float[np.ndarray, "levels repeats"]
    block_changes: Float[np.ndarray, "resamples"] | None
    refitted: bool


def spectrum(matrix: Float[np.ndarray, "rows columns"], *, tolerance: float = 1e-3) -> Spectrum:
    """Return the singular values of a matrix, its numerical rank and its condition number.

    Parameters
    ----------
    matrix : array, shape (n_rows, n_columns)
        A sensitivity, a design, or a learned coupling matrix.
    tolerance : float
        Share of the largest singular value below which a direction counts as absent.

    Returns
    -------
    Spectrum

    Examples
    --------
    >>> found = spectrum(np.diag([2.0, 1.0, 0.0]))
    >>> found.rank, found.condition
    (2, inf)
    """
    number(tolerance, "tolerance", low=0.0)
    values = np.linalg.svd(matrix.astype(np.float64), compute_uv=False)
    largest, smallest = (float(values[0]), float(values[-1])) if len(values) else (0.0, 0.0)
    precision = np.finfo(matrix.dtype if matrix.dtype.kind == "f" else float).eps
    singular = smallest <= largest * precision * max(matrix.shape)
    condition = np.inf if singular or not len(values) else largest / smallest
    return Spectrum(values, int((values > tolerance * largest).sum()), float(condition))


def relative_change(
    found: Float[np.ndarray, "..."], reference: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "..."]:
    """Return norm(found - reference) / norm(reference).

    Parameters
    ----------
    found : array, shape (..., *reference.shape)
        Estimates; leading axes are repeats.
    reference : array, of one or two axes
        Estimate from undisturbed data.

    Returns
    -------
    array, of the shape of the leading axes

    Raises
    ------
    ValueError
        The reference is zero.
    """
    size = float(np.linalg.norm(reference))
    if size == 0:
        raise ValueError("the reference is zero, so that no change is relative to it; move it")
    axes = tuple(range(-reference.ndim, 0))
    away = np.asarray(found, dtype=np.float64) - reference
    return np.asarray(np.sqrt(np.square(away).sum(axis=axes)) / size)


def perturbation_curve(
    perturbed: Float[np.ndarray, "levels repeats ..."], reference: Float[np.ndarray, "..."]
) -> Float[np.ndarray, "levels"]:
    """Return the median relative change of an estimate per level of disturbance.

    Parameters
    ----------
    perturbed : array, shape (n_levels, n_repeats, *reference.shape)
        Estimates from disturbed data.
    reference : array
        Estimate from undisturbed data.

    Returns
    -------
    array, shape (n_levels,)

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457,
       figure 3d.

    Examples
    --------
    >>> perturbation_curve(np.array([[[1.1, 0.0]], [[2.0, 0.0]]]), np.array([1.0, 0.0])).round(2)
    array([0.1, 1. ])
    """
    return np.median(relative_change(perturbed, reference), axis=1)


def sloppy(
    directions: Float[np.ndarray, "values unknowns"], found: Spectrum, names: Sequence[str]
) -> tuple[str, ...]:
    """Name the combinations of parameters that hardly act on the features.

    Parameters
    ----------
    directions : array, shape (n_values, n_unknowns)
        Right singular vectors.
    found : Spectrum
        Their singular values.
    names : sequence of str
        Names of the unknowns.

    Returns
    -------
    tuple of str
        One entry per direction below the tolerance, the weakest first; if there is none, the
        weakest direction alone.
    """
    first = min(found.rank, len(directions) - 1)
    return tuple(_in_words(row, names) for row in directions[first:][::-1])


def _in_words(row: np.ndarray, names: Sequence[str]) -> str:
    order = [k for k in np.argsort(-np.abs(row)) if abs(row[k]) >= _HEAVY * np.abs(row).max()]
    sign = np.sign(row[order[0]])
    parts = [f"{row[k] * sign:+.2f} {names[k]}" for k in order[:4]]
    more = f" and {len(order) - 4} more" if len(order) > 4 else ""
    return " ".join(parts).removeprefix("+") + more
