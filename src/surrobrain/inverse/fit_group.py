"""Fits several people together: each as far from the others as the data of all of them say."""

import dataclasses
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.data.recording import Recording
from surrobrain.errors import NotConverged
from surrobrain.inverse.condensed import Condensed, condensed
from surrobrain.inverse.feature import Feature, Features, together
from surrobrain.inverse.features.functional_connectivity import functional_connectivity
from surrobrain.inverse.fit_network import NetworkFit, distances_at, identity_of
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.infer import objective_of
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.likelihood import Likelihood
from surrobrain.inverse.mode import mode
from surrobrain.inverse.narrowed import narrowed
from surrobrain.inverse.objective import Objective
from surrobrain.inverse.replay import Replay
from surrobrain.inverse.shared_prior import SharedPrior, shared_prior
from surrobrain.inverse.simulated_features import SimulatedFeatures
from surrobrain.progress import progress
from surrobrain.seeds import stream

__all__ = ["GroupFit", "fit_group"]

_ROUNDS = 12  # times that every person is linearized anew
_STILL = 0.02  # standard deviations of the group that a person may still move by
_HALVINGS = 5
_INSIDE = 2.0  # standard deviations of the prior: beyond, features may have no slope to go by
_TRIED = 16  # points of the prior whose median loss is reported
_WRONG = 4.0  # misfit from which on a reader is told
_ALIKE = 0.02  # spread, in standard deviations of the prior, that is as good as none

People = Float[np.ndarray, "people unknowns"]


@dataclass(frozen=True, eq=False)
class GroupFit:
    """A group of people: where they lie, how far apart, and a fit for each of them.

    Parameters
    ----------
    fits : tuple of NetworkFit
        One per person, shrunk towards the group.
    mean, sd : array, shape (n_unknowns,)
        Of the people, in standard normal coordinates of the prior.
    mean_error : array, shape (n_unknowns,)
        Standard deviation of the mean given all data.
    alone : array, shape (n_people, n_unknowns)
        Where every person lies without the others.
    spread : array, shape (n_people, n_unknowns)
        Standard deviation of every person given all data.
    misfits : array, shape (n_people,)
        How many times farther a recording lies from its network than runs of the network do.
    seconds : float
        Wall time.
    seed : int
        Decides everything.
    warnings : tuple of str
        What a reader must know, in plain words.
    """

    fits: tuple[NetworkFit, ...]
    mean: Float[np.ndarray, "unknowns"]
    sd: Float[np.ndarray, "unknowns"]
    mean_error: Float[np.ndarray, "unknowns"]
    alone: People
    spread: People
    misfits: Float[np.ndarray, "people"]
    seconds: float
    seed: int
    warnings: tuple[str, ...]

    @property
    def u(self) -> People:
        """Every person, in standard normal coordinates of the prior."""
        return np.stack([fit.u for fit in self.fits])

    @property
    def values(self) -> dict[str, float]:
        """The typical person, by name, in the unit of each parameter."""
        free = self.fits[0].free
        return dict(zip(free.names, free.natural(self.mean).tolist(), strict=True))

    def prior(self, free: FreeNetwork) -> FreeNetwork:
        """Return a new person's network with the group as its prior.

        ``sb.infer`` then says what that person's data add to what is known of people, and
        ``sb.fit`` searches from the typical person; `sb.penalties.energy` keeps it near.

        Parameters
        ----------
        free : FreeNetwork
            The new person's network, with the unknowns and priors of the group.

        Returns
        -------
        FreeNetwork
            Its coordinates are standard deviations of people from the typical person.

        Raises
        ------
        ValueError
            Its unknowns or their priors are others.
        """
        _same_unknowns([self.fits[0].free, free])
        return narrowed(free, self.mean, np.hypot(self.sd, self.mean_error))


