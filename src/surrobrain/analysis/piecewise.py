"""Fixed points and cycles of piecewise linear networks, solved piece by piece."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.learned.surrogate import Surrogate
from surrobrain.seeds import stream

__all__ = ["piecewise_orbits"]

_ALL = 2**16  # pieces, or sequences of them, that are all tried
_FOLLOWED = 100  # candidates that one start follows
_SPREAD = 3.0  # standard deviations within which starts lie
_CHUNK = 2**22  # elements solved at once

Orbit = Float[np.ndarray, "period states"]


def piecewise_orbits(
    model: Surrogate, *, period: int, n_starts: int, seed: int
) -> list[Orbit] | None:
    """Return the orbits of a period, or None where the model is not piecewise linear.

    Parameters
    ----------
    model : Surrogate
        Whose architecture may have ``maps``.
    period : int
        Steps after which an orbit is back; 1 for fixed points. Orbits of a shorter period are
        left out.
    n_starts : int
        Starts of the search, where there are too many pieces to try all.
    seed : int
        Decides them.

    Returns
    -------
    list of array, shape (period, n_states)
        Each orbit once.
    """
    maps = _maps(model)
    if maps is None:
        return None
    n_pieces = maps.n_pieces
    if n_pieces**period <= _ALL:
        found = _exhaustive(maps, period)
    else:
        found = _searched(maps, period, n_starts, seed)
    kept: list[Orbit] = []
    for orbit in found:
        minimal = all(not _near(orbit[k], orbit[0]) for k in range(1, period) if period % k == 0)
        if minimal and not any(_near(orbit[0], z) for other in kept for z in other):
            kept.append(orbit)
    return kept


@dataclass(frozen=True, eq=False)
class _Pieces:
    """``z' = L z + W relu(V z + h) + c``, rectifiers sorted by the direction they look along.

    ``lines`` has, for each direction, its rectifiers from the first to switch on to the last.
    """

    linear: np.ndarray
    outer: np.ndarray
    inner: np.ndarray
    shift: np.ndarray
    offset: np.ndarray
    lines: list[np.ndarray]

    @property
    def n_pieces(self) -> int:
        """Product over directions of the intervals into which thresholds cut them."""
        return int(np.prod([float(len(line) + 1) for line in self.lines]))

    def on(self, states: np.ndarray) -> Bool[np.ndarray, "... rectifiers"]:
        """Tell which rectifiers pass."""
        return states @ self.inner.T + self.shift > 0

    def patterns(self) -> Iterator[np.ndarray]:
        """Yield what can be on at the same time."""
        for counts in itertools.product(*(range(len(line) + 1) for line in self.lines)):
            pattern = np.zeros(len(self.shift), bool)
            for line, count in zip(self.lines, counts, strict=True):
                pattern[line[:count]] = True
            yield pattern

    def orbits(self, patterns: Bool[np.ndarray, "candidates period rectifiers"]) -> np.ndarray:
        """Return the orbit that each sequence of pieces would have, (candidate, period, state)."""
        n = len(self.offset)
        total, constant = np.eye(n)[None], np.zeros((1, n))
        steps = []
        for k in range(patterns.shape[1]):
            outer = self.outer * patterns[:, k, None, :]
            a = self.linear + outer @ self.inner
            b = outer @ self.shift + self.offset
            steps.append((a, b))
            constant = (a @ constant[..., None])[..., 0] + b
            total = a @ total
        with np.errstate(all="ignore"):
            orbit = [_solve(np.eye(n) - total, constant)]
            for a, b in steps[:-1]:
                orbit.append((a @ orbit[-1][..., None])[..., 0] + b)
        return np.stack(orbit, axis=1)


def _maps(model: Surrogate) -> _Pieces | None:
    made = getattr(model.architecture, "maps", None)
    if made is None:
        return None
    *arrays, clipped = made()
    linear, outer, inner, shift, offset = (x.double().numpy(force=True) for x in arrays)
    if clipped:  # a clipped rectifier is two, the second switched off again at its own zero
        outer, inner = np.hstack([outer, -outer]), np.vstack([inner, inner])
        shift = np.concatenate([shift, np.zeros_like(shift)])
    directions, which = np.unique(inner, axis=0, return_inverse=True)
    lines = []
    for k in range(len(directions)):
        line = np.flatnonzero(which.ravel() == k)
        lines.append(line[np.argsort(-shift[line], kind="stable")])
    return _Pieces(linear, outer, inner, shift, offset, lines)


def _exhaustive(maps: _Pieces, period: int) -> list[Orbit]:
    every = np.array(list(maps.patterns()))
    size = max(1, _CHUNK // len(maps.offset) ** 2)
    found: list[Orbit] = []
    sequences = itertools.product(range(len(every)), repeat=period)
    while chunk := list(itertools.islice(sequences, size)):
        patterns = every[np.array(chunk)]
        orbits = maps.orbits(patterns)
        found.extend(orbits[_fits(maps, orbits, patterns)])
    return found


def _searched(maps: _Pieces, period: int, n_starts: int, seed: int) -> list[Orbit]:
    """Follow candidates: the pieces in which an orbit would lie are the next to be tried.

    Half of the starts are visited by a short run from a random state, the others are random.
    """
    rng, found = stream(seed, 5), []
    z = _SPREAD * rng.normal(size=(n_starts, len(maps.offset)))
    path = [z]
    for _ in range(period - 1):
        path.append(_step(maps, path[-1]))
    patterns = maps.on(np.stack(path, axis=1))
    free = np.arange(n_starts) % 2 > 0
    patterns[free] = rng.uniform(size=patterns[free].shape) < rng.uniform(size=(free.sum(), 1, 1))
    for _ in range(_FOLLOWED):
        orbits = maps.orbits(patterns)
        good = np.asarray(_fits(maps, orbits, patterns))
        found.extend(orbits[good])
        lost = np.asarray(~np.isfinite(orbits).all(axis=(1, 2)))
        following = maps.on(np.where(lost[:, None, None], 0.0, orbits))
        stuck = np.asarray(good | lost | (following == patterns).all(axis=(1, 2)))
        if stuck.any():
            z = _SPREAD * rng.normal(size=(int(stuck.sum()), period, len(maps.offset)))
            following[stuck] = maps.on(z)
        patterns = following
    return found


def _step(maps: _Pieces, z: np.ndarray) -> np.ndarray:
    return (
        z @ maps.linear.T
        + np.maximum(z @ maps.inner.T + maps.shift, 0) @ maps.outer.T
        + (maps.offset)
    )


def _fits(maps: _Pieces, orbits: np.ndarray, patterns: np.ndarray) -> Bool[np.ndarray, "_"]:
    """Tell which orbits lie in the pieces they were computed for."""
    with np.errstate(all="ignore"):
        level = orbits @ maps.inner.T + maps.shift
        return np.isfinite(orbits).all(axis=(1, 2)) & ((level > 0) == patterns).all(axis=(1, 2))


def _solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Solve many equations; those without one solution give NaN."""
    singular = np.linalg.matrix_rank(a) < a.shape[-1]
    safe = np.where(singular[:, None, None], np.eye(a.shape[-1]), a)
    solution = np.linalg.solve(safe, np.broadcast_to(b, (len(a), a.shape[-1]))[..., None])[..., 0]
    return np.where(singular[:, None], np.nan, solution)


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() <= 1e-9 * (1 + np.abs(a).max()))
