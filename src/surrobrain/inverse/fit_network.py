"""Fits the unknowns of a network: searches, and what a reader must know of the answer."""

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
from surrobrain.inverse.channels import without_channels
from surrobrain.inverse.constraint import Constraint, Held, hold, kept, refuse_constraints
from surrobrain.inverse.feature import Feature, Features, squared, together
from surrobrain.inverse.features.functional_connectivity import functional_connectivity
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.objective import Objective, Penalty
from surrobrain.inverse.replay import Replay
from surrobrain.inverse.search import Search
from surrobrain.mechanistic.adjoint import refuse_undifferentiable
from surrobrain.mechanistic.fitting_together import checked_inputs
from surrobrain.mechanistic.network import Network
from surrobrain.progress import progress

__all__ = ["NetworkFit", "distances_at", "fit_network", "identity_of", "prepared"]

_LOST = 1e5  # beyond this a point was not simulated at all
_FLAT = 1e-9  # relative difference of the loss between points of the prior that counts as none
_TRIED = 16  # points of the prior that a search is preceded by
_SAME = 0.02  # relative difference of the loss within which two searches ended equally well


@dataclass(frozen=True, eq=False)
class NetworkFit:
    """A fitted network, every search that led to it, and what a reader must know.

    Parameters
    ----------
    model : Network
        The network with the values that were found.
    free : FreeNetwork
        What was unknown.
    u : array, shape (n_unknowns,)
        The best point, in standard normal coordinates of the prior.
    loss : float
        Distance there, penalties included.
    distances : dict of str to float
        Distance of each feature there, before its weight.
    starts : array, shape (n_starts, n_unknowns)
        Where each search ended.
    losses : array, shape (n_starts,)
        How well.
    prior_loss : float
        Median distance of points drawn from the prior: what no search reaches by chance.
    history : tuple of float
        Loss of every point asked for along the best search.
    seconds : float
        Wall time.
    seed : int
        Decides noise and starts.
    warnings : tuple of str
        What a reader must know, in plain words.
    objective : Objective
        What was searched, for the report on how far the answer can be trusted.
    held : Held, optional
        How the constraints came to hold, if there were any.
    """

    model: Network
    free: FreeNetwork
    u: Float[np.ndarray, "unknowns"]
    loss: float
    distances: dict[str, float]
    starts: Float[np.ndarray, "starts unknowns"]
    losses: Float[np.ndarray, "starts"]
    prior_loss: float
    history: tuple[float, ...]
    seconds: float
    seed: int
    warnings: tuple[str, ...]
    objective: Objective
    held: Held | None = None

    @property
    def values(self) -> dict[str, float]:
        """What was found, by name, in the unit of each parameter."""
        return dict(zip(self.free.names, self.free.natural(self.u).tolist(), strict=True))


def fit_network(
    free: FreeNetwork,
    recording: Recording | None,
    *,
    loss: Feature | Features | None,
    penalties: Sequence[Penalty | Constraint],
    search: Search | None,
    seed: int,
    checkpoint: str | Path | None,
) -> NetworkFit:
    """Search for the unknowns of a network; see `fit`."""
    begin = time.monotonic()
    features = together(loss or functional_connectivity())
    search = search or Search()
    hard = [each for each in penalties if isinstance(each, Constraint)]
    soft = [each for each in penalties if not isinstance(each, Constraint)]
    objective = prepared(free, recording, features, penalties=soft, search=search, seed=seed)
    refuse_constraints(hard, search)
    replay = Replay(None if checkpoint is None else Path(checkpoint), identity_of(objective))
    try:
        prior_loss, starts = _looked(objective, replay)
        ends, histories, held = _searched(objective, replay, starts, hard, prior_loss)
    finally:
        replay.write()
    losses = np.array([_value(objective, replay, end) for end in ends])
    if hard:
        losses = np.where(kept(hard, held), losses, np.inf)
    best = int(np.argmin(losses))
    if losses[best] >= _LOST:
        raise NotConverged(
            "no search found a point that can be simulated; every one diverged or has no stable "
            "rest: narrow the priors, or take a smaller dt"
        )
    return NetworkFit(
        model=free.at(ends[best]), free=free, u=ends[best], loss=float(losses[best]),
        distances=distances_at(objective, ends[best]), starts=ends, losses=losses,
        prior_loss=prior_loss, history=tuple(histories[best]), seconds=time.monotonic() - begin,
        seed=seed, warnings=_warnings(free, ends, losses, prior_loss),
        objective=held[best].objective if hard else objective, held=held[best] if hard else None,
    )  # fmt: skip


