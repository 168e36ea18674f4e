"""trust: whether the answer of an inverse problem can be trusted."""

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.data.recording import Recording
from surrobrain.errors import NotEnough
from surrobrain.inverse.curvature import Curvature, curvature, left_of_the_prior
from surrobrain.inverse.existence import Existence, p_value
from surrobrain.inverse.objective import Objective
from surrobrain.inverse.perturbation import Repeats, stability
from surrobrain.inverse.profiles import OFFSETS, profiles
from surrobrain.inverse.stability import Stability
from surrobrain.inverse.trust_in_words import in_words
from surrobrain.inverse.uniqueness import Uniqueness, clusters, symmetries
from surrobrain.inverse.verdicts import advice, verdict
from surrobrain.progress import progress
from surrobrain.seeds import stream

__all__ = ["Trust", "trust"]

_EVALUATIONS = 400  # of loss and slope that the default spends through the linearization
_SMALL = 128  # states of all regions up to which that takes seconds
_FEWEST = 3  # iterations with which a search is worth while
_EQUAL = 0.02  # of the way from the best loss to that of the prior: ends that count as equal
_ALIKE = 0.02  # root mean squared difference of features, relative to their size
_GUESSED = 0.05  # noise of the features, relative to their spread, where nothing tells it


@dataclass(frozen=True, eq=False)
class Trust:
    """Whether an answer exists, is unique and is stable, and what that means for each unknown.

    ``print(trust)`` says it in words.

    Parameters
    ----------
    names : tuple of str
        The unknowns.
    units : tuple of str
        Their units, empty where unknown.
    estimate : array, shape (n_unknowns,)
        Values at the best point, or posterior means, in these units.
    existence : Existence or None
        Predictive checks; None where nothing tells how long to simulate.
    uniqueness : Uniqueness or None
        Searches and profiles; None for a posterior without its objective.
    stability : Stability or None
        Sensitivity and disturbed data; None for a posterior without its objective.
    covariance : array, shape (n_unknowns, n_unknowns)
        What the data leave of the prior, in its standard deviations; of a posterior, that of its
        draws.
    shrinkage : array, shape (n_unknowns,)
        Share of the prior's variance that the data take away, 1 at best.
    z_scores : array, shape (n_unknowns,) or None
        Distance of the estimate from the truth in standard deviations that are left, where the
        truth was given.
    verdicts : tuple of str
        "identified", "weakly identified" or "not identified".
    advice : tuple of str
        What would help; empty for what is identified.
    remarks : tuple of str
        What was assumed or could not be looked at.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    estimate: Float[np.ndarray, "unknowns"]
    existence: Existence | None
    uniqueness: Uniqueness | None
    stability: Stability | None
    covariance: Float[np.ndarray, "unknowns unknowns"]
    shrinkage: Float[np.ndarray, "unknowns"]
    z_scores: Float[np.ndarray, "unknowns"] | None
    verdicts: tuple[str, ...]
    advice: tuple[str, ...]
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        """Return a paragraph and a table."""
        return in_words(self)


def trust(
    answer: Any,
    recording: Recording | None = None,
    *,
    truth: Mapping[str, Any] | None = None,
    budget: int | None = None,
    levels: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1),
    n_draws: int = 48,
    seed: int = 0,
) -> Trust:
    """Say whether a fitted network, or a posterior, can be believed, unknown by unknown.

    Parameters
    ----------
    answer : NetworkFit, or anything with draws (n_draws, n_unknowns) and ``names``
        A fit, or draws from a posterior, in standard deviations of the priors: ``u``, or ``draws``
        where there is no such. A posterior with an ``objective`` is looked at as closely as a fit.
    recording : Recording, optional
        What was fitted; it is disturbed and resampled. Without it, the measured features are.
    truth : mapping of str to float or array, optional
        Values by parameter that the recording was simulated with, for z-scores.
    budget : int, optional
        Evaluations of loss and slope that may be spent on searching anew under disturbed data and
        along profiles. By default 400 through the linearization of up to 128 states, and else
        none: estimates are then read off the slopes at the best point, which takes two simulations
        per unknown.
    levels : tuple of float
        Noise on the data, relative to their standard deviation.
    n_draws : int
        Simulations at the best point, and as many of the prior; 0 leaves both out.
    seed : int
        Decides noise and draws.

    Returns
    -------
    Trust

    Raises
    ------
    TypeError
        The answer is neither a fit of a network nor a posterior.
    NotEnough
        A posterior of fewer draws than unknowns.

    Notes
    -----
    Existence: predictive p-values, ``p_value``. Uniqueness: clusters of the ends of the searches,
    profiles of the loss. Stability: singular values of the sensitivity, and the relative change of
    the estimate, in standard deviations of the priors, when the data are disturbed. An unknown is
    identified when the data take 90 % of its prior variance away (`left_of_the_prior`), no equally
    good solution lies elsewhere and its profile rises by more than noise hides; weakly, from 50 %.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.
    .. [2] Betancourt (2018), Calibrating model-based inferences and decisions. arXiv:1803.08393.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from types import SimpleNamespace
    >>> u = np.random.default_rng(0).normal(size=(1000, 2)) * [0.1, 1.0]
    >>> trust(SimpleNamespace(draws=u, names=("coupling", "tau"))).verdicts
    ('identified', 'not identified')
    """
    whole(n_draws, "n_draws", low=0)
    draws = _draws(answer)
    u = np.asarray(answer.u if draws is None else draws.mean(axis=0), dtype=np.float64)
    looked = _Looked()
    if getattr(answer, "objective", None) is not None:
        plan = _Plan(budget, levels, n_draws, seed)
        looked = _look(answer, u, draws, recording, plan)
    covariance = looked.covariance if draws is None else np.atleast_2d(np.cov(draws, rowvar=False))
    return _concluded(answer, u, looked, covariance, truth)


@dataclass(frozen=True, eq=False)
class _Plan:
    """How closely to look."""

    budget: int | None
    levels: tuple[float, ...]
    n_draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class _Looked:
    """What was seen around the best point."""

    near: Curvature | None = None
    noise: Float[np.ndarray, "draws numbers"] | None = None
    existence: Existence | None = None
    uniqueness: Uniqueness | None = None
    stability: Stability | None = None
    covariance: Any = None
    remarks: tuple[str, ...] = ()


def _draws(answer: Any) -> np.ndarray | None:
    """Return the draws of a posterior on u; None for a fit."""
    u: Any = getattr(answer, "u", None)
    if u is not None and np.ndim(u) == 1 and hasattr(answer, "objective"):
        return None
    draws: Any = u if u is not None and np.ndim(u) == 2 else getattr(answer, "draws", None)
    if draws is None:
        raise TypeError(
            "trust takes what fitting a FreeNetwork returns, or a posterior with draws, but "
            f"{type(answer).__name__} arrived"
        )
    draws = np.asarray(draws, dtype=np.float64)
    if draws.ndim != 2 or len(draws) <= draws.shape[1]:
        raise NotEnough(
            f"draws of shape {draws.shape} do not tell the spread of {draws.shape[-1]} unknowns; "
            "draw more from the posterior"
        )
    return draws


def _look(
    answer: Any, u: np.ndarray, draws: np.ndarray | None, recording: Recording | None, plan: _Plan
) -> _Looked:
    objective: Objective = answer.objective
    near, remarks = curvature(objective, u), []
    noise = found = None
    if not plan.n_draws or not _timed(objective):
        remarks.append("nothing was simulated, so existence was not looked at")
    else:
        noise = _simulated(objective, np.repeat(u[None], plan.n_draws, axis=0), plan.seed)
        fitted = noise if draws is None else _simulated(objective, _some(draws, plan), plan.seed)
        prior = objective.free.sample(plan.n_draws, seed=plan.seed)
        found = _existence(objective, fitted, _simulated(objective, prior, plan.seed + 1))
        if np.isfinite(noise).all(axis=1).sum() < 3:
            remarks.append("runs at the best point leave the finite range: it is no rest to trust")
            noise = None
    if noise is None:
        noise = _guessed(near, plan)
        remarks.append(f"the noise of the features is taken as {_GUESSED:.0%} of their spread")
    covariance = left_of_the_prior(near, noise)
    n_profiles = len(u) * len(OFFSETS)
    repeats = _repeats(objective, n_profiles, plan, remarks)
    n_estimates = 1 + len(plan.levels) * repeats.per_level + repeats.resamples
    total = n_estimates + (n_profiles if repeats.iterations else 0)
    if recording is None:
        remarks.append("without the recording, noise was put on its features, relative to their "
                       "spread")  # fmt: skip
    with progress(total, label="trust") as report:
        steps = itertools.count(1)

        def told() -> None:
            report(next(steps), "searches")

        stable = stability(near, u, recording, repeats=repeats, seed=plan.seed, report=told)
        rises = profiles(near, u, iterations=repeats.iterations, report=told)
    unique = _uniqueness(answer, near, rises, covariance, refitted=repeats.iterations > 0)
    return _Looked(near, noise, found, unique, stable, covariance, tuple(remarks))


def _timed(objective: Objective) -> bool:
    """Whether something tells how long a run must be to be compared."""
    search = objective.search
    measured = any(part.target is None for part in objective.features.parts)
    return measured or search.duration is not None or search.through == "simulation"


def _simulated(objective: Objective, points: np.ndarray, seed: int) -> np.ndarray:
    """Return the features of one run at every point, each under noise of its own."""
    single = dataclasses.replace(objective.search, n_draws=1)
    return dataclasses.replace(objective, search=single, seed=seed).numbers(points)


def _some(draws: np.ndarray, plan: _Plan) -> np.ndarray:
    return draws[stream(plan.seed, 0x50).integers(0, len(draws), plan.n_draws)]


def _existence(objective: Objective, fitted: np.ndarray, prior: np.ndarray) -> Existence:
    cuts = np.cumsum([len(t) for t in objective.targets])[:-1]
    parts, targets = objective.features.parts, objective.targets

    def p_values(draws: np.ndarray) -> np.ndarray:
        split = zip(np.split(draws, cuts, axis=1), targets, parts, strict=True)
        return np.array([p_value(own, target, part.distance) for own, target, part in split])

    lost = 1 - np.isfinite(prior).all(axis=1).mean()
    names = tuple(part.name for part in parts)
    return Existence(names, p_values(fitted), p_values(prior), float(lost))


def _guessed(near: Curvature, plan: _Plan) -> np.ndarray:
    targets, rng = near.objective.targets, stream(plan.seed, 0x6E)
    size = np.concatenate([np.full(len(t), t.std() or 1.0) for t in targets])
    drawn = rng.normal(size=(max(plan.n_draws, 4 * len(near.hessian)), len(size)))
    return near.found + _GUESSED * size * drawn


def _repeats(objective: Objective, n_profiles: int, plan: _Plan, remarks: list[str]) -> Repeats:
    """Return how often and how closely to search anew within the budget."""
    network = objective.free.network
    n_states = network.n_regions * (len(network.node.states) + len(network.observer.states))
    quick = objective.search.through == "linearization" and n_states <= _SMALL
    budget = (_EVALUATIONS if quick else 0) if plan.budget is None else plan.budget
    few = Repeats(plan.levels, 3, 6, 0)
    n_searches = 2 + len(plan.levels) * few.per_level + few.resamples + n_profiles
    iterations = budget // n_searches
    if iterations >= _FEWEST:
        return dataclasses.replace(few, iterations=iterations)
    remarks.append(
        "estimates under disturbed data and profiles follow from the curvature at the best point; "
        f"budget={10 * n_searches} would search anew"
    )
    return Repeats(plan.levels, 9, 30, 0)


def _uniqueness(
    answer: Any, near: Curvature, rises: np.ndarray, covariance: np.ndarray, *, refitted: bool
) -> Uniqueness:
    free = near.objective.free
    ends = np.asarray(getattr(answer, "starts", np.zeros((0, free.n_unknowns))))
    losses = np.asarray(getattr(answer, "losses", np.zeros(0)))
    places, behaviors = (np.full(len(ends), -1) for _ in range(2))
    symmetric: tuple[str, ...] = ()
    if len(ends):
        reach = max(answer.prior_loss - losses.min(), 0.0) + abs(losses.min())
        good = np.flatnonzero(losses <= losses.min() + _EQUAL * reach)
        places[good] = clusters(ends[good])
        shown = np.stack([near.objective._one(u) for u in ends[good]])
        size = np.concatenate([np.full(len(t), np.sqrt(np.square(t).mean()) or 1.0)
                               for t in near.objective.targets])  # fmt: skip
        behaviors[good] = clusters(shown / size, apart=_ALIKE)
        best = good[np.argmin(losses[good])]
        same = good[behaviors[good] == behaviors[best]]
        first = [same[places[same] == place][0] for place in np.unique(places[same])]
        symmetric = symmetries(ends[first], free.natural(ends[first]), free.names)
    curved = np.array([near.rise(k) for k in range(free.n_unknowns)])
    return Uniqueness(
        ends, losses, places, behaviors, symmetric, np.array(OFFSETS), rises,
        0.5 * curved * _variance(near, covariance), refitted,
    )  # fmt: skip


def _variance(near: Curvature, covariance: np.ndarray) -> np.ndarray:
    """Return the variance of an estimate by noise alone, without the prior."""
    left = np.clip(np.diag(covariance), 0.0, 1 - 1e-9)
    return left / (1 - left)


def _concluded(
    answer: Any, u: np.ndarray, looked: _Looked, covariance: np.ndarray, truth: Any
) -> Trust:
    names, free = tuple(answer.names if hasattr(answer, "names") else answer.free.names), getattr(
        answer, "free", None
    )  # fmt: skip
    shrinkage = np.clip(1 - np.diag(covariance), 0.0, 1.0)
    unique, words, help_ = looked.uniqueness, [], []
    for k in range(len(names)):
        apart, flat = 0.0, False
        if unique is not None:
            good = unique.places >= 0
            apart = float(np.ptp(unique.ends[good, k])) if good.any() else 0.0
            far = unique.profile[k][np.abs(unique.offsets) == 1]
            flat = bool(far.min() <= unique.chance[k])
        words.append(verdict(float(shrinkage[k]), apart=apart, flat=flat))
        help_.append("" if words[-1] == "identified" else advice(
            k, looked.near, covariance, names=names, unique=unique, draws=looked.noise,
                    at=float(u[k])
        ))  # fmt: skip
    return Trust(
        names=names, units=("",) * len(names) if free is None else tuple(free.units),
        estimate=u if free is None else free.natural(u), existence=looked.existence,
        uniqueness=unique, stability=looked.stability, covariance=covariance, shrinkage=shrinkage,
        z_scores=_z_scores(free, u, covariance, truth), verdicts=tuple(words), advice=tuple(help_),
        remarks=looked.remarks,
    )  # fmt: skip


def _z_scores(free: Any, u: np.ndarray, covariance: np.ndarray, truth: Any) -> np.ndarray | None:
    if truth is None:
        return None
    if free is None or set(truth) != set(free.groups):
        raise ValueError(
            f"the truth must name the unknowns {', '.join(free.groups) if free else ''}, but "
            f"{', '.join(truth)} arrived"
        )
    import torch

    n = free.network.n_regions
    parts = [
        group.origin(torch.as_tensor(np.asarray(truth[name], dtype=np.float64)), n)
        for name, group in free.groups.items()
    ]
    return (u - torch.cat(parts).numpy()) / np.sqrt(np.diag(covariance))
