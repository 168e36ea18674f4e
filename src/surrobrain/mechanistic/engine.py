"""Lays a network out in memory and runs the compiled loop on it."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.noise import decay, kick_size, sigma_per_state
from surrobrain.mechanistic.wiring import Wiring

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Engine", "Lanes", "NetworkState", "own_lane"]

_SINGLE, _BATCHED = 16, 4  # steps for which delayed coupling is computed at once


@dataclass(frozen=True, eq=False)
class NetworkState:
    """Everything a network needs to run on, at the end of a sample.

    Parameters
    ----------
    step : int
        Steps taken since the very start; the noise is counted by it.
    values : array, shape (n_states, n_regions)
        State variables of the node, and below them those of a colored noise.
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
    coupling: Float[np.ndarray, "lanes regions"]
    noise: Float[np.ndarray, "lanes states regions"]
    varied: Mapping[str, Float[np.ndarray, "lanes regions"]]


def own_lane(network: "Network") -> Lanes:
    """Return the network as it is, in the first lane."""
    strength = np.broadcast_to(network.coupling_form.strength, (1, network.n_regions))
    sigma = sigma_per_state(network.noise_kind, network.node, network.n_regions)
    return Lanes(0, strength.astype(float), sigma[None], {})


@dataclass(frozen=True, eq=False)
class _Edges:
    """Connections of all wirings, grouped by how many steps can be summed at once."""

    levels: tuple[int, ...]
    weights: np.ndarray
    sources: np.ndarray
    delays: np.ndarray
    rows: Int[np.ndarray, "groups regions"]


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
        from surrobrain.mechanistic.kernels.layout import Layout
        from surrobrain.mechanistic.kernels.weighted_sum import has_simd

        self.network = network
        self.dtype = np.dtype(network.dtype)
        self.reach = network.reach
        channels = network.wirings
        self.distinct = list({id(wiring): wiring for wiring in channels}.values())
        block = (_SINGLE if lanes == 1 else _BATCHED) if self.reach else 1
        ahead = int(self.reach > 0 and network.method.n_stages > 1)
        listed = bool(self.reach) or network.connectome.sparse
        edges = self._grouped([w.whole() for w in self.distinct], block, ahead) if listed else None
        values = parameters(network.node)
        regional = tuple(name for name, value in values.items() if np.ndim(value))
        self.layout = Layout(
            network.node, network.observer, network.coupling_form, network.noise_kind,
            network.method, network.n_regions, len(channels), lanes, network.dtype,
            tuple(self.distinct.index(wiring) for wiring in channels) if edges else (),
            edges.levels if edges and self.reach else (),
            tuple(n for n in values if n in {*regional, *varied}), has_simd(),
        )  # fmt: skip
        self.row = {name: k for k, name in enumerate(self.layout.rows)}
        slack = max(self.reach // 2, 4 * self.layout.block, 64)
        self.length = self.reach + 1 + slack
        self.weights, self.starts, self.rows = self.arranged(edges)
        self.scalars = self._scalars()

    @functools.cached_property
    def run_loop(self) -> Callable:
        """The compiled loop, from the cache or newly made."""
        from surrobrain.mechanistic.kernels.cache import compiled
        from surrobrain.mechanistic.kernels.template import write_loop

        title = f"{type(self.network.node).__name__}_{self.network.dtype}"
        return compiled(write_loop(self.layout), title)

    def _grouped(self, wirings: list[Wiring], block: int, ahead: int) -> "_Edges":
        return _edges(wirings, self.network.n_regions, block, ahead)

    def backwards(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return weights, starts and rows for input that flows from targets to sources."""
        if not self.layout.wiring:
            return self.arranged(None, np.asarray(self.network.connectome.weights).T)
        wirings = [wiring.whole().reversed() for wiring in self.distinct]
        return self.arranged(self._grouped(wirings, self.layout.block, 0))

    @staticmethod
    def lanes_for(network: "Network") -> int:
        """Return how many lanes run fastest side by side."""
        vector = 64 // np.dtype(network.dtype).itemsize
        return vector if network.reach else 2 * vector

    def arranged(
        self, edges: "_Edges | None", matrix: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Arrange weights the way the weighted sum of this layout walks through them.

        Returns them with where each vector starts, and where each group of edges begins.
        """
        layout = self.layout
        n = layout.n_regions
        if edges is not None:
            # the source of edge e, delayed, lies this far from slot 0 of line 0
            line = self.length if self.reach else 1
            starts = (edges.sources * line - edges.delays) * layout.lanes
            return edges.weights.astype(self.dtype), starts, edges.rows
        weights = np.asarray(self.network.connectome.weights) if matrix is None else matrix
        if layout.lanes == 1:
            padded = np.zeros((n, layout.size))
            padded[:, :n] = weights.T
            widths = [shape.width for shape in layout.sums]
            pieces = np.split(padded, layout.pieces[1:], axis=1)  # each read front to back
            flat = aligned((n * layout.size,), self.dtype)
            flat[:] = np.concatenate([piece.reshape(-1) for piece in pieces])
            starts = np.concatenate([np.arange(n) * width for width in widths])
        else:
            flat = aligned((n * n,), self.dtype)
            flat[:] = weights.reshape(-1)
            starts = np.arange(n) * layout.lanes
        return flat, starts, np.zeros((1, 1), np.int64)

    def _scalars(self) -> np.ndarray:
        network = self.network
        values = {"dt": network.step_in_node_unit, "inverse": 1 / network.steps_per_observation}
        values["observer_dt"] = network.dt_seconds * network.steps_per_observation
        values["decay"] = decay(network.noise_kind, network.dt_seconds)
        values |= {f"p_{name}": value for name, value in parameters(network.node).items()}
        values |= {f"g_{name}": x for name, x in parameters(network.coupling_form).items()}
        values |= {f"q_{name}": value for name, value in network.observer.constants.items()}
        return np.array([values[name] for name in self.layout.scalars], self.dtype)

    @functools.cached_property
    def own(self) -> Lanes:
        """The network as it is, in the first lane."""
        return own_lane(self.network)

    def run(
        self,
        state: NetworkState,
        n_times: int,
        *,
        skip: int = 0,
        lanes: Lanes | None = None,
        inputs: Float[np.ndarray, "rows regions channels"] | None = None,
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
        w = self.workspace(state, lanes)
        c = aligned((layout.block * layout.n_channels * layout.size,), self.dtype)
        z = aligned((max(1, len(network.node.noise)) * 4 * layout.size,), self.dtype)
        out = np.empty((n_times, layout.size), self.dtype)
        drive, held = self.laid_out(inputs, n_times)
        history = self.past(state)
        slot = self.run_loop(
            w.reshape(-1), c, z, self.scalars, self.weights, self.starts, self.rows,
            history.reshape(-1), drive, out, np.uint64(key_of(seed)), np.uint64(lanes.first),
            state.step, skip, network.steps_per_observation, network.observations_per_sample,
            self.reach, self.length, bool(np.any(lanes.noise)), held,
        )  # fmt: skip
        values = self._gather(out)[:, : len(lanes.coupling)]
        step = state.step + (skip + n_times) * network.steps_per_sample
        return np.moveaxis(values, 1, 0), self._state(step, w, history, slot)

    def laid_out(
        self, inputs: Float[np.ndarray, "rows regions channels"] | None, n_times: int
    ) -> tuple[np.ndarray, int]:
        """Lay external input out in rows, and return for how many steps each is held."""
        layout = self.layout
        if inputs is None or not len(inputs):
            return np.zeros((0, layout.size), self.dtype), 0
        drive = np.zeros((len(inputs), len(layout.tracts), layout.size), self.dtype)
        full = np.repeat(np.moveaxis(inputs, 2, 1), layout.lanes, axis=2)
        drive[:, : full.shape[1], : full.shape[2]] = full
        held = self.network.steps_per_sample * n_times // len(inputs)
        return drive.reshape(len(inputs), -1), held

    def workspace(self, state: NetworkState, lanes: Lanes) -> np.ndarray:
        """Fill the rows of ``w``; padding repeats real values, so that it stays finite."""
        network, layout = self.network, self.layout
        w = aligned((layout.n_rows, layout.size), self.dtype)
        for name, table in layout.tables.items():
            start = layout.table_starts[name]
            w.reshape(-1)[start : start + table.values.size] = table.values.reshape(-1)
        for name, values in zip(self._state_rows, state.values, strict=True):
            w[self.row[name]] = self._spread(values)
        for name, values in zip(network.observer.states, state.observer, strict=True):
            w[self.row[f"o_{name}"]] = self._spread(values)
        for channel, values in enumerate(state.history[:, :, -1]):
            w[self.row[f"source_{channel}"]] = self._spread(values)
        w[self.row["gain"]] = self._spread(lanes.coupling)
        size = kick_size(network.noise_kind, network.dt_seconds, network.step_in_node_unit)
        for k, name in enumerate(network.node.noise):
            w[self.row[f"sigma_{name}"]] = self._spread(lanes.noise[:, k] * size)
        w[self.row["row"]] = self._spread(network.connectome.row_sums)
        for name in layout.varied:
            value = lanes.varied.get(name, getattr(network.node, name))
            w[self.row[f"p_{name}"]] = self._spread(np.asarray(value))
        return w

    @property
    def _state_rows(self) -> tuple[str, ...]:
        """Rows of ``w`` that hold what ``NetworkState.values`` does, in its order."""
        kinds = self.network.node
        eta = kinds.noise if self.layout.noise.colored else ()
        return (*(f"x_{name}" for name in kinds.states), *(f"eta_{name}" for name in eta))

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

    def past(self, state: NetworkState) -> np.ndarray:
        """Lay what a state remembers out in lines, one per channel and region."""
        layout = self.layout
        if not self.reach:
            return np.zeros((1, 1, 1, 1), self.dtype)
        shape = (layout.n_channels, layout.n_regions, self.length, layout.lanes)
        history = aligned(shape, self.dtype)
        history[:, :, : self.reach + 1] = state.history[..., None]
        return history

    def _state(self, step: int, w: np.ndarray, history: np.ndarray, slot: int) -> NetworkState:
        network = self.network

        def first_lane(rows: list[str]) -> np.ndarray:
            return self._gather(w[[self.row[name] for name in rows]])[:, 0].copy()

        past = first_lane([f"source_{c}" for c in range(self.layout.n_channels)])[:, :, None]
        if self.reach:
            past = history[:, :, slot - self.reach : slot + 1, 0].copy()
        observed = first_lane([f"o_{name}" for name in network.observer.states])
        return NetworkState(step, first_lane(list(self._state_rows)), observed, past)


def _edges(wirings: list[Wiring], n_regions: int, block: int, ahead: int) -> _Edges:
    """Give every connection the longest block of steps that its delay covers.

    With ``ahead`` the sums are wanted for one step later, which shortens every delay by one.
    """
    delays = [wiring.steps - ahead for wiring in wirings]
    left = [np.ones(len(d), bool) for d in delays]
    levels, found = [], []
    while block >= 1:
        ready = [u & (d >= block - 1) for u, d in zip(left, delays, strict=True)]
        left = [u & ~r for u, r in zip(left, ready, strict=True)]
        if any(r.any() for r in ready) or (block == 1 and not levels):
            levels.append(block)
            found.append(ready)
        block //= 2
    parts = [
        (wiring, np.flatnonzero(chosen), d)
        for ready in found
        for wiring, chosen, d in zip(wirings, ready, delays, strict=True)
    ]
    counts = np.cumsum([0, *(len(chosen) for _, chosen, _ in parts)])
    rows = [
        start + np.searchsorted(wiring.targets[chosen], np.arange(n_regions + 1))
        for start, (wiring, chosen, _) in zip(counts, parts, strict=False)
    ]
    return _Edges(
        tuple(levels),
        np.concatenate([wiring.weights[chosen] for wiring, chosen, _ in parts]),
        np.concatenate([wiring.sources[chosen] for wiring, chosen, _ in parts]),
        np.concatenate([d[chosen] for _, chosen, d in parts]),
        np.stack(rows).astype(np.int64),
    )


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that begin on a 64-byte boundary: whole vectors, no split cache lines."""
    n_bytes = int(np.prod(shape)) * dtype.itemsize
    raw = np.zeros(n_bytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


@functools.lru_cache(maxsize=1024)
def key_of(seed: int) -> int:
    """Spread a seed over 64 bits, so that neighbouring seeds share nothing."""
    return int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
