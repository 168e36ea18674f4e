"""Decode behavior or stimulus from a surrogate as from the brain, and from one to the other."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Shaped

from surrobrain.checks import choice, finite, whole
from surrobrain.errors import NotEnough
from surrobrain.linear.ridge_decoder import RidgeDecoder
from surrobrain.seeds import stream

__all__ = ["Decoder", "DecodingScore", "Trials", "decode"]

_DRAWS = 1000
Task = Literal["classes", "values"]
Side = Literal["real", "simulated"]


@runtime_checkable
class Decoder(Protocol):
    """What scikit-learn calls an estimator."""

    def fit(self, features: np.ndarray, labels: np.ndarray) -> Any: ...  # noqa: D102
    def predict(self, features: np.ndarray) -> np.ndarray: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Trials:
    """What is decoded from, and what is to be decoded.

    Parameters
    ----------
    features : array, shape (n_trials, n_features)
        One row per trial, such as the connectivity of a run or the response to a stimulus.
    labels : array, shape (n_trials,)
        The class, or the value, of each trial.
    groups : array, shape (n_trials,), optional
        Trials of one group (person, session, stretch of time) are never on both sides of a split,
        and groups of one name are one group in the brain and in its surrogate. By default every
        trial stands alone.

    Raises
    ------
    ValueError
        Lengths differ, or a feature is not finite.

    Examples
    --------
    >>> Trials(np.zeros((4, 2)), np.array(["left", "left", "right", "right"])).features.shape
    (4, 2)
    """

    features: Float[np.ndarray, "trials features"]
    labels: Shaped[np.ndarray, "labels"]
    groups: Shaped[np.ndarray, "groups"] | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        for name in ("labels", "groups"):
            given = getattr(self, name)
            if given is not None and len(given) != len(self.features):
                raise ValueError(
                    f"there are {len(self.features)} rows of features but {len(given)} {name}; "
                    "give one for each trial"
                )
        finite(self.features, "features")


@dataclass(frozen=True)
class DecodingScore:
    """How well labels are decoded on one side by what was learned on the other.

    Parameters
    ----------
    learned_on, tested_on : {"real", "simulated"}
        Which trials.
    measure : {"balanced accuracy", "R2"}
        Mean over classes of the share that is found; or the share of variance explained.
    value : float
        On trials that were not learned from.
    low, high : float
        95 % interval, over groups of tested trials.
    chance : float
        Mean over shuffled labels.
    p : float
        Share of shufflings that score as well, the true order counted as one.
    n_trials : int
        Tested trials.
    """

    learned_on: Side
    tested_on: Side
    measure: Literal["balanced accuracy", "R2"]
    value: float
    low: float
    high: float
    chance: float
    p: float
    n_trials: int


def decode(
    real: Trials,
    simulated: Trials | None = None,
    *,
    task: Task = "classes",
    decoder: Decoder | None = None,
    n_folds: int = 5,
    n_shuffles: int = 200,
    seed: int = 0,
) -> tuple[DecodingScore, ...]:
    """Decode labels from a brain, from its surrogate, and across the two.

    Parameters
    ----------
    real : Trials
        Of the recording.
    simulated : Trials, optional
        Of the surrogate; same features, same kind of labels.
    task : {"classes", "values"}
        Whether labels are classes or numbers.
    decoder : object with ``fit`` and ``predict``, optional
        Any estimator of scikit-learn; it is copied before every fit. By default a `RidgeDecoder`.
    n_folds : int
        Parts of the tested groups, each tested by what was learned without it.
    n_shuffles : int
        Shufflings of the labels that show what chance does.
    seed : int
        Decides folds, shufflings and the draws of the interval.

    Returns
    -------
    tuple of DecodingScore
        real -> real; and with ``simulated`` also simulated -> simulated, real -> simulated and
        simulated -> real.

    Raises
    ------
    NotEnough
        Fewer groups than folds, or a class with fewer trials than folds.
    ValueError
        Features differ in number, or there is only one class.

    Notes
    -----
    A surrogate that carries what the brain carries is decoded by what was learned on the brain,
    and the reverse. One direction alone is not enough: a caricature is easily decoded by a
    decoder of the brain, yet teaches a decoder little that helps with the brain.

    Chance is measured, not assumed: labels are shuffled, those learned from and those tested,
    inside groups, or group by group where a group has one label throughout [1]_. The interval
    resamples tested groups and keeps what was learned, so it does not tell how another training
    set would do.

    Blind to how labels are carried: a surrogate can carry them by head motion, if the recording
    did.

    References
    ----------
    .. [1] Ojala and Garriga (2010), Permutation tests for studying classifier performance. JMLR
       11:1833.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.repeat(["left", "right"], 30)
    >>> features = rng.normal(size=(60, 5)) + 2.0 * (labels == "left")[:, None]
    >>> (score,) = decode(Trials(features, labels), n_shuffles=50)
    >>> score.value > 0.9, abs(score.chance - 0.5) < 0.1, score.p < 0.05
    (True, True, True)
    """
    choice(task, ("classes", "values"), "task")
    whole(n_folds, "n_folds", low=2)
    whole(n_shuffles, "n_shuffles", low=1)
    sides: dict[Side, Trials] = {"real": real}
    if simulated is not None:
        _refuse_unlike(real, simulated)
        sides["simulated"] = simulated
    for name, trials in sides.items():
        _refuse_few(trials, name, task, n_folds)
    groups: dict[Side, np.ndarray] = {side: _groups(trials, side) for side, trials in sides.items()}
    ask = _Question(task, decoder or RidgeDecoder(classes=task == "classes"), n_folds, seed)
    routes: list[tuple[Side, Side]] = [(a, b) for a in sides for b in sides]
    routes.sort(key=lambda route: route[0] != route[1])
    scores = []
    for learn, test in routes:
        found = ask.answer(sides[learn], groups[learn], sides[test], groups[test], n_shuffles)
        scores.append(DecodingScore(learn, test, ask.measure, *found, len(sides[test].labels)))
    return tuple(scores)


@dataclass(frozen=True)
class _Question:
    """What is asked, whoever is learned from and tested."""

    task: Task
    decoder: Decoder
    n_folds: int
    seed: int

    @property
    def measure(self) -> Literal["balanced accuracy", "R2"]:
        return "balanced accuracy" if self.task == "classes" else "R2"

    @property
    def score(self) -> Callable[[np.ndarray, np.ndarray], float]:
        return _balanced_accuracy if self.task == "classes" else _explained

    def answer(
        self, learn: Trials, learn_groups: np.ndarray, test: Trials, test_groups: np.ndarray,
        n_shuffles: int,
    ) -> tuple[float, float, float, float, float]:  # fmt: skip
        """Return value, low, high, chance and p."""
        rng = stream(self.seed, 1)
        folds = list(_folds(test, test_groups, self.n_folds, self.task, rng))

        def predicted(labels: np.ndarray) -> np.ndarray:
            found = np.empty(len(test.labels), dtype=labels.dtype)
            for tested in folds:
                kept = ~np.isin(learn_groups, test_groups[tested])
                model = copy.deepcopy(self.decoder)
                model.fit(learn.features[kept], labels[kept])
                found[tested] = model.predict(test.features[tested])
            return found

        found = predicted(learn.labels)
        value = self.score(test.labels, found)

        def by_chance() -> float:
            taught = _shuffled(learn.labels, learn_groups, rng)
            asked = taught if learn is test else _shuffled(test.labels, test_groups, rng)
            return self.score(asked, predicted(taught))

        null = np.array([by_chance() for _ in range(n_shuffles)])
        p = (1 + int((null >= value).sum())) / (1 + n_shuffles)
        low, high = self._interval(test.labels, found, test_groups, rng)
        return value, low, high, float(null.mean()), p

    def _interval(
        self, labels: np.ndarray, found: np.ndarray, groups: np.ndarray, rng: np.random.Generator
    ) -> tuple[float, float]:
        members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
        draws = []
        for _ in range(_DRAWS):
            rows = np.concatenate(
                [members[k] for k in rng.integers(len(members), size=len(members))]
            )
            draws.append(self.score(labels[rows], found[rows]))
        low, high = np.nanquantile(draws, [0.025, 0.975])
        return float(low), float(high)


def _groups(trials: Trials, side: str) -> Shaped[np.ndarray, "trials"]:
    """Return the group of every trial; ungrouped ones are nobody else's."""
    if trials.groups is None:
        return np.array([f"{side} {k}" for k in range(len(trials.labels))])
    return trials.groups.astype(str)


