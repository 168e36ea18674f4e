"""Whether the model of a person is a model of that person: own against others, group and plain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.rsa.group import gathered
from surrobrain.rsa.matching import matched
from surrobrain.rsa.ranks import average_ranks
from surrobrain.rsa.rdms import RDMs
from surrobrain.seeds import Seed, generator

__all__ = ["Contrast", "Specificity", "own_against_others"]


@dataclass(frozen=True)
class Contrast:
    """How much better the own model is than something else, on average over persons.

    Parameters
    ----------
    against : str
        Such as ``"models of others"``.
    difference : float
        Mean over persons of own minus other similarity.
    low, high : float
        95 % interval over persons and images.
    n_won : int
        For how many persons the own model is better.
    n_persons : int
        Of how many.

    Examples
    --------
    >>> Contrast("group", 0.1, 0.05, 0.15, 4, 4).certain
    True
    """

    against: str
    difference: float
    low: float
    high: float
    n_won: int
    n_persons: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves zero out, above."""
        return self.low > 0


@dataclass(frozen=True, eq=False)
class Specificity:
    """Similarity of every model with every person, on images that no model has seen.

    Parameters
    ----------
    values : array, shape (n_models, n_persons)
        Spearman correlation of RDMs, mean over the times. A column compares models on the same
        measurement; rows mix persons of different reliability and are not to be read.
    persons : tuple of str
        Columns; the first rows are their own models, in the same order.
    baselines : tuple of str
        The last rows.
    reliability : array, shape (n_persons,)
        Largest similarity that a perfect model could reach, from two halves of the measurement;
        NaN where there are none.
    contrasts : tuple of Contrast
        Own models against the mean of those of others, and against every baseline.
    contrasts_relative : tuple of Contrast
        The same after every column was divided by the reliability of its person; empty without.
    n_images : int
        How many images were compared.
    n_draws : int
        Resamples behind the intervals.

    Examples
    --------
    >>> values, whole = np.array([[0.8, 0.5], [0.4, 0.6]]), np.array([1.0, 0.75])
    >>> found = Specificity(values, ("P1", "P2"), (), whole, (), (), 10, 100)
    >>> found.winners, found.relative[1].round(6)
    (('P1', 'P2'), array([0.4, 0.8]))
    """

    values: Float64[np.ndarray, "models persons"]
    persons: tuple[str, ...]
    baselines: tuple[str, ...]
    reliability: Float64[np.ndarray, "persons"]
    contrasts: tuple[Contrast, ...]
    contrasts_relative: tuple[Contrast, ...]
    n_images: int
    n_draws: int

    @property
    def relative(self) -> Float64[np.ndarray, "models persons"]:
        """Similarity over the reliability of the person."""
        return self.values / self.reliability

    @property
    def winners(self) -> tuple[str, ...]:
        """Whose model is best in the column of each person."""
        best = self.values[: len(self.persons)].argmax(axis=0)
        return tuple(self.persons[k] for k in best)

    @property
    def n_identified(self) -> int:
        """How many persons are best predicted by their own model, among those of persons."""
        return sum(a == b for a, b in zip(self.winners, self.persons, strict=True))


def own_against_others(
    models: Mapping[str, RDMs], measured: Mapping[str, RDMs], *,
    baselines: Mapping[str, RDMs] | None = None,
    halves: Mapping[str, tuple[RDMs, RDMs]] | None = None,
    times: Bool[np.ndarray, "times"] | Sequence[int] | None = None, n_draws: int = 1000,
    seed: Seed = 0,
) -> Specificity:  # fmt: skip
    """Compare the model of every person with every person.

    Parameters
    ----------
    models : mapping of str to RDMs
        ``model.rdm_movie(new_images)`` of every person, by name: images that no model has seen.
    measured : mapping of str to RDMs
        The movies of the same persons and images.
    baselines : mapping of str to RDMs, optional
        Predictions of other models, such as the group's and plain CLIP's.
    halves : mapping of str to pair of RDMs, optional
        Movies of two independent halves of each person's trials, for reliability.
    times : array of bool or of int, optional
        Which times count, by default all.
    n_draws : int
        Resamples of persons and images.
    seed : int or Generator
        Decides the resamples.

    Returns
    -------
    Specificity

    Raises
    ------
    NotEnough
        There are fewer than two persons, or fewer than six images.
    ValueError
        A person has no model or no halves, or names of images or times differ; the message names
        the person.

    Notes
    -----
    Ranks of a Spearman correlation are taken once; resampling images weights their pairs by how
    often both were drawn. Persons and images are drawn together, which counts the noise of the
    measurement more than once (Schütt et al. 2023): the intervals are too wide rather than too
    narrow. With s the Spearman correlation of two halves, a perfect model reaches
    ``sqrt(2 s / (1 + s))`` with the whole (Spearman and Brown).

    Examples
    --------
    >>> rng, names, at = np.random.default_rng(0), [f"image {k}" for k in range(8)], np.zeros(1)
    >>> brains = {p: RDMs(rng.uniform(size=(1, 28)), names, times=at) for p in ("P1", "P2")}
    >>> own_against_others(brains, brains, n_draws=20).n_identified
    2
    """
    whole(n_draws, "n_draws", low=10)
    persons = tuple(measured)
    group = gathered(measured, least=2)
    if len(group.conditions) < 6:
        raise NotEnough(f"{len(group.conditions)} images are too few; at least 6 are needed")
    _refuse_absent(persons, models, "model")
    rows = {**{name: models[name] for name in persons}, **(baselines or {})}
    predictions = _ordered(rows, group.movies[0])
    which = np.arange(group.n_times)[slice(None) if times is None else np.asarray(times)]
    theirs, ours = _ranks(group.movies, which), _ranks(predictions, which)
    n_pairs = ours.shape[-1]
    values = _similarity(ours, theirs, np.ones(n_pairs))
    reliability = np.full(len(persons), np.nan)
    if halves is not None:
        _refuse_absent(persons, halves, "pair of halves")
        reliability = np.array([_ceiling(halves[p], group.movies[0], which) for p in persons])
    draws = _drawn(ours, theirs, len(group.conditions), n_draws, generator(seed))
    against = ("models of others", *(baselines or {}))
    plain = np.ones(len(persons))
    return Specificity(
        values, persons, tuple(baselines or {}), reliability,
        _contrasts(values, draws, against, plain),
        _contrasts(values, draws, against, reliability) if halves is not None else (),
        len(group.conditions), n_draws,
    )  # fmt: skip


