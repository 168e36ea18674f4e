"""One run and the way back through it: gradients by everything that decides a run."""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.engine import Engine, NetworkState, aligned, key_of
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.noise import kick_size

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Adjoint", "refuse_undifferentiable"]

_BLOCK = 256  # steps that are run again at once: what they keep stays in the nearest cache


def refuse_undifferentiable(network: "Network") -> None:
    """Refuse networks through which no way back is written.

    Raises
    ------
    ValueError
        The stepper has several stages, or the observer mixes regions.
    """
    if network.stepper not in ("euler", "milstein"):
        raise ValueError(
            f"gradients go back through steps of one stage, but stepper={network.stepper!r} "
            "arrived; use 'euler' or 'milstein', with a smaller dt where it matters"
        )
    if getattr(network.observer, "project", None) is not None:
        raise ValueError(
            f"gradients go back to regions, but {type(network.observer).__name__} shows channels; "
            "observe with Identity, and multiply by the gain in torch"
        )


@dataclass(frozen=True, eq=False)
class Adjoint:
    """A run of a network that can be gone back through.

    Parameters
    ----------
    network : Network
        What runs.
    start : NetworkState
        Where it starts.
    n_times : int
        Samples.
    inputs : array, shape (k n_times, n_regions, n_channels), optional
        External drive.
    seed : int
        Decides the noise.
    free : frozenset of str
        What a gradient is wanted by.
    """

    network: "Network"
    start: NetworkState
    n_times: int
    inputs: Float[np.ndarray, "rows regions channels"] | None
    seed: int
    free: frozenset[str]

    @functools.cached_property
    def engine(self) -> Engine:
        """The network in memory, every free parameter of its node a row."""
        return Engine(self.network, varied=tuple(self.free & set(parameters(self.network.node))))

    @functools.cached_property
    def loops(self) -> Any:
        """The compiled ways forward and back."""
        from surrobrain.mechanistic.kernels.adjoint import write_adjoint
        from surrobrain.mechanistic.kernels.cache import compiled_module

        title = f"{type(self.network.node).__name__}_{self.network.dtype}_adjoint"
        return compiled_module(write_adjoint(self.engine.layout, self.free), title)

    @property
    def turns(self) -> tuple[int, int]:
        """Observer steps per block, and number of blocks."""
        inner = self.network.steps_per_observation
        block = max(1, -(-max(_BLOCK, 4 * self.engine.reach) // inner))
        return block, -(-self.n_times * self.network.observations_per_sample // block)

    def _buffers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return room for coupling, noise and the states between blocks."""
        layout = self.engine.layout
        coupling = aligned((layout.block * layout.n_channels * layout.size,), self.engine.dtype)
        normals = aligned((max(1, len(layout.node.noise)) * 4 * layout.size,), self.engine.dtype)
        return coupling, normals, aligned((len(layout.rows) * layout.size,), self.engine.dtype)

    def _common(self, held: int) -> tuple:
        """Return what both loops are told of time and noise."""
        network = self.network
        return (
            network.steps_per_observation, network.observations_per_sample, self.turns[0],
            self.engine.reach, self.engine.length, bool(np.any(self.engine.own.noise)), held,
        )  # fmt: skip

    def forward(self) -> tuple[Float[np.ndarray, "times regions"], tuple[np.ndarray, np.ndarray]]:
        """Return the samples of the run, and what is kept between blocks for the way back."""
        from surrobrain.mechanistic.kernels.back_step import kept_rows

        engine, layout = self.engine, self.engine.layout
        w = engine.workspace(self.start, engine.own)
        coupling, normals, _ = self._buffers()
        drive, held = engine.laid_out(self.inputs, self.n_times)
        out = np.empty((self.n_times, layout.size), engine.dtype)
        n_kept = len(kept_rows(layout)) + len(layout.observer.states)
        kept = np.empty((self.turns[1], n_kept, layout.size), engine.dtype)
        shape = (self.turns[1], layout.n_channels * layout.n_regions, engine.reach + 1)
        past = np.empty(shape if engine.reach else (1, 1, 1), engine.dtype)
        self.loops.forward(
            w.reshape(-1), coupling, normals, engine.scalars, engine.weights, engine.starts,
            engine.rows, engine.past(self.start).reshape(-1), drive, out, kept, past,
            np.uint64(key_of(self.seed)), np.uint64(0), self.start.step, *self._common(held),
        )  # fmt: skip
        return out[:, : layout.n_regions].copy(), (kept, past)

    def backward(
        self,
        kept: tuple[np.ndarray, np.ndarray],
        slope: Float[np.ndarray, "times regions"],
    ) -> dict[str, Float[np.ndarray, "..."]]:
        """Return the gradients of an objective whose slope by the samples is given.

        Returns
        -------
        dict
            What is free: "coupling", "noise" and parameters of the node, shape (n_regions,);
            "weights", shape (n_regions, n_regions), zero where there is no connection; "speed", a
            number; "initial", shape (n_states, n_regions); "inputs", shape (k n_times, n_regions,
            n_channels).
        """
        from surrobrain.mechanistic.kernels.back_step import gradient_rows

        engine, layout = self.engine, self.engine.layout
        w = engine.workspace(self.start, engine.own).reshape(-1)
        coupling, normals, wb = self._buffers()
        drive, held = engine.laid_out(self.inputs, self.n_times)
        gout = np.zeros((self.n_times, layout.size), engine.dtype)
        gout[:, : layout.n_regions] = slope
        names, n_drives = gradient_rows(layout, self.free), len(layout.tracts)
        sums = np.zeros(len(names) * layout.size)
        by_input = np.zeros((max(1, len(drive)), max(1, n_drives) * layout.size), engine.dtype)
        edges = self._tracts()
        by_edge = np.zeros(len(edges[0]))
        by_matrix = np.zeros((1, 1) if layout.wiring else (layout.size, layout.size))
        n_states = len(self.start.values)
        lam = np.zeros(max(1, n_states) * layout.size, engine.dtype)
        empty = np.zeros_like(engine.past(self.start)).reshape(-1)
        self.loops.backward(
            w, wb, coupling, coupling.copy(), normals, engine.scalars, engine.weights,
            engine.starts, engine.rows, *engine.backwards(), empty.copy(), empty, drive, gout,
            *kept, edges, sums, by_input, by_edge, by_matrix, lam, np.uint64(key_of(self.seed)),
            np.uint64(0), self.start.step, *self._common(held),
        )  # fmt: skip
        n = layout.n_regions
        rows = dict(zip(names, sums.reshape(len(names), layout.size)[:, :n], strict=True))
        found = self._of_rows(rows)
        by_row = rows.get("row", np.zeros(n))
        found["weights"], speed = self._by_wiring(by_edge, by_matrix[:n, :n], by_row)
        found["speed"] = np.array(speed)
        found["initial"] = lam.reshape(-1, layout.size)[:n_states, :n].astype(float)
        by_input = by_input.reshape(len(by_input), -1, layout.size)[: len(drive), :, :n]
        found["inputs"] = np.moveaxis(by_input, 1, 2).astype(float)
        return {name: found[name] for name in self.free}

    def _of_rows(self, rows: dict[str, np.ndarray]) -> dict[str, Float[np.ndarray, "..."]]:
        """Return the gradients by what is a row of the loop."""
        network = self.network
        size = kick_size(network.noise_kind, network.dt_seconds, network.step_in_node_unit)
        sigmas = [row * size for name, row in rows.items() if name.startswith("sigma_")]
        found = {name[2:]: row for name, row in rows.items() if name.startswith("p_")}
        found["coupling"] = rows.get("gain", np.zeros(network.n_regions))
        found["noise"] = np.sum(sigmas, axis=0) if sigmas else np.zeros(network.n_regions)
        return found

    def _tracts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return targets, sources and delays of the tracts, none where a matrix serves."""
        layout = self.engine.layout
        if not layout.wiring or not layout.tracts:
            none = np.zeros(0, np.int64)
            return none, none, none
        whole = self.network.wirings[layout.tracts[0]].whole()
        return whole.targets, whole.sources, whole.steps

    def _by_wiring(
        self, by_edge: np.ndarray, by_matrix: np.ndarray, by_row: np.ndarray
    ) -> tuple[Float[np.ndarray, "regions regions"], float]:
        """Return the gradients by weights and speed, from those of whole delays."""
        n, layout = self.network.n_regions, self.engine.layout
        targets, sources, _, _ = self.network.connectome.edges()
        found = np.zeros((n, n))
        if not layout.tracts:
            return found, 0.0
        if not layout.wiring:
            found[targets, sources] = by_matrix[targets, sources] + by_row[targets]
            return found, 0.0
        wiring = self.network.wirings[layout.tracts[0]]
        origin, late, share = wiring.shares()
        slope = np.bincount(origin, share * by_edge, len(targets))
        found[targets, sources] = slope + by_row[targets]
        split = wiring.fraction[origin] > 0
        by_fraction = np.bincount(
            origin, np.where(late == 1, 1, -1) * split * by_edge, len(targets)
        )
        delay = wiring.steps + wiring.fraction
        speed = self.network.speed or 1.0
        return found, float((wiring.weights * by_fraction) @ (-delay / speed))