def fit_group(
    people: FreeNetwork | Sequence[FreeNetwork],
    recordings: Sequence[Recording],
    *,
    features: Feature | Features | None = None,
    method: Inference | None = None,
    seed: int = 0,
    checkpoint: str | Path | None = None,
) -> GroupFit:
    """Fit one network per person, all with one prior that is learned from all of them.

    One person's recording rarely decides its parameters. What people have in common does the
    rest: where the data of one person say little, that person is taken to be like the others.

    Parameters
    ----------
    people : FreeNetwork or sequence of FreeNetwork
        One per person, each with its own connectome, with the same unknowns and priors; or one
        for all.
    recordings : sequence of Recording
        One per person, at least two.
    features : Feature or Features, optional
        What is compared, by default the functional connectivity. They are taken to scatter as a
        Gaussian, measured on simulations, so distances and weights of features do not matter.
    method : Inference, optional
        ``Inference("laplace", ...)``: how expected features are had, and how many repeats.
    seed : int
        Decides everything.
    checkpoint : path, optional
        File to go on from if it exists, and to rewrite on the way. A fit that was killed and is
        called again ends with the same numbers.

    Returns
    -------
    GroupFit
        Mean and spread of the group, and one `NetworkFit` per person.

    Raises
    ------
    ValueError
        Fewer than two people, not one network per recording, unknowns that differ, or another
        method than "laplace".
    NotConverged
        A person could not be fitted; the message says who.

    Notes
    -----
    In the coordinates u of the priors, ``u_i ~ N(m, diag(s^2))`` for person i. EM with a Laplace
    approximation of every person [1]_: each is linearized at its most probable point (`condensed`,
    a Gauss-Newton step that is halved until it climbs), then mean and spread follow in closed
    form (`shared_prior`), until nobody moves.

    References
    ----------
    .. [1] Huys et al. (2011), Disentangling the roles of approach, activation and valence in
       instrumental and pavlovian responding. PLoS Comput Biol 7:e1002028.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    >>> told = [sb.simulate(network, duration=30.0, seed=k) for k in range(4)]
    >>> few = sb.Inference("laplace", n_repeats=40)
    >>> group = fit_group(free, told, method=few)  # four recordings of one brain
    >>> bool(np.ptp(group.u) < np.ptp(group.alone)), 0.2 < group.values["coupling"] < 0.4
    (True, True)
    """
    begin = time.monotonic()
    options = method or Inference("laplace")
    frees = [people] * len(recordings) if isinstance(people, FreeNetwork) else list(people)
    _check(frees, recordings, options)
    compared = together(features or functional_connectivity())
    keys = [int(k) for k in stream(seed, 0x6209).integers(2**31, size=len(frees))]
    objectives = [
        objective_of(free, recording, compared, options, key)
        for free, recording, key in zip(frees, recordings, keys, strict=True)
    ]
    told = repr(options) + "".join(identity_of(each) for each in objectives)
    name = hashlib.sha256(told.encode()).hexdigest()[:40]
    replay = Replay(None if checkpoint is None else Path(checkpoint), name)
    try:
        with progress(len(frees) * (2 + _ROUNDS), label="group") as report:
            everyone = _People(objectives, options, replay, report)
            found, u = _together(everyone)
        fits = tuple(
            _person(each, replay, point) for each, point in zip(objectives, u, strict=True)
        )
    finally:
        replay.write()
    seconds = time.monotonic() - begin
    fits = tuple(dataclasses.replace(each, seconds=seconds / len(fits)) for each in fits)
    return GroupFit(
        fits, found.mean, found.sd, found.mean_error, everyone.alone, found.spread,
        everyone.misfits, seconds, seed, _warnings(frees[0], found, everyone.misfits, u),
    )  # fmt: skip


class _People:
    """What is asked of every person, remembered so that a fit that was killed can go on."""

    def __init__(
        self, objectives: list[Objective], options: Inference, replay: Replay, report: Callable
    ) -> None:
        self.options, self.replay, self.report = options, replay, report
        self.problems = [SimulatedFeatures(each) for each in objectives]
        self.seeds = [each.seed for each in objectives]
        self.done = 0
        alone, told = [], []
        for k in range(len(self.problems)):
            alone.append(self._answer(k, np.zeros(0), self._mode))
            told.append(self._answer(k, np.clip(alone[k], -_INSIDE, _INSIDE), self._condensed))
        self.alone = np.stack(alone)
        self.misfits = np.array([each[0, 0] for each in told])
        self.likelihoods = [
            Likelihood(problem, each[1], each[2:])
            for problem, each in zip(self.problems, told, strict=True)
        ]

    def residuals(self, k: int, u: np.ndarray) -> np.ndarray:
        """Return how far person k is from its data at a point; infinite where it cannot be."""
        import torch

        def asked(k: int, u: np.ndarray) -> np.ndarray:
            try:
                with torch.no_grad():
                    return self.likelihoods[k].residuals(torch.as_tensor(u)).numpy()
            except NotConverged:
                return np.full(len(self.likelihoods[k].whitening), np.inf)

        return self._answer(k, u, asked)

    def slopes(self, k: int, u: np.ndarray) -> np.ndarray:
        """Return the slopes of its features."""
        return self._answer(k, u, lambda k, u: self.likelihoods[k].sensitivity(u))

    def _mode(self, k: int, _: np.ndarray) -> np.ndarray:
        return mode(self.problems[k], self.options, seed=self.seeds[k]).u

    def _condensed(self, k: int, u: np.ndarray) -> np.ndarray:
        """Return misfit, offset and filters as the rows of one array."""
        found: Condensed = condensed(
            self.problems[k], u, n_repeats=self.options.n_repeats, seed=self.seeds[k]
        )
        told = found.likelihood
        return np.vstack([np.full(len(told.offset), found.misfit), told.offset, told.whitening])

    def _answer(self, k: int, u: np.ndarray, asked: Callable) -> np.ndarray:
        def answer() -> np.ndarray:
            try:
                return asked(k, u)
            except NotConverged as error:
                raise NotConverged(f"person {k} cannot be fitted: {error}") from error

        self.done += 1
        self.report(self.done, f"person {k}")
        return self.replay(np.array([k, *u], dtype=np.float64), answer)


