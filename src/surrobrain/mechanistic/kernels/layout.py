"""How a simulation lies in memory: everything that decides the text of its loop."""

import functools
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from surrobrain.mechanistic.coupling import Coupling
from surrobrain.mechanistic.kernels.weighted_sum import VECTOR_BYTES, Shape
from surrobrain.mechanistic.node import Node, parameters, pathways
from surrobrain.mechanistic.noise import Noise
from surrobrain.mechanistic.observer import Observer, quantity
from surrobrain.mechanistic.steppers import Stepper
from surrobrain.mechanistic.table import Table
from surrobrain.mechanistic.tape import Tape

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """Everything that decides the text of a loop, as opposed to the numbers it is given.

    Parameters
    ----------
    node, observer, coupling, noise : Node, Observer, Coupling, Noise
        Whose equations to write; the values of their parameters do not matter.
    stepper : Stepper
        How a step is made of stages.
    n_regions, n_channels, lanes : int
        Regions, quantities that a region sends, and simulations side by side.
    dtype : str
        "float64" or "float32".
    wiring : tuple of int
        Which wiring each channel follows; empty where every channel sums over all regions.
    levels : tuple of int
        Numbers of steps for which groups of delayed edges are summed at once, falling; empty
        without delays.
    varied : tuple of str
        Node parameters that differ between regions or lanes.
    simd : bool
        Whether coupling uses the vector form.
    """

    node: Node
    observer: Observer
    coupling: Coupling
    noise: Noise
    stepper: Stepper
    n_regions: int
    n_channels: int
    lanes: int
    dtype: str
    wiring: tuple[int, ...]
    levels: tuple[int, ...]
    varied: tuple[str, ...]
    simd: bool

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the observer's constants."""
        return tuple(self.observer.constants)

    @property
    def vector(self) -> int:
        """Numbers in one 64-byte vector."""
        return VECTOR_BYTES // (8 if self.dtype == "float64" else 4)

    @property
    def size(self) -> int:
        """Length of a row: regions x lanes, padded to whole vectors."""
        return -(-self.n_regions * self.lanes // self.vector) * self.vector

    @property
    def block(self) -> int:
        """Steps whose long-delay coupling is computed at once."""
        return self.levels[0] if self.levels else 1

    @property
    def ahead(self) -> bool:
        """Whether delayed input is summed for the end of a step, since a stage looks there."""
        return bool(self.levels) and self.stepper.n_stages > 1

    @property
    def tracts(self) -> tuple[int, ...]:
        """Channels that follow the connectome, as opposed to a region's own past."""
        names = pathways(self.node, self.n_channels)
        return tuple(c for c, name in enumerate(names) if name == "tracts")

    @functools.cached_property
    def scalars(self) -> tuple[str, ...]:
        """Names of the plain numbers handed to the loop, in order."""
        shared = [f"p_{name}" for name in parameters(self.node) if name not in self.varied]
        shared += [f"g_{name}" for name in parameters(self.coupling) if name != "strength"]
        decay = ["decay"] if self.noise.colored else []
        return (
            "dt", "observer_dt", "inverse", *decay, *shared,
            *(f"q_{name}" for name in self.constants),
        )  # fmt: skip

    @functools.cached_property
    def rows(self) -> tuple[str, ...]:
        """Names of the rows of ``w``, in order."""
        channels, states = range(self.n_channels), self.node.states
        staged = self.stepper.n_stages > 1
        return (
            *(f"x_{name}" for name in states),
            *(f"eta_{name}" for name in self.node.noise if self.noise.colored),
            *(f"source_{c}" for c in channels),
            *(f"{part}_{name}" for part in ("stage", "sum") for name in states if staged),
            *(f"before_{c}" for c in channels if self.ahead),
            *(f"drive_{c}" for c in self.tracts),
            "gain", "row",
            *(f"sigma_{name}" for name in self.node.noise),
            *(f"p_{name}" for name in self.varied),
            "total", "mean",
            *(f"o_{name}" for name in self.observer.states),
        )  # fmt: skip

    @functools.cached_property
    def sums(self) -> tuple[Shape, ...]:
        """Shapes of the weighted sums that the coupling needs."""
        if self.levels:
            stride = self.n_channels * self.size
            return tuple(
                Shape(self.dtype, steps * self.lanes, self.lanes, stride, add=level > 0)
                for level, steps in enumerate(self.levels)
            )
        if self.wiring:
            return (Shape(self.dtype, self.lanes, self.lanes),)
        if self.lanes == 1:
            whole, rest = divmod(self.size // self.vector, _CHUNK)
            widths = [_CHUNK] * bool(whole) + [rest] * bool(rest)
            return tuple(Shape(self.dtype, n * self.vector, n * self.vector) for n in widths)
        row_weights = self.n_regions if self.row_group > 1 else 0
        return (Shape(self.dtype, self.lanes, self.lanes, 0, self.row_group, row_weights),)

    @functools.cached_property
    def tables(self) -> dict[str, Table]:
        """Tables that the node looks up, by name."""
        node, tape = self.node, Tape()
        p = SimpleNamespace(**{n: tape.term(f"p_{n}") for n in parameters(node)})
        state = tuple(tape.term(f"x_{name}") for name in node.states)
        node.drift(tape, state, tuple(tape.term(f"c_{c}") for c in range(self.n_channels)), p)
        node.source(tape, state, p)
        quantity(self.observer, node)(tape, state, p)
        return tape.tables

    @functools.cached_property
    def table_starts(self) -> dict[str, int]:
        """Where each table begins in ``w``: below the rows, one after the other."""
        sizes = [table.values.size for table in self.tables.values()]
        starts = np.cumsum([len(self.rows) * self.size, *sizes])
        return {name: int(start) for name, start in zip(self.tables, starts, strict=False)}

    @property
    def n_rows(self) -> int:
        """Rows of ``w`` with those that hold the tables."""
        entries = sum(table.values.size for table in self.tables.values())
        return len(self.rows) + -(-entries // self.size)

    @property
    def pieces(self) -> range:
        """Where the pieces begin into which a single run cuts its row of regions."""
        return range(0, self.size, self.sums[0].width)

    @property
    def row_group(self) -> int:
        """Target regions that share the loads of a batched, undelayed sum."""
        return max(k for k in (4, 2, 1) if self.n_regions % k == 0)


_CHUNK = 5  # vectors per sum of a single run: 4 x 5 accumulators fit 32 registers
