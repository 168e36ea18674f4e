"""Lays a network out in memory and runs the compiled loop on it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from surrobrain.mechanistic.node import parameters

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Engine", "NetworkState"]

_SINGLE, _BATCHED = 16, 4  # steps for which delayed coupling is computed at once


@dataclass(frozen=True, eq=False)
class NetworkState:
    """Everything a network needs to run on, at the end of a sample.

    Parameters
    ----------
    step : int
        Steps taken since the very start; the noise is counted by it.
    values : array, shape (n_states, n_regions)
        State variables of the node.
    observer : array, shape (n_observer_states, n_regions)
        State variables of the observer.
    history : array, shape (n_channels, n_regions, reach + 1)
        What every region sent, from the longest delay ago until now.
    """

    step: int
    values: Float[np.ndarray, "states regions"]
    observer: Float[np.ndarray, "observed regions"]
    history: Float[np.ndarray, "channels regions reach"]


@dataclass(frozen=True, eq=False)
class Lanes:
    """What differs between the simulations that run side by side; one entry per lane."""

    first: int
    coupling: Float[np.ndarray, "lanes"]
    noise: Float[np.ndarray, "lanes regions"]
    varied: Mapping[str, Float[np.ndarray, "lanes regions"]]


@dataclass(frozen=True, eq=False)
class _Edges:
    """Delayed connections, grouped by how many steps can be summed at once."""

    levels: tuple[int, ...]
    weights: np.ndarray
    targets: np.ndarray
    sources: np.ndarray
    delays: np.ndarray
    rows: Int[np.ndarray, "levels regions"]


class Engine:
    """A network made ready for its compiled loop, for one number of lanes.

    Parameters
    ----------
    network : Network
        What to simulate.
    lanes : int
        Simulations side by side; 1, or what ``lanes_for`` recommends.
    varied : tuple of str
        Node parameters that differ between lanes.
    """

    def __init__(self, network: "Network", *, lanes: int = 1, varied: tuple[str, ...] = ()) -> None:
        from surrobrain.mechanistic.kernels.cache import compiled
        from surrobrain.mechanistic.kernels.template import Layout, write_loop
        from surrobrain.mechanistic.kernels.weighted_sum import has_simd

        self.network = network
        self.dtype = np.dtype(network.dtype)
        steps = network.delay_steps
        self.reach = int(steps.max(initial=0))
        edges = _edges(network, steps, _SINGLE if lanes == 1 else _BATCHED) if self.reach else None
        values = parameters(network.node)
        regional = tuple(name for name, value in values.items() if np.ndim(value))
        self.layout = Layout(
            network.node, network.observer, network.n_regions, lanes, network.dtype,
            edges.levels if edges else (), tuple(n for n in values if n in {*regional, *varied}),
            has_simd(),
        )  # fmt: skip
        self.row = {name: k for k, name in enumerate(self.layout.rows)}
        self.run_loop = compiled(
            write_loop(self.layout), f"{type(network.node).__name__}_{network.dtype}"
        )
        slack = max(self.reach // 2, 4 * self.layout.block, 64)
        self.length = self.reach + 1 + slack
        self._wire(edges)
        self.scalars = self._scalars()

    @staticmethod
    def lanes_for(network: "Network") -> int:
        """Return how many lanes run fastest side by side."""
        vector = 64 // np.dtype(network.dtype).itemsize
        return vector if network.delay_steps.any() else 2 * vector

    def _wire(self, edges: "_Edges | None") -> None:
        """Arrange weights the way the weighted sum of this layout walks through them."""
        layout, weights = self.layout, self.network.connectome.weights
        n = layout.n_regions
        self.rows = np.zeros((1, 1), np.int64)
        if edges is not None:
            # the source of edge e, delayed, lies this far from slot 0 of line 0
            self.starts = (edges.sources * self.length - edges.delays) * layout.lanes
            self.weights, self.rows = edges.weights.astype(self.dtype), edges.rows
        elif layout.lanes == 1:
            padded = np.zeros((n, layout.size))
            padded[:, :n] = weights.T
            widths = [shape.width for shape in layout.sums]
            pieces = np.split(padded, layout.pieces[1:], axis=1)  # each read front to back
            self.weights = _aligned((n * layout.size,), self.dtype)
            self.weights[:] = np.concatenate([piece.reshape(-1) for piece in pieces])
            self.starts = np.concatenate([np.arange(n) * width for width in widths])
        else:
            self.weights = _aligned((n, n), self.dtype)
            self.weights[:] = weights
            self.starts = np.arange(n) * layout.lanes
        self.weights = self.weights.reshape(-1)

    def _scalars(self) -> np.ndarray:
        network = self.network
        values = {"dt": network.step_in_node_unit, "inverse": 1 / network.steps_per_observation}
        values["observer_dt"] = network.dt_seconds * network.steps_per_observation
        values |= {f"p_{name}": value for name, value in parameters(network.node).items()}
        values |= {f"q_{name}": value for name, value in network.observer.constants.items()}
        return np.array([values[name] for name in self.layout.scalars], self.dtype)

    @functools.cached_property
    def own(self) -> Lanes:
        """The network as it is, in the first lane."""
        network, regions = self.network, (1, self.network.n_regions)
        return Lanes(
            0,
            np.array([network.coupling]),
            np.broadcast_to(network.noise, regions).astype(float),
            {},
        )

    def run(
        self,
        state: NetworkState,
        n_times: int,
        *,
        skip: int = 0,
        lanes: Lanes | None = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> tuple[Float[np.ndarray, "lanes times regions"], NetworkState]:
        """Run ``skip`` samples unseen and undriven, then ``n_times``, from one state for all.

        Returns
        -------
        values : array, shape (n_lanes, n_times, n_regions)
            Observations.
        state : NetworkState
            Where the first lane ended.
        """
        lanes = lanes or self.own
        layout, network = self.layout, self.network
        w = self._workspace(state, lanes)
        c = _aligned((layout.block * layout.channels * layout.size,), self.dtype)
        z = _aligned((max(1, len(network.node.noise)) * 4 * layout.size,), self.dtype)
        out = np.empty((n_times, layout.size), self.dtype)
        drive = np.zeros((0, layout.size), self.dtype)
        if inputs is not None:
            drive = np.zeros((n_times, layout.size), self.dtype)
            drive[:, : layout.n_regions * layout.lanes] = np.repeat(inputs, layout.lanes, axis=1)
        history = self._history(state)
        slot = self.run_loop(
            w.reshape(-1), c, z, self.scalars, self.weights, self.starts, self.rows,
            history.reshape(-1), drive, out, np.uint64(_key(seed)), np.uint64(lanes.first),
            state.step, skip, network.steps_per_observation, network.observations_per_sample,
            self.reach, self.length, bool(np.any(lanes.noise)),
        )  # fmt: skip
        values = self._gather(out)[:, : len(lanes.coupling)]
        step = state.step + (skip + n_times) * network.steps_per_sample
        return np.moveaxis(values, 1, 0), self._state(step, w, history, slot)

    def _workspace(self, state: NetworkState, lanes: Lanes) -> np.ndarray:
        """Fill the rows of ``w``; padding repeats real values, so that it stays finite."""
        network, layout = self.network, self.layout
        w = _aligned((len(layout.rows), layout.size), self.dtype)
        for name, values in zip(network.node.states, state.values, strict=True):
            w[self.row[f"x_{name}"]] = self._spread(values)
        for name, values in zip(network.observer.states, state.observer, strict=True):
            w[self.row[f"o_{name}"]] = self._spread(values)
        for channel, values in enumerate(state.history[:, :, -1]):
            w[self.row[f"source_{channel}"]] = self._spread(values)
        w[self.row["gain"]] = self._spread(lanes.coupling[:, None])
        for name in network.node.noise:
            scale = np.sqrt(network.step_in_node_unit)
            w[self.row[f"sigma_{name}"]] = self._spread(lanes.noise * scale)
        if network.node.diffusive:
            w[self.row["strength"]] = self._spread(network.connectome.weights.sum(axis=1))
        for name in layout.varied:
            value = lanes.varied.get(name, getattr(network.node, name))
            w[self.row[f"p_{name}"]] = self._spread(np.asarray(value))
        return w

    def _spread(self, values: np.ndarray) -> np.ndarray:
        """Lay values (regions,) or (lanes, regions) out as one row, region by region."""
        layout = self.layout
        full = np.atleast_2d(values)
        missing = layout.lanes - len(full)
        if missing and len(full) > 1:
            full = np.concatenate([full, np.repeat(full[-1:], missing, axis=0)])
        full = np.broadcast_to(full, (layout.lanes, layout.n_regions)).T.reshape(-1)
        padding = layout.size - len(full)
        return np.concatenate([full, np.repeat(full[:1], padding)]) if padding else full

    def _gather(self, rows: np.ndarray) -> np.ndarray:
        """Undo ``_spread``: (n, size) -> (n, lanes, regions)."""
        n, lanes = self.layout.n_regions, self.layout.lanes
        return rows[:, : n * lanes].reshape(len(rows), n, lanes).transpose(0, 2, 1)

    def _history(self, state: NetworkState) -> np.ndarray:
        layout = self.layout
        if not self.reach:
            return np.zeros((1, 1, 1, 1), self.dtype)
        shape = (layout.channels, layout.n_regions, self.length, layout.lanes)
        history = _aligned(shape, self.dtype)
        history[:, :, : self.reach + 1] = state.history[..., None]
        return history

    def _state(self, step: int, w: np.ndarray, history: np.ndarray, slot: int) -> NetworkState:
        network = self.network

        def first_lane(prefix: str, names: tuple[str, ...]) -> np.ndarray:
            rows = w[[self.row[f"{prefix}_{name}"] for name in names]]
            return self._gather(rows)[:, 0].copy()

        channels = tuple(str(c) for c in range(self.layout.channels))
        past = first_lane("source", channels)[:, :, None]
        if self.reach:
            past = history[:, :, slot - self.reach : slot + 1, 0].copy()
        return NetworkState(
            step,
            first_lane("x", network.node.states),
            first_lane("o", network.observer.states),
            past,
        )


def _edges(network: "Network", steps: np.ndarray, block: int) -> _Edges:
    """Give every connection the longest block of steps that its delay covers."""
    weights = network.connectome.weights
    left, found, levels = weights != 0, [], []
    while block >= 1:
        ready = left & (steps >= block - 1)
        left = left & ~ready
        if ready.any():
            levels.append(block)
            found.append(np.nonzero(ready))
        block //= 2
    if not levels:
        levels, found = [1], [np.nonzero(left)]
    counts = np.cumsum([0, *(len(i) for i, _ in found)])
    rows = np.stack(
        [
            start + np.searchsorted(i, np.arange(network.n_regions + 1))
            for start, (i, _) in zip(counts, found, strict=False)
        ]
    ).astype(np.int64)
    targets, sources = np.concatenate([np.stack(pair) for pair in found], axis=1)
    return _Edges(
        tuple(levels), weights[targets, sources], targets, sources, steps[targets, sources], rows
    )


def _aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that begin on a 64-byte boundary: whole vectors, no split cache lines."""
    n_bytes = int(np.prod(shape)) * dtype.itemsize
    raw = np.zeros(n_bytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


@functools.lru_cache(maxsize=1024)
def _key(seed: int) -> int:
    """Spread a seed over 64 bits, so that neighbouring seeds share nothing."""
    return int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