def _refuse_absent(persons: Sequence[str], there: Mapping[str, object], what: str) -> None:
    absent = [name for name in persons if name not in there]
    if absent:
        raise ValueError(
            f"there is no {what} of {', '.join(absent)}; give one for every person measured"
        )


def _ordered(rows: Mapping[str, RDMs], like: RDMs) -> tuple[RDMs, ...]:
    """Bring predictions into the order of the measurement, and check their times."""
    found = []
    for name, movie in rows.items():
        try:
            movie = matched(like, movie)
        except ValueError as error:
            raise ValueError(f"prediction of {name}: {error}") from None
        if (
            movie.times is None
            or like.times is None
            or len(movie.times) != len(like.times)
            or (not np.allclose(movie.times, like.times))
        ):
            raise ValueError(
                f"prediction of {name} has other times than the measurement; cut both with .at"
            )
        found.append(movie)
    return tuple(found)


def _ranks(movies: Sequence[RDMs], which: np.ndarray) -> Float[np.ndarray, "times rdms pairs"]:
    return np.stack(
        [np.stack([average_ranks(movie.values[k].astype(np.float64)) for movie in movies])
         for k in which]
    )  # fmt: skip


def _similarity(
    ours: Float[np.ndarray, "times models pairs"],
    theirs: Float[np.ndarray, "times persons pairs"],
    weights: Float[np.ndarray, "pairs"],
) -> Float64[np.ndarray, "models persons"]:
    """Return weighted correlations of ranks, mean over times."""
    share = weights / weights.sum()
    a, b = (x - (x @ share)[..., None] for x in (ours, theirs))
    products = (a * share) @ b.transpose(0, 2, 1)
    sizes = [np.sqrt((x**2) @ share) for x in (a, b)]
    return (products / (sizes[0][:, :, None] * sizes[1][:, None])).mean(axis=0)


def _drawn(
    ours: np.ndarray, theirs: np.ndarray, n_images: int, n_draws: int, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return similarities with images drawn anew, and the persons drawn with them."""
    first, second = np.triu_indices(n_images, 1)
    found = []
    for _ in range(n_draws):
        counts = np.bincount(rng.integers(n_images, size=n_images), minlength=n_images)
        weights = (counts[first] * counts[second]).astype(np.float64)
        people = rng.integers(theirs.shape[1], size=theirs.shape[1])
        seen = weights > 0
        found.append((_similarity(ours[..., seen], theirs[..., seen], weights[seen]), people))
    return found


def _contrasts(
    values: np.ndarray, draws: list[tuple[np.ndarray, np.ndarray]], against: Sequence[str],
    reliability: np.ndarray,
) -> tuple[Contrast, ...]:  # fmt: skip
    each = _differences(values / reliability)
    resampled = np.stack(
        [_differences(found / reliability)[:, people].mean(axis=1) for found, people in draws]
    )
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    return tuple(
        Contrast(name, float(d.mean()), float(a), float(b), int((d > 0).sum()), len(d))
        for name, d, a, b in zip(against, each, low, high, strict=True)
    )


def _differences(values: np.ndarray) -> Float64[np.ndarray, "contrasts persons"]:
    """Return own minus the mean of others, and own minus every baseline, for every person."""
    n = values.shape[1]
    own = np.diagonal(values[:n])
    others = (values[:n].sum(axis=0) - own) / (n - 1)
    return np.stack([own - others, *(own - row for row in values[n:])])


def _ceiling(pair: tuple[RDMs, RDMs], like: RDMs, which: np.ndarray) -> float:
    """Return what a perfect model would reach, from the agreement of two halves."""
    ranks = _ranks([matched(like, half) for half in pair], which)
    agree = _similarity(ranks[:, :1], ranks[:, 1:], np.ones(ranks.shape[-1]))[0, 0]
    return float(np.sqrt(2 * agree / (1 + agree))) if agree > 0 else np.nan
