"""An estimate under disturbed data: noise on the recording, and time resampled in blocks."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.data.recording import Recording
from surrobrain.inverse.curvature import Curvature
from surrobrain.inverse.descent import descend
from surrobrain.inverse.stability import Stability, relative_change, sloppy, spectrum
from surrobrain.seeds import stream

__all__ = ["Repeats", "disturbed", "resampled", "stability"]

_BLOCKS = 10  # stretches of a recording that are drawn with replacement

Values = Float[np.ndarray, "times regions"]
Targets = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Repeats:
    """How often an estimate is repeated.

    Parameters
    ----------
    levels : tuple of float
        Noise relative to the standard deviation of every region.
    per_level : int
        Estimates per level.
    resamples : int
        Estimates from resampled time.
    iterations : int
        Steps of each search; 0 reads estimates off the curvature.
    """

    levels: tuple[float, ...]
    per_level: int
    resamples: int
    iterations: int


def disturbed(values: Values, level: float, *, rng: np.random.Generator) -> Values:
    """Return a recording with white noise of this share of every region's deviation."""
    return values + level * values.std(axis=0) * rng.normal(size=values.shape)


def resampled(values: Values, *, rng: np.random.Generator) -> Values:
    """Return as many samples, in stretches of a tenth, drawn with replacement (block bootstrap).

    References
    ----------
    .. [1] Künsch (1989), The jackknife and the bootstrap for general stationary observations.
       Ann Stat 17:1217.
    """
    n = len(values)
    length = max(1, n // _BLOCKS)
    starts = rng.integers(0, n - length + 1, size=-(-n // length))
    return np.concatenate([values[first : first + length] for first in starts])[:n]


def stability(
    near: Curvature,
    u: Float[np.ndarray, "unknowns"],
    recording: Recording | None,
    *,
    repeats: Repeats,
    seed: int,
    report: Callable[[], None],
) -> Stability:
    """Return how the estimate answers to disturbed data.

    Parameters
    ----------
    near : Curvature
        The loss at the best point.
    u : array, shape (n_unknowns,)
        The best point.
    recording : Recording, optional
        What was fitted. Without it noise is put on the measured features, relative to their
        spread, and time is not resampled.
    repeats : Repeats
        How often.
    seed : int
        Decides the disturbances.
    report : callable
        Called after every estimate.
    """
    rng, objective = stream(seed, 0x57), near.objective
    sizes = 1 / _natural_spread(near, seed)

    def estimate(measured: Targets) -> np.ndarray:
        moved = u + near.step(np.concatenate(measured))
        if repeats.iterations:
            other = dataclasses.replace(objective, targets=measured)
            moved, _ = descend(other, moved, iterations=repeats.iterations)
        report()
        return objective.free.natural(np.clip(moved, -6, 6)) * sizes

    reference = estimate(objective.targets)
    found = [
        [estimate(_noisy(near, recording, level, rng)) for _ in range(repeats.per_level)]
        for level in repeats.levels
    ]
    blocks = None
    if recording is not None:
        remade = [resampled(recording.values, rng=rng) for _ in range(repeats.resamples)]
        moved = [estimate(_targets(near, values)) for values in remade]
        blocks = relative_change(np.array(moved), reference)
    singular = spectrum(near.scaled)
    directions = np.linalg.svd(near.scaled, full_matrices=False)[2]
    return Stability(
        singular, directions, sloppy(directions, singular, objective.free.names),
        np.array(repeats.levels), relative_change(np.array(found), reference), blocks,
        repeats.iterations > 0,
    )  # fmt: skip


def _natural_spread(near: Curvature, seed: int) -> Float[np.ndarray, "unknowns"]:
    """Return the standard deviation of every unknown under its prior, in its own unit."""
    free = near.objective.free
    return free.natural(free.sample(500, seed=seed)).std(axis=0)


def _targets(near: Curvature, values: Values) -> Targets:
    """Return the features of other samples; those that were given stay as they are."""
    objective = near.objective
    features, sfreq = objective.features, objective.free.network.sfreq
    return features.targets(values, sfreq)


def _noisy(
    near: Curvature, recording: Recording | None, level: float, rng: np.random.Generator
) -> Targets:
    if recording is not None:
        return _targets(near, disturbed(recording.values, level, rng=rng))
    return _spread_out(near.objective.targets, level, rng)


def _spread_out(targets: Sequence[np.ndarray], level: float, rng: np.random.Generator) -> Targets:
    return tuple(t + level * (t.std() or 1.0) * rng.normal(size=t.shape) for t in targets)