def prepared(
    free: FreeNetwork,
    recording: Recording | None,
    features: Features,
    *,
    penalties: Sequence[Penalty],
    search: Search,
    seed: int,
) -> Objective:
    """Return the objective, or say what does not go together."""
    network = free.network
    if recording is not None:
        if recording.n_regions != len(network.names):
            raise ValueError(
                f"the network shows {len(network.names)} regions but the recording has "
                f"{recording.n_regions}; keep the shared ones with recording.pick(names)"
            )
        if abs(recording.sfreq - network.sfreq) > 1e-6 * network.sfreq:
            raise ValueError(
                f"the network is observed at {network.sfreq:g} Hz but the recording has "
                f"{recording.sfreq:g} Hz; give the observer the interval {1 / recording.sfreq:g} s"
            )
    if recording is None and search.duration is None and search.through == "simulation":
        raise ValueError(
            "there is no recording that says how long to simulate; give Search(duration=...)"
        )
    inputs = None if recording is None else recording.inputs
    _refuse_search(free, features, search)
    _refuse_inputs(free, inputs, search)
    seconds = search.duration or (recording.duration if recording is not None else 1.0)
    values = None if recording is None else recording.values
    targets = features.targets(values, network.sfreq)
    n_times = max(1, round(seconds * network.sfreq))
    return Objective(free, features, targets, tuple(penalties), n_times, search, seed, inputs)


def _refuse_inputs(free: FreeNetwork, inputs: np.ndarray | None, search: Search) -> None:
    """Refuse inputs that the network cannot take, or a receptivity to none."""
    if inputs is None:
        if "receptivity" in free.groups:
            raise ValueError(
                "receptivity is unknown, but nothing acts on the network; say what did with "
                "recording.with_inputs(...), one column per region"
            )
        return
    if search.through == "linearization" or search.duration is not None:
        raise ValueError(
            "the recording has inputs, which act on a simulation as long as the recording; use "
            "Search(through='simulation') without a duration"
        )
    checked_inputs(free.network, inputs, len(inputs))


def _refuse_search(free: FreeNetwork, features: Features, search: Search) -> None:
    """Refuse a search that cannot be, before any time is spent."""
    if search.through == "linearization":
        from surrobrain.mechanistic.linearization import refuse_unlinearizable

        refuse_unlinearizable(free.network)
        blind = [part.name for part in features.parts if part.needs_simulation]
        if blind:
            raise ValueError(
                f"the linearization gives means and covariances, which do not tell the {blind[0]}; "
                "use through='simulation'"
            )
    elif search.method in ("adam", "lbfgs"):
        refuse_undifferentiable(without_channels(free.network)[0])
    if search.method == "gauss_newton":
        other = [part.name for part in features.parts if part.distance is not squared]
        if other:
            raise ValueError(
                f"gauss_newton minimizes squares, but the {other[0]} is compared otherwise; use "
                "distance='squared' where the feature offers it, or method='lbfgs'"
            )
    if free.then is not None and (search.through == "linearization" or search.method != "cma_es"):
        raise ValueError(
            "parameters that follow from the others (then=...) have no gradient; use "
            "Search('cma_es', through='simulation')"
        )
    inner = [name for name in free.groups if "." in name or name == "speed"]
    if inner and search.through == "linearization":
        raise ValueError(f"{inner[0]} cannot be fitted through the linearization; simulate")
    inner = [name for name in free.groups if "." in name]
    if inner and search.method in ("adam", "lbfgs"):
        raise ValueError(f"{inner[0]} has no gradient; use method='cma_es' or 'gauss_newton'")


def _looked(objective: Objective, replay: Replay) -> tuple[float, np.ndarray]:
    """Return the median loss of points of the prior, and where to start: the best of them.

    The first start is the network as it is, or the best point where that cannot be simulated.

    Raises
    ------
    NotConverged
        All points diverge, or all are equally far from the recording.
    """
    free, n_starts = objective.free, objective.search.n_starts
    drawn = free.sample(_TRIED * n_starts, seed=objective.seed)
    points = np.concatenate([free.origin()[None], drawn])
    values = replay(points, lambda: objective.values(points))
    alive = values[values < _LOST]
    if not len(alive):
        raise NotConverged(
            f"none of {len(points)} points of the prior can be simulated; narrow the priors, or "
            "take a smaller dt"
        )
    if len(alive) > 1 and np.ptp(alive) <= _FLAT * np.abs(alive).max():
        raise NotConverged(
            f"the loss is {alive[0]:g} at every point of the prior that was tried: it does not "
            "depend on what is unknown; compare another feature, or let something else be unknown"
        )
    order = np.argsort(values[1:], kind="stable") + 1
    first = [0] if values[0] < _LOST else []
    return float(np.median(values[1:])), points[[*first, *order][:n_starts]]


