"""The features of a network with unknowns, as a problem of inference."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.errors import Diverged, NotConverged
from surrobrain.files import write_npy
from surrobrain.inverse.feature import Features
from surrobrain.inverse.objective import Objective
from surrobrain.parallel import on_cluster, pmap
from surrobrain.seeds import stream

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["SimulatedFeatures"]

_BLOCK = 64  # runs that are kept together, where they cannot run side by side

Points = Float[np.ndarray, "points unknowns"]
Numbers = Float[np.ndarray, "points numbers"]


@dataclass(frozen=True, eq=False)
class SimulatedFeatures:
    """Features of a network as a function of its unknowns: a `Problem`.

    Parameters
    ----------
    objective : Objective
        Network, features, what was measured, and how expected features are had.
    folder : Path, optional
        Where simulations are kept, so that what was killed goes on where it stopped.
    """

    objective: Objective
    folder: Path | None = None

    @property
    def n_unknowns(self) -> int:
        """Number of coordinates u."""
        return self.objective.free.n_unknowns

    @property
    def start(self) -> Float[np.ndarray, "unknowns"]:
        """The values that the network has."""
        return self.objective.free.origin()

    @property
    def observed(self) -> Float[np.ndarray, "numbers"]:
        """The measured features, one after the other."""
        return np.concatenate(self.objective.targets).astype(np.float64)

    @property
    def covariance(self) -> None:
        """Not known; it is estimated from repeated simulations."""

    def simulate(self, us: Points, *, seed: int) -> Numbers:
        """Return the features of one run per point: in the batched engine where that can be."""
        from surrobrain.mechanistic.sweep import sweep

        free, n_times = self.objective.free, self.objective.n_times
        place = self._place(us, seed)
        if not self.objective.side_by_side:
            return _one_by_one(self.objective, us, self._summary, seed, place)
        points, found = free.points(us), np.full((len(us), len(self.observed)), np.nan)
        finite = [np.isfinite(v.reshape(len(us), -1)).all(axis=1) for v in points.values()]
        there = np.all(finite, axis=0)  # where a point has no network its parameters are NaN
        if there.any():
            found[there] = sweep(
                free.network, {name: values[there] for name, values in points.items()},
                duration=n_times / free.network.sfreq, seed=seed, summary=self._summary, out=place,
            ).values  # fmt: skip
        return found

    def mean(self, u: "Tensor") -> "Tensor":
        """Return the expected features: of the linearization, or of a few runs of fixed noise."""
        import torch

        way = self.objective
        if way.search.through == "linearization":
            return torch.cat(way._expected(u))
        sfreq = way.free.network.sfreq
        found = [torch.cat(way.features.compute(seen, sfreq)) for seen in way.samples(u)]
        return torch.stack(found).mean(0)

    @functools.cached_property
    def _summary(self) -> "_Summary":
        way = self.objective
        return _Summary(way.features, way.free.network.sfreq, len(self.observed), self._probe)

    @functools.cached_property
    def _probe(self) -> str:
        """A digest of the features of noise: what features are, as far as numbers tell."""
        import torch

        way = self.objective
        noise = stream(0, 0x9206E).standard_normal((way.n_times, len(way.free.network.names)))
        found = torch.cat(way.features.compute(torch.as_tensor(noise), way.free.network.sfreq))
        return hashlib.sha256(np.round(found.numpy(), 6).tobytes()).hexdigest()[:16]

    def _place(self, us: Points, seed: int) -> Path | None:
        if self.folder is None:
            return None
        told = f"{self._summary!r} {self.objective.n_times} {seed} ".encode()
        if self.objective.inputs is not None:
            told += np.ascontiguousarray(self.objective.inputs).tobytes()
        name = hashlib.sha256(told + np.ascontiguousarray(us).tobytes()).hexdigest()[:16]
        return self.folder / f"simulations_{name}"


@dataclass(frozen=True, eq=False, repr=False)
class _Summary:
    """Takes a run to its features; it travels to other processes, and its name says what it is."""

    features: Features
    sfreq: float
    n_numbers: int
    probe: str

    def __repr__(self) -> str:
        names = " + ".join(part.name for part in self.features.parts)
        return f"{names} ({self.probe})"

    def __call__(self, samples: Float[np.ndarray, "times regions"]) -> np.ndarray:
        """Return all features, NaN where the run diverged."""
        import torch

        if not np.isfinite(samples).all():
            return np.full(self.n_numbers, np.nan)
        given = torch.as_tensor(np.array(samples, dtype=np.float64))
        return torch.cat(self.features.compute(given, self.sfreq)).numpy()


def _one_by_one(
    objective: Objective, us: Points, summary: _Summary, seed: int, place: Path | None
) -> Numbers:
    """Run points that differ in what cannot run side by side: on all cores, block by block."""
    import joblib

    run = functools.partial(_run, objective, us, summary, seed)
    found = []
    for first in range(0, len(us), _BLOCK):
        path = None if place is None else place / f"block_{first:09d}.npy"
        if path is not None and path.exists():
            found.append(np.load(path, allow_pickle=False))
            continue
        points = range(first, min(first + _BLOCK, len(us)))
        if on_cluster():
            block = np.stack(pmap(run, points))
        else:
            jobs = (joblib.delayed(run)(k) for k in points)
            block = np.stack(joblib.Parallel(prefer="threads", n_jobs=-1)(jobs))  # pyright: ignore
        if path is not None:
            write_npy(path, block)
        found.append(block)
    return np.concatenate(found)


def _run(objective: Objective, us: Points, summary: _Summary, seed: int, k: int) -> np.ndarray:
    noise = int(stream(seed, 0x0BE, k).integers(2**31))
    try:
        return summary(objective.run(objective.free.at(us[k]), seed=noise))
    except (Diverged, NotConverged, ValueError):  # out of range, of a part or of what follows
        return np.full(summary.n_numbers, np.nan)