def _folds(
    trials: Trials, groups: np.ndarray, n_folds: int, task: Task, rng: np.random.Generator
) -> Iterator[Bool[np.ndarray, "trials"]]:
    """Deal groups out to folds, those of one label evenly where each has one."""
    names, first = np.unique(groups, return_index=True)
    mixed = rng.permutation(len(names))
    labels = trials.labels[first[mixed]]
    if task == "classes":
        mixed = mixed[np.argsort(labels, kind="stable")]
    dealt = np.empty(len(names), int)
    dealt[mixed] = np.arange(len(names)) % n_folds
    of_trial = dealt[np.searchsorted(names, groups)]
    for fold in range(n_folds):
        yield of_trial == fold


def _shuffled(
    labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> Shaped[np.ndarray, "trials"]:
    """Shuffle labels inside groups, or group by group where each has but one."""
    names, first, of_trial = np.unique(groups, return_index=True, return_inverse=True)
    if (labels == labels[first][of_trial]).all():
        return labels[first][rng.permutation(len(names))][of_trial]
    shuffled = labels.copy()
    for k in range(len(names)):
        rows = np.flatnonzero(of_trial == k)
        shuffled[rows] = labels[rng.permutation(rows)]
    return shuffled


def _balanced_accuracy(labels: np.ndarray, found: np.ndarray) -> float:
    return float(np.mean([(found[labels == c] == c).mean() for c in np.unique(labels)]))


def _explained(labels: np.ndarray, found: np.ndarray) -> float:
    total = np.square(labels - labels.mean()).sum()
    return float(1 - np.square(labels - found).sum() / total) if total > 0 else float("nan")


def _refuse_unlike(real: Trials, simulated: Trials) -> None:
    n_real, n_simulated = real.features.shape[1], simulated.features.shape[1]
    if n_real != n_simulated:
        raise ValueError(
            f"real has {n_real} features but simulated has {n_simulated}; describe both alike"
        )
    strange = set(np.unique(simulated.labels).tolist()) - set(np.unique(real.labels).tolist())
    if strange and real.labels.dtype.kind != "f":
        raise ValueError(
            f"simulated has the labels {sorted(strange)[:3]} that real lacks; use the same classes"
        )


def _refuse_few(trials: Trials, name: str, task: Task, n_folds: int) -> None:
    n_groups = len(np.unique(_groups(trials, name)))
    if n_groups < n_folds:
        raise NotEnough(
            f"{n_folds} folds need {n_folds} groups of trials, but {name} has {n_groups}; give "
            "more groups or fewer folds"
        )
    if task == "values":
        return
    classes, counts = np.unique(trials.labels, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"{name} has one class, {classes.tolist()}; there is nothing to decode")
    if counts.min() < n_folds:
        raise NotEnough(
            f"each class needs {n_folds} trials for {n_folds} folds, but {name} has "
            f"{counts.min()} of {classes[counts.argmin()]!r}; give more trials or fewer folds"
        )