def _together(people: _People) -> tuple[SharedPrior, People]:
    """Linearize everyone, learn the prior, move everyone, until nobody moves."""
    u, group = np.clip(people.alone, -_INSIDE, _INSIDE), None
    sd = np.ones(u.shape[1])
    for _ in range(_ROUNDS):
        information, pull = [], []
        for k, point in enumerate(u):
            slopes = people.slopes(k, point)
            information.append(slopes.T @ slopes)
            pull.append(slopes.T @ (people.residuals(k, point) + slopes @ point))
        group = shared_prior(np.stack(information), np.stack(pull), sd)
        new = np.stack([_climbed(people, k, u[k], group) for k in range(len(u))])
        moved = np.abs(new - u).max(axis=0)
        u, sd = new, np.maximum(group.sd, _ALIKE)
        if (moved < _STILL * np.maximum(group.sd, _ALIKE)).all():
            return group, u
    assert group is not None
    return dataclasses.replace(group, settled=False), u


def _climbed(
    people: _People, k: int, start: np.ndarray, group: SharedPrior
) -> Float[np.ndarray, "unknowns"]:
    """Go from a point towards the one that the linearization favors, as far as it is uphill."""

    def height(u: np.ndarray) -> float:
        return -float(
            np.square(people.residuals(k, u)).sum() + np.square((u - group.mean) / group.sd).sum()
        )

    least, step = height(start), group.u[k] - start
    for _ in range(_HALVINGS):
        if height(start + step) >= least:
            return start + step
        step = step / 2
    return start


def _person(objective: Objective, replay: Replay, u: np.ndarray) -> NetworkFit:
    """Return a person as a fit, as if searched for alone."""
    free = objective.free
    points = np.concatenate([u[None], free.sample(_TRIED, seed=objective.seed)])
    losses = replay(points, lambda: objective.values(points))
    return NetworkFit(
        model=free.at(u), free=free, u=u, loss=float(losses[0]),
        distances=distances_at(objective, u), starts=u[None], losses=losses[:1],
        prior_loss=float(np.median(losses[1:])), history=(float(losses[0]),), seconds=0.0,
        seed=objective.seed, warnings=(), objective=objective,
    )  # fmt: skip


def _warnings(
    free: FreeNetwork, group: SharedPrior, misfits: np.ndarray, u: People
) -> tuple[str, ...]:
    found = []
    if not group.settled:
        found.append("mean and spread of the group had not settled when the iteration ended")
    alike = [name for name, sd in zip(free.names, group.sd, strict=True) if sd <= _ALIKE]
    if alike:
        found.append(f"the data do not tell people apart in {', '.join(alike[:3])}")
    wrong = np.flatnonzero(misfits > _WRONG)
    if len(wrong):
        found.append(
            f"the recordings of {len(wrong)} people are not among what their networks do (up to "
            f"{misfits.max():.3g} times as far as noise would bring them); their data count for "
            "less accordingly"
        )
    edge = (np.abs(u) > 2.5).any(axis=0)
    if edge.any():
        names = ", ".join(np.array(free.names)[edge][:3])
        found.append(f"{int(edge.sum())} unknowns are at the edge of their prior: {names}")
    return tuple(found)


def _check(frees: list[FreeNetwork], recordings: Sequence[Any], options: Inference) -> None:
    if len(frees) != len(recordings) or len(frees) < 2:
        raise ValueError(
            f"a group needs at least two people with one network and one recording each, but "
            f"{len(frees)} networks and {len(recordings)} recordings arrived"
        )
    if options.method != "laplace":
        raise ValueError(
            f"a group is fitted by Inference('laplace', ...), but {options.method!r} arrived"
        )
    _same_unknowns(frees)


def _same_unknowns(frees: Sequence[FreeNetwork]) -> None:
    """Refuse people whose unknowns cannot have one prior."""
    first = frees[0]
    probes = np.stack([np.full(first.n_unknowns, x) for x in (-1.0, 0.5)])
    for k, free in enumerate(frees):
        if free.names != first.names:
            raise ValueError(
                f"person {k} has the unknowns {', '.join(free.names[:4])}, but person 0 has "
                f"{', '.join(first.names[:4])}; give everyone the same"
            )
        if not np.allclose(free.natural(probes), first.natural(probes)):
            raise ValueError(
                f"person {k} has other priors than person 0; a group has one prior for everyone"
            )
