"""The RDMs of several persons, whether or not they run over time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotEnough
from surrobrain.rsa.matching import matched
from surrobrain.rsa.rdms import RDMs

__all__ = ["Group", "Persons", "gathered"]

Persons = RDMs | Mapping[str, RDMs]


@dataclass(frozen=True, eq=False)
class Group:
    """Persons with the same conditions in the same order, and the same times if any.

    Parameters
    ----------
    names : tuple of str
        Of the persons.
    conditions : tuple of str
        What they told apart.
    times : array, shape (n_times,), or None
        Seconds, when everyone has a movie.
    movies : tuple of RDMs
        One per person, or a single one whose rows are the persons.
    """

    names: tuple[str, ...]
    conditions: tuple[str, ...]
    times: Float[np.ndarray, "times"] | None
    movies: tuple[RDMs, ...]

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return len(self.names)

    @property
    def n_times(self) -> int:
        """Number of times; 1 without."""
        return 1 if self.times is None else len(self.times)

    def each_time(self) -> Iterator[Float[np.ndarray, "persons pairs"]]:
        """Yield the RDMs of all persons, one time after the other, in double precision."""
        if self.times is None:
            yield np.asarray(self.movies[0].values, dtype=np.float64)
            return
        for k in range(len(self.times)):
            yield np.stack([np.asarray(m.values[k], dtype=np.float64) for m in self.movies])


def gathered(persons: Persons, *, least: int = 1, like: RDMs | None = None) -> Group:
    """Bring persons into one order of conditions and check that their times agree.

    Parameters
    ----------
    persons : RDMs, or mapping of str to RDMs
        RDMs with one row per person; or one movie per person, by name.
    least : int
        How many persons are needed.
    like : RDMs, optional
        Whose conditions, in their order, the persons must have.

    Raises
    ------
    NotEnough
        There are fewer persons than needed.
    ValueError
        Conditions or times differ; the message names the person.
    """
    if isinstance(persons, RDMs):
        if persons.times is not None:
            raise ValueError(
                "one movie arrived where several persons are needed; give a mapping from the name "
                "of each person to a movie"
            )
        names, movies, times = tuple(persons.names), (persons,), None
    else:
        names, movies = tuple(persons), tuple(persons.values())
        times = movies[0].times if movies else None
    if len(names) < least:
        raise NotEnough(
            f"at least {least} persons are needed, but {len(names)} arrived "
            f"({', '.join(names) or 'none'})"
        )
    first = like or movies[0]
    ordered = tuple(
        _matched(first, movie, name)
        for name, movie in zip(names if len(movies) > 1 else ("given",), movies, strict=False)
    )
    if not isinstance(persons, RDMs):
        _refuse_other_times(names, movies)
    return Group(names, tuple(first.conditions), times, ordered)


def _matched(first: RDMs, movie: RDMs, name: str) -> RDMs:
    try:
        return matched(first, movie)
    except ValueError as error:
        raise ValueError(f"RDMs of {name}: {error}") from None


def _refuse_other_times(names: tuple[str, ...], movies: tuple[RDMs, ...]) -> None:
    times = movies[0].times
    for name, movie in zip(names, movies, strict=True):
        if movie.times is None or times is None:
            raise ValueError(f"the RDMs of {name} are no movie; give RDMs with times")
        if len(movie.times) != len(times) or not np.allclose(movie.times, times):
            raise ValueError(
                f"the movie of {name} has other times than that of {names[0]}; cut all to the "
                "same times with .at"
            )
