"""What a search asks: how far the network is from the recording at a point, and which way down."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.inverse.channels import without_channels
from surrobrain.inverse.feature import Features
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.search import Search
from surrobrain.mechanistic.network import Network

__all__ = ["Objective"]

_LOST = 1e6  # what a point costs that cannot be simulated: more than any other, but finite
_CALM = 0.1  # seconds that are simulated at least, whatever the recording

Points = Float[np.ndarray, "points unknowns"]
Penalty = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Objective:
    """Distance between features of a network and those that were measured, as a function of u.

    Parameters
    ----------
    free : FreeNetwork
        Network and unknowns.
    features : Features
        What is compared.
    targets : tuple of array
        What was measured.
    penalties : sequence of callable
        Functions of `Point` that are added.
    n_times : int
        Samples simulated.
    search : Search
        How features are had, and how many draws are averaged.
    seed : int
        Decides the noise, the same at every point.
    inputs : array, shape (k n_times, n_regions), optional
        What drives the network while it is seen; it settles without.
    """

    free: FreeNetwork
    features: Features
    targets: tuple[np.ndarray, ...]
    penalties: Sequence[Penalty]
    n_times: int
    search: Search
    seed: int
    inputs: Float[np.ndarray, "rows regions"] | None = None

    def values(self, points: Points) -> Float[np.ndarray, "points"]:
        """Return the distance at many points; those that diverge cost more than any other."""
        import torch

        if self.search.through == "linearization":
            return np.array([self._linear(u, slope=False)[0] for u in points])
        found = self.numbers(points)
        measured = tuple(torch.as_tensor(t) for t in self.targets)
        cuts = np.cumsum([len(t) for t in self.targets])[:-1]
        parts = [torch.as_tensor(x) for x in np.split(found, cuts, axis=1)]
        distance = self.features.distance(parts, measured).numpy() + self._penalized(points)
        return np.where(np.isfinite(distance), distance, _LOST)

    def numbers(self, points: Points) -> Float[np.ndarray, "points numbers"]:
        """Return the features at many points, averaged over draws; NaN where a run diverged."""
        n, draws = len(points), self.search.n_draws
        repeated = np.repeat(points, draws, axis=0)
        found = _simulated(self, repeated)
        return found.reshape(n, draws, -1).mean(axis=1)

    def summary(self, samples: Float[np.ndarray, "times regions"]) -> np.ndarray:
        """Return all features of one run, one after the other."""
        import torch

        if not np.isfinite(samples).all():
            return np.full(sum(len(t) for t in self.targets), np.nan)
        given = torch.as_tensor(np.array(samples, dtype=np.float64))
        parts = self.features.compute(given, self.free.network.sfreq)
        return torch.cat(parts).numpy()

    def value_and_slope(
        self, u: Float[np.ndarray, "unknowns"]
    ) -> tuple[float, Float[np.ndarray, "unknowns"]]:
        """Return the distance at a point and its gradient."""
        if self.search.through == "linearization":
            return self._linear(u, slope=True)
        return self._differentiated(u, self._simulated_loss)

    def residuals(self, u: Float[np.ndarray, "unknowns"]) -> Float[np.ndarray, "numbers"]:
        """Return the weighted differences whose squares add up to the distance."""
        scale = np.concatenate([
            np.full(len(target), np.sqrt(part.weight / len(target)))
            for part, target in zip(self.features.parts, self.targets, strict=True)
        ])  # fmt: skip
        found = self._one(u) - np.concatenate(self.targets)
        return np.where(np.isfinite(found), found * scale, np.sqrt(_LOST / len(scale)))

    def sensitivity(
        self, u: Float[np.ndarray, "unknowns"], *, step: float = 1e-3
    ) -> Float[np.ndarray, "numbers unknowns"]:
        """Return the slopes of all features by u, by central differences under the same noise."""
        eye = np.eye(len(u))
        ends = [(self._one(u + step * e), self._one(u - step * e)) for e in eye]
        return np.stack([(a - b) / (2 * step) for a, b in ends], axis=1)

    def _one(self, u: Float[np.ndarray, "unknowns"]) -> np.ndarray:
        """Return the features at one point, always under the same noise."""
        if self.search.through == "linearization":
            import torch

            with torch.no_grad():
                return torch.cat(self._expected(torch.as_tensor(u))).numpy()
        draws = range(self.search.n_draws)
        network = self.free.at(u)
        runs = [self.run(network, seed=self.seed + d) for d in draws]
        return np.mean([self.summary(values) for values in runs], axis=0)

    def run(self, network: Network, *, seed: int) -> Float[np.ndarray, "times observed"]:
        """Return what is seen of a network under the inputs."""
        return network.run(self.n_times, inputs=self.inputs, seed=seed).values

    @property
    def side_by_side(self) -> bool:
        """Whether points can run in one batch: they differ in little, and nothing drives them."""
        return self.free.sweepable and self.inputs is None

    def _linear(self, u: np.ndarray, *, slope: bool) -> tuple[float, np.ndarray]:
        import torch

        def loss(given: Any) -> Any:
            return self.features.distance(
                self._expected(given), tuple(torch.as_tensor(t) for t in self.targets)
            )

        if slope:
            return self._differentiated(u, loss)
        try:
            with torch.no_grad():
                value = float(loss(torch.as_tensor(u)))
        except NotConverged:
            return _LOST, np.zeros_like(u)
        return value + float(self._penalized(u[None])[0]), np.zeros_like(u)

    def _expected(self, u: Any) -> list[Any]:
        from surrobrain.mechanistic.linearization import stationary_moments

        moments = stationary_moments(self.free.network, self.free.values(u))
        return [part.expected(*moments) for part in self.features.parts]

    def _simulated_loss(self, u: Any) -> Any:
        """Return the distance of simulations, differentiable."""
        import torch

        sfreq = self.free.network.sfreq
        found = [self.features.compute(samples, sfreq) for samples in self.samples(u)]
        mean = [torch.stack(parts).mean(0) for parts in zip(*found, strict=True)]
        return self.features.distance(mean, tuple(torch.as_tensor(t) for t in self.targets))

    def samples(self, u: Any) -> list[Any]:
        """Return what is seen in every draw, from the initial state on, settling unseen."""
        import torch

        values, skip = self.free.values(u), self.free.network.settling_samples
        seen = without_channels(self.free.network)[1]
        return [seen(run(**values).to(torch.float64)[skip:]) for run in self._runs]

    @functools.cached_property
    def _runs(self) -> list[Callable[..., Any]]:
        from surrobrain.mechanistic.differentiable import differentiable

        network, skip = without_channels(self.free.network)[0], self.free.network.settling_samples
        drive = self.inputs
        if drive is not None:
            drive = np.pad(drive, ((len(drive) // self.n_times * skip, 0), (0, 0)))
        return [
            differentiable(
                network, skip + self.n_times, free=list(self.free.groups),
                state=network.initial_state, inputs=drive, seed=self.seed + d,
            )
            for d in range(self.search.n_draws)
        ]  # fmt: skip

    def _differentiated(
        self, u: np.ndarray, loss: Callable[[Any], Any]
    ) -> tuple[float, Float[np.ndarray, "unknowns"]]:
        import torch

        given = torch.tensor(u, dtype=torch.float64, requires_grad=True)
        try:
            value = loss(given) + self._penalties_at(given)
        except NotConverged:
            return _LOST, np.zeros_like(u)
        if not torch.isfinite(value):
            return _LOST, np.zeros_like(u)
        (slope,) = torch.autograd.grad(value, given)
        return float(value.detach()), slope.nan_to_num(0.0).numpy()

    def _penalties_at(self, u: Any) -> Any:
        point = Point(self.free, u)
        return sum((penalty(point) for penalty in self.penalties), start=u.sum() * 0)

    def _penalized(self, points: Points) -> np.ndarray:
        import torch

        if not self.penalties:
            return np.zeros(len(points))
        with torch.no_grad():
            return np.array([float(self._penalties_at(torch.as_tensor(u))) for u in points])


@dataclass(frozen=True, eq=False)
class Point:
    """A network at a point of its unknowns, as penalties see it.

    Parameters
    ----------
    free : FreeNetwork
        Network and unknowns.
    u : tensor, shape (n_unknowns,)
        Standard normal coordinates.
    """

    free: FreeNetwork
    u: Any

    @functools.cached_property
    def values(self) -> dict[str, Any]:
        """Parameters by name, tensors of shape () or (n_regions,)."""
        return self.free.values(self.u)


def _simulated(objective: Objective, points: Points) -> Float[np.ndarray, "points numbers"]:
    """Return a summary of every point: in the batched engine, or one by one on all cores."""
    from surrobrain.mechanistic.sweep import sweep

    free, summary, seed = objective.free, objective.summary, objective.seed
    duration = objective.n_times / free.network.sfreq
    if objective.side_by_side:
        given = free.points(points)
        finite = [np.isfinite(v.reshape(len(points), -1)).all(axis=1) for v in given.values()]
        there = np.all(finite, axis=0)
        kept = {name: values[there] for name, values in given.items()}
        found = np.full((len(points), len(summary(np.full((1, 1), np.nan)))), np.nan)
        if there.any():
            run = sweep(free.network, kept, duration=duration, seed=seed, summary=summary)
            found[there] = run.values
        return found
    import joblib

    def one(k: int) -> np.ndarray:
        try:
            network = free.at(points[k])
        except (NotConverged, ValueError):
            return summary(np.full((1, 1), np.nan))
        return summary(objective.run(network, seed=seed + k))

    jobs = (joblib.delayed(one)(k) for k in range(len(points)))
    return np.stack(joblib.Parallel(prefer="threads", n_jobs=-1)(jobs))  # pyright: ignore
