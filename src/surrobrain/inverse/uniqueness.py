"""Uniqueness of an answer: whether starts agree, and whether other values would do as well."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

__all__ = ["Agreement", "Uniqueness", "agreement", "clusters", "symmetries"]

_SAME = (
    0.1  # root mean squared difference up to which two points count as one, in units of prior sd
)


@dataclass(frozen=True)
class Agreement:
    """How alike two solutions are.

    Parameters
    ----------
    correlation : float
        Pearson correlation over all entries.
    difference : float
        Norm of the difference over the norm of the second.
    """

    correlation: float
    difference: float


@dataclass(frozen=True, eq=False)
class Uniqueness:
    """What several searches, and the loss beside the best point, say.

    Parameters
    ----------
    ends : array, shape (n_starts, n_unknowns)
        Where the searches ended, in standard deviations of the priors.
    losses : array, shape (n_starts,)
        How well.
    places : array of int, shape (n_starts,)
        Cluster of each in parameter space; -1 where it ended clearly worse than the best.
    behaviors : array of int, shape (n_starts,)
        Cluster of each in the space of features; -1 as above.
    symmetric : tuple of str
        Pairs of different places with the same behavior, and how they differ.
    offsets : array, shape (n_offsets,)
        Where an unknown was held, beside the best point, in standard deviations of its prior.
    profile : array, shape (n_unknowns, n_offsets)
        By how much the loss rises there when all others are free.
    chance : array, shape (n_unknowns,)
        Rise at one standard error: what noise hides.
    refitted : bool
        Whether the others were searched anew, or taken from the curvature at the best point.
    """

    ends: Float[np.ndarray, "starts unknowns"]
    losses: Float[np.ndarray, "starts"]
    places: Int[np.ndarray, "starts"]
    behaviors: Int[np.ndarray, "starts"]
    symmetric: tuple[str, ...]
    offsets: Float[np.ndarray, "offsets"]
    profile: Float[np.ndarray, "unknowns offsets"]
    chance: Float[np.ndarray, "unknowns"]
    refitted: bool


def agreement(one: Float[np.ndarray, "..."], other: Float[np.ndarray, "..."]) -> Agreement:
    """Compare two solutions that should be the same.

    Parameters
    ----------
    one, other : array, of the same shape
        Learned coupling matrices, say, from two starts.

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        The shapes differ.

    Examples
    --------
    >>> agreement(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    Agreement(correlation=1.0, difference=0.5)
    """
    if one.shape != other.shape:
        raise ValueError(f"solutions of shapes {one.shape} and {other.shape} cannot be compared")
    first, second = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    r = float(np.round(np.corrcoef(first, second)[0, 1], 12))
    return Agreement(r, float(np.linalg.norm(first - second) / np.linalg.norm(second)))


def clusters(
    points: Float[np.ndarray, "points numbers"], *, apart: float = _SAME
) -> Int[np.ndarray, "points"]:
    """Return to which cluster each point belongs, in order of first appearance.

    Parameters
    ----------
    points : array, shape (n_points, n_numbers)
        Solutions or their features.
    apart : float
        Root mean squared difference beyond which two points are not joined (single linkage).

    Examples
    --------
    >>> clusters(np.array([[0.0], [0.05], [3.0]]))
    array([0, 0, 1])
    """
    away = np.sqrt(np.square(points[:, None] - points[None]).mean(axis=-1))
    label = np.arange(len(points))
    for _ in range(len(points)):
        label = np.where(away <= apart, label[None, :], len(points)).min(
            axis=1, initial=len(points)
        )
    return np.unique(label, return_inverse=True)[1]


def symmetries(
    points: Float[np.ndarray, "points unknowns"],
    natural: Float[np.ndarray, "points unknowns"],
    names: Sequence[str],
) -> tuple[str, ...]:
    """Say how solutions with the same behavior differ: a flip, an exchange, or else.

    Parameters
    ----------
    points : array, shape (n_points, n_unknowns)
        One point per place, in standard deviations of the priors.
    natural : array, shape (n_points, n_unknowns)
        The same in the unit of each parameter.
    names : sequence of str
        Names of the unknowns.

    Returns
    -------
    tuple of str
        One entry per pair with the first point.

    Examples
    --------
    >>> twins = np.array([[0.5, 1.0], [-0.5, 1.0]])
    >>> symmetries(twins, twins, ["a", "b"])
    ('the sign of a',)
    """
    found = []
    for k in range(1, len(points)):
        differs = np.flatnonzero(np.abs(points[k] - points[0]) > _SAME)
        size = np.abs(natural[0]) + np.abs(natural[k])
        flipped = np.abs(natural[0] + natural[k])[differs] <= 0.05 * size[differs]
        here, there = natural[0][differs], natural[k][differs]
        if len(differs) and flipped.all():
            found.append(f"the sign of {_listed(names, differs)}")
        elif len(differs) == 2 and np.allclose(here, there[::-1], rtol=0.05):
            found.append(f"{names[differs[0]]} and {names[differs[1]]} exchanged")
        elif len(differs):
            found.append(f"another value of {_listed(names, differs)}")
    return tuple(dict.fromkeys(found))


def _listed(names: Sequence[str], chosen: np.ndarray) -> str:
    shown = [str(names[k]) for k in chosen[:4]]
    rest = f" and {len(chosen) - 4} more" if len(chosen) > 4 else ""
    return ", ".join(shown) + rest
