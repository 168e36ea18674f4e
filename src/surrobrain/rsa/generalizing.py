"""Whether what is told apart at one time is told apart alike at another."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.comparison import similarities
from surrobrain.rsa.group import gathered
from surrobrain.rsa.matching import matched
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.units import Method, poolable, room

__all__ = ["Generalization", "generalization", "group_generalization"]


@dataclass(frozen=True, eq=False)
class Generalization:
    """How well one time speaks for another.

    Parameters
    ----------
    values : array, shape (n_first_times, n_second_times)
        Similarity, or accuracy, of every time with every other.
    first_times, second_times : array, shape (n_first_times,), (n_second_times,)
        Seconds.
    method : str
        What the values are.

    Examples
    --------
    >>> times = np.array([0.0, 0.1])
    >>> Generalization(np.array([[0.9, 0.1], [0.2, 0.8]]), times, times, "spearman").diagonal
    array([0.9, 0.8])
    """

    values: Float[np.ndarray, "first_times second_times"]
    first_times: Float[np.ndarray, "first_times"]
    second_times: Float[np.ndarray, "second_times"]
    method: str

    @property
    def diagonal(self) -> Float[np.ndarray, "times"]:
        """Return what the same time says: the time course."""
        return np.diagonal(self.values).copy()

    @property
    def curve(self) -> Float[np.ndarray, "first_times"]:
        """Mean over the second times: how much of the trial each time speaks for."""
        return self.values.mean(axis=1)


def generalization(first: RDMs, second: RDMs, *, method: Method = "spearman") -> Generalization:
    """Compare all times of one movie with all times of another.

    Give movies of independent halves of the trials (`Trials.halves`), of two persons, or of a
    model and a brain. Within one movie, times next to each other share their noise, which looks
    like generalization about the diagonal.

    Parameters
    ----------
    first, second : RDMs
        Movies of the same conditions, each with times of its own.
    method : str
        As in `surrobrain.rsa.compare`.

    Returns
    -------
    Generalization

    Raises
    ------
    ValueError
        The two are one and the same movie, or one has no times.

    Examples
    --------
    >>> rng, times = np.random.default_rng(0), np.array([0.0, 0.1])
    >>> names = ["cat", "dog", "car", "bus"]
    >>> one, other = (RDMs(rng.uniform(size=(2, 6)), names, times=times) for _ in range(2))
    >>> generalization(one, other).values.shape
    (2, 2)
    """
    if first.times is None or second.times is None:
        raise ValueError("generalization needs two movies, but RDMs without times arrived")
    if first is second:
        raise ValueError(
            "one and the same movie arrived twice, and its noise would count as generalization; "
            "give movies of two halves of the trials, or of two persons"
        )
    values = similarities(first, matched(first, second), method=method)
    return Generalization(values, first.times, second.times, method)


def group_generalization(
    movies: Mapping[str, RDMs], *, method: Method = "spearman"
) -> Generalization:
    """Compare all times of each person with all times of the mean of the others.

    Parameters
    ----------
    movies : mapping of str to RDMs
        One movie per person, at least two.
    method : str
        As in `surrobrain.rsa.compare`; it decides how others are averaged.

    Returns
    -------
    Generalization
        Mean over persons, the two directions averaged, so that it is symmetric.

    Raises
    ------
    NotEnough
        There are fewer than two persons.

    Examples
    --------
    >>> rng, times = np.random.default_rng(0), np.array([0.0, 0.1])
    >>> movies = {
    ...     name: RDMs(rng.uniform(size=(2, 6)), ["cat", "dog", "car", "bus"], times=times)
    ...     for name in ("P1", "P2", "P3")
    ... }
    >>> group_generalization(movies).values.shape
    (2, 2)
    """
    group = gathered(movies, least=2)
    if group.times is None:
        raise ValueError(
            "generalization needs one movie per person, but RDMs without times arrived"
        )
    total = np.zeros((group.n_times, group.n_times))
    for k, own in enumerate(group.movies):
        others = _mean([m for j, m in enumerate(group.movies) if j != k], method)
        total += similarities(own, others, method=method)
    values = (total + total.T) / (2 * group.n_persons)
    return Generalization(values, group.times, group.times, method)


def _mean(movies: list[RDMs], method: Method) -> RDMs:
    """Average movies in the form that fits the method; on disk when they are large."""
    if len(movies) == 1:
        return movies[0]
    out = room(movies[0].values.shape)
    for k, rows in enumerate(zip(*(movie.rows() for movie in movies), strict=True)):
        out[k] = np.mean([poolable(row, method=method) for row in rows], axis=0)
    return dataclasses.replace(movies[0], values=out)
