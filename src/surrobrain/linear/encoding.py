"""What features predict of responses they were not fitted to: nested cross-validation."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite
from surrobrain.linear.banded import BandedRidgeCV
from surrobrain.linear.delays import delayed
from surrobrain.linear.folds import Fold, contiguous_folds
from surrobrain.linear.ridge import RidgeCV
from surrobrain.linear.scores import correlation, r2, split_r2
from surrobrain.seeds import Seed

__all__ = ["Encoding", "EncodingRecipe", "encode_responses", "unique_variance"]

_CONSTANT = 1e-8  # standard deviation below which a feature says nothing
Bands = Mapping[str, Float[np.ndarray, "times features"]]


@dataclass(frozen=True)
class EncodingRecipe:
    """How responses are predicted.

    Parameters
    ----------
    delays : tuple of int
        Samples from a feature to the response; 1 to 4 at a TR of 2 s. (0,) for features that are
        convolved with a hemodynamic response already.
    n_folds, inner_folds : int
        Stretches that are predicted, and into which the rest is cut to choose penalties.
    gap : int, optional
        Samples left out beside a stretch; by default the longest delay plus one.
    banded : bool
        A penalty of its own for every feature space, or one for all.
    alphas : tuple of float, optional
        Penalties that are tried; by default 20 from 1 to 1e6.
    n_draws : int
        Weightings of the spaces that are tried.

    Examples
    --------
    >>> EncodingRecipe(delays=(0,)).apart
    1
    """

    delays: tuple[int, ...] = (1, 2, 3, 4)
    n_folds: int = 5
    inner_folds: int = 4
    gap: int | None = None
    banded: bool = True
    alphas: tuple[float, ...] | None = None
    n_draws: int = 60

    @property
    def apart(self) -> int:
        """Samples left out beside a stretch."""
        return max(self.delays) + 1 if self.gap is None else self.gap


@dataclass(frozen=True, eq=False)
class Encoding:
    """Responses and what was predicted of them without having seen them.

    Parameters
    ----------
    names : tuple of str
        Of the feature spaces.
    truth : array, shape (n_times, n_targets)
        What was measured.
    parts : array, shape (n_bands, n_times, n_targets)
        What every space adds to the prediction.
    gamma : array, shape (n_bands, n_targets)
        Mean weight of every space; one for a single penalty.

    Examples
    --------
    >>> truth = np.array([[1.0], [-1.0]])
    >>> Encoding(("words",), truth, truth[None] / 2, np.ones((1, 1))).r2
    array([0.75])
    """

    names: tuple[str, ...]
    truth: Float[np.ndarray, "times targets"]
    parts: Float[np.ndarray, "bands times targets"]
    gamma: Float[np.ndarray, "bands targets"]

    @property
    def predicted(self) -> Float[np.ndarray, "times targets"]:
        """Sum of the parts."""
        return self.parts.sum(axis=0)

    @property
    def r(self) -> Float[np.ndarray, "targets"]:
        """Correlation with what was measured, over all held-out samples."""
        return correlation(self.truth, self.predicted)

    @property
    def r2(self) -> Float[np.ndarray, "targets"]:
        """Share of variance explained."""
        return r2(self.truth, self.predicted)

    @property
    def split_r2(self) -> Float[np.ndarray, "bands targets"]:
        """What every space adds to it."""
        return split_r2(self.truth, self.parts)


def encode_responses(
    bands: Bands, responses: Float[np.ndarray, "times targets"], *,
    recipe: EncodingRecipe | None = None, runs: Sequence[int] | None = None, seed: Seed = 0,
) -> Encoding:  # fmt: skip
    """Predict every stretch of responses from the others.

    Parameters
    ----------
    bands : mapping of str to array, shape (n_times, n_features)
        Feature spaces by name, on the time grid of the responses, not yet delayed.
    responses : array, shape (n_times, n_targets)
        Standardized, see `surrobrain.signals.cleaning.cleaned`.
    recipe : EncodingRecipe, optional
        Delays, folds and penalties.
    runs : sequence of int, optional
        Length of each run; with several runs each is predicted from the others.
    seed : int or Generator
        Decides the weightings that are tried.

    Returns
    -------
    Encoding

    Raises
    ------
    ValueError
        Features and responses are of different length, or a space is constant throughout.

    Notes
    -----
    Features are standardized by what is learned from, in every fold; penalties are chosen within
    it, so that no held-out sample is ever seen. No constant is learned: the mean of a standardized
    run is zero, and the mean of the rest of a run tells that of the stretch left out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> words = rng.poisson(3.0, size=(300, 1)).astype(float)
    >>> bold = np.roll(words, 2, axis=0) + 2 * rng.normal(size=(300, 1))
    >>> found = encode_responses({"words": words}, bold - bold.mean(axis=0))
    >>> bool(found.r[0] > 0.4)
    True
    """
    recipe = recipe or EncodingRecipe()
    responses = _centered(responses, runs)
    spaces = {
        name: delayed(_telling(name, x, len(responses)), recipe.delays, runs=runs)
        for name, x in bands.items()
    }
    folds = contiguous_folds(len(responses), recipe.n_folds, gap=recipe.apart, runs=runs)
    parts = np.zeros((len(spaces), *responses.shape))
    gamma = np.zeros((len(spaces), responses.shape[1]))
    for fold in folds:
        train, test = {}, {}
        for name, x in spaces.items():
            middle, spread = x[fold.train].mean(axis=0), x[fold.train].std(axis=0)
            scale = np.where(spread > _CONSTANT, spread, np.inf)  # what is constant there is silent
            train[name], test[name] = (
                (x[rows] - middle) / scale for rows in (fold.train, fold.test)
            )
        parts[:, fold.test], weight = _predict(train, responses[fold.train], test, recipe, seed)
        gamma += weight / len(folds)
    return Encoding(tuple(spaces), responses, parts, gamma)


def unique_variance(
    bands: Bands, responses: Float[np.ndarray, "times targets"], *,
    recipe: EncodingRecipe | None = None, runs: Sequence[int] | None = None, seed: Seed = 0,
) -> dict[tuple[str, ...], Float[np.ndarray, "targets"]]:  # fmt: skip
    """Share the explained variance out among feature spaces.

    Parameters
    ----------
    bands, responses, recipe, runs, seed
        As for `encode_responses`; at most four spaces, whose every combination is fitted.

    Returns
    -------
    dict of tuple of str to array, shape (n_targets,)
        For every set of spaces, the held-out R2 that they share and no other space has; what a
        space has alone is under its name alone. They add up to the R2 of all spaces together, and
        single ones may be negative.

    Raises
    ------
    ValueError
        More than four spaces arrived.

    Notes
    -----
    Inclusion and exclusion: the part shared by exactly the set S is
    ``sum over T within S of (-1)^(|T| + 1) R2(all but S, and T)``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> spaces = {"words": rng.normal(size=(200, 1)), "sound": rng.normal(size=(200, 1))}
    >>> y = spaces["words"] + rng.normal(size=(200, 1))
    >>> alphas = (1e-2, 1.0, 1e2, 1e4, 1e6)
    >>> recipe = EncodingRecipe(delays=(0,), banded=False, alphas=alphas)
    >>> found = unique_variance(spaces, y - y.mean(axis=0), recipe=recipe)
    >>> bool(found["words",] > 0.3), bool(abs(found["sound",]) < 0.1)
    (True, True)
    """
    names = tuple(bands)
    if len(names) > 4:
        raise ValueError(
            f"{len(names)} feature spaces need {2 ** len(names) - 1} fits; give 4 or fewer"
        )
    sets = [s for k in range(len(names) + 1) for s in itertools.combinations(names, k)]
    explained: dict[frozenset[str], np.ndarray] = {frozenset(): np.zeros(responses.shape[1])}
    for some in sets[1:]:
        chosen = {name: bands[name] for name in some}
        explained[frozenset(some)] = encode_responses(
            chosen, responses, recipe=recipe, runs=runs, seed=seed
        ).r2
    found = {}
    for some in sets[1:]:
        rest = frozenset(names) - set(some)
        terms = [
            (-1) ** (k + 1) * explained[rest | set(inner)]
            for k in range(len(some) + 1) for inner in itertools.combinations(some, k)
        ]  # fmt: skip
        found[some] = np.sum(terms, axis=0)
    return found


def _centered(
    responses: np.ndarray, runs: Sequence[int] | None
) -> Float[np.ndarray, "times targets"]:
    responses = finite(responses, "responses")
    first = 0
    for length in runs or [len(responses)]:
        mean = responses[first : first + length].mean(axis=0)
        if (np.abs(mean) > 1e-3 * responses.std(axis=0)).any():
            raise ValueError(
                "responses must have mean 0 in every run, or a constant would have to be learned; "
                "standardize them with surrobrain.signals.cleaning.cleaned"
            )
        first += length
    return responses


def _telling(name: str, values: np.ndarray, n_times: int) -> Float[np.ndarray, "times features"]:
    values = finite(values, f"features {name!r}")
    if values.ndim != 2 or len(values) != n_times:
        raise ValueError(
            f"features {name!r} have shape {values.shape}, but there are {n_times} samples of "
            "responses; give one row per sample"
        )
    if (values.std(axis=0) < _CONSTANT).all():
        raise ValueError(f"features {name!r} are constant; they cannot predict anything")
    return values


def _predict(
    train: Mapping[str, np.ndarray], learned: np.ndarray, test: Mapping[str, np.ndarray],
    recipe: EncodingRecipe, seed: Seed,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return the parts of the prediction and the weights of the spaces."""
    alphas = None if recipe.alphas is None else np.array(recipe.alphas)
    inner: list[Fold] = contiguous_folds(len(learned), recipe.inner_folds, gap=recipe.apart)
    if recipe.banded and len(train) > 1:
        banded = BandedRidgeCV(
            alphas=alphas, n_draws=recipe.n_draws, fit_intercept=False, seed=seed
        ).fit(train, learned, folds=inner)
        return banded.predict_parts(test), banded.gamma_
    ridge = RidgeCV(alphas=alphas, fit_intercept=False)
    ridge.fit(np.concatenate(list(train.values()), axis=1), learned, folds=inner)
    stops = np.cumsum([x.shape[1] for x in train.values()])[:-1]
    coefficients = np.split(ridge.coef_, stops)
    parts = [x @ w for x, w in zip(test.values(), coefficients, strict=True)]
    return np.stack(parts), np.ones((len(train), learned.shape[1]))