def _searched(
    objective: Objective,
    replay: Replay,
    starts: np.ndarray,
    hard: list[Constraint],
    prior_loss: float,
) -> tuple[np.ndarray, list[list[float]], list[Held]]:
    """Return where the searches end, the losses along each, and how constraints came to hold."""
    search = objective.search
    ends, histories, held = [], [], []
    with progress(search.n_starts * search.iterations, label="fit") as report:
        for k, start in enumerate(starts):
            history: list[float] = []

            def told(value: float, *, k: int = k, history: list[float] = history) -> None:
                history.append(value)
                done = k * search.iterations + min(len(history), search.iterations)
                report(done, f"loss {min(history):.4g}")

            def one(
                whole: Objective, start: np.ndarray, *, k: int = k, told: Callable = told
            ) -> np.ndarray:
                return _one_search(whole, replay, start, told, seed=objective.seed + k)

            if hard:
                held.append(hold(objective, hard, start, one, scale=prior_loss))
            ends.append(held[-1].u if hard else one(objective, start))
            histories.append(history)
    return np.stack(ends), histories, held


def _one_search(
    objective: Objective,
    replay: Replay,
    start: np.ndarray,
    told: Callable[[float], None],
    *,
    seed: int,
) -> np.ndarray:
    search = objective.search
    common: dict[str, Any] = {
        "iterations": search.iterations, "rate": search.rate, "report": told,
    }  # fmt: skip
    if search.method == "cma_es":
        from surrobrain.inverse.searches.cma_es import cma_es

        return cma_es(
            lambda points: replay(points, lambda: objective.values(points)), start, seed=seed,
            **common,
        )  # fmt: skip
    if search.method == "gauss_newton":
        from surrobrain.inverse.searches.gauss_newton import gauss_newton

        return gauss_newton(lambda u: replay(u, lambda: objective.residuals(u)), start, **common)

    def ask(u: np.ndarray) -> tuple[float, np.ndarray]:
        def answer() -> np.ndarray:
            value, slope = objective.value_and_slope(u)
            return np.concatenate([[value], slope])

        found = replay(u, answer)
        return float(found[0]), found[1:]

    if search.method == "adam":
        from surrobrain.inverse.searches.adam import adam as descend
    else:
        from surrobrain.inverse.searches.lbfgs import lbfgs as descend
    return descend(ask, start, **common)


def _value(objective: Objective, replay: Replay, end: np.ndarray) -> float:
    return float(replay(end[None], lambda: objective.values(end[None]))[0])


def distances_at(objective: Objective, u: Float[np.ndarray, "unknowns"]) -> dict[str, float]:
    """Return the distance of every feature at a point, before its weight."""
    import torch

    found = np.split(objective._one(u), np.cumsum([len(t) for t in objective.targets])[:-1])
    parts = zip(objective.features.parts, found, objective.targets, strict=True)
    return {
        part.name: float(part.distance(torch.as_tensor(a), torch.as_tensor(b)))
        for part, a, b in parts
    }


def _warnings(
    free: FreeNetwork, ends: np.ndarray, losses: np.ndarray, prior_loss: float
) -> tuple[str, ...]:
    found = []
    best = int(np.argmin(losses))
    if not losses[best] < prior_loss:
        found.append(
            f"the fit ({losses[best]:.4g}) is no better than the median point of the prior "
            f"({prior_loss:.4g})"
        )
    edge = np.abs(ends[best]) > 2.5
    if edge.any():
        names = ", ".join(np.array(free.names)[edge][:3])
        found.append(f"{int(edge.sum())} unknowns ended at the edge of their prior: {names}")
    equal = losses < losses[best] * (1 + _SAME) + 1e-12
    spread = ends[equal].std(axis=0).max() if equal.sum() > 1 else 0.0
    if spread > 0.5:
        found.append(
            f"{int(equal.sum())} searches ended equally well in different places: the data do not "
            "decide between them"
        )
    return tuple(found)


def identity_of(objective: Objective) -> str:
    """Return a hash of everything that decides the answers."""
    digest = hashlib.sha256()
    config, arrays = objective.free.network.to_parts()
    digest.update(repr(sorted(config.items())).encode())
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    for target in objective.targets:
        digest.update(np.ascontiguousarray(target).tobytes())
    names = (objective.free.names, objective.search, objective.seed, objective.n_times)
    digest.update(repr(names).encode())
    if objective.inputs is not None:
        digest.update(np.ascontiguousarray(objective.inputs).tobytes())
    digest.update(objective.free.natural(np.full((1, objective.free.n_unknowns), 0.7)).tobytes())
    digest.update(repr([(part.name, part.weight) for part in objective.features.parts]).encode())
    return digest.hexdigest()[:40]
