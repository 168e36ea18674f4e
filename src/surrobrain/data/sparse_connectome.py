"""Sparse connectome: many places, each wired to a few; only the connections are kept."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, finite, indices
from surrobrain.data.connectome import refuse_unknown_lengths
from surrobrain.errors import BadRecording

__all__ = ["SparseConnectome"]

Ends = Int[np.ndarray, "_"]
Values = Float[np.ndarray, "_"]


@dataclass(frozen=True, eq=False)
class SparseConnectome:
    """Wiring of a sheet of cortex or of another large and local network.

    It stands in for a ``Connectome`` wherever a network is made; ``cortical_sheet`` builds one
    from a surface.

    Parameters
    ----------
    targets, sources : array of int, shape (n_edges,)
        Where each connection ends and begins.
    weights : array, shape (n_edges,)
        Strengths; see ``normalized``.
    names : sequence of str
        One name per place.
    lengths : array, shape (n_edges,), optional
        Lengths in mm, for conduction delays.

    Raises
    ------
    BadRecording
        A weight or length is NaN or infinite, or a length is negative.
    ValueError
        The arrays do not fit each other, name a place that is not there, or hold a connection
        twice.

    Examples
    --------
    >>> targets, sources = np.array([1, 2]), np.array([0, 1])
    >>> line = SparseConnectome(targets, sources, np.full(2, 0.5), names=["A", "B", "C"])
    >>> line.n_regions, line.row_sums.tolist()
    (3, [0.0, 0.5, 0.5])
    """

    targets: Ends
    sources: Ends
    weights: Values
    names: Sequence[str]
    lengths: Values | None = None

    def __post_init__(self) -> None:
        """Validate at the border, once, and sort by target."""
        names = tuple(self.names)
        targets, sources = (np.asarray(x, dtype=np.int64) for x in (self.targets, self.sources))
        values = {"weights": self.weights, "lengths": self.lengths}
        arrays = {k: np.asarray(v, np.float64) for k, v in values.items() if v is not None}
        shapes = {x.shape for x in (targets, sources, *arrays.values())}
        if len(shapes) != 1 or targets.ndim != 1:
            raise ValueError(f"one entry per connection is needed, but shapes {shapes} arrived")
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"{len(names)} names arrived; give different ones, one per place")
        for name, ends in (("targets", targets), ("sources", sources)):
            if ((ends < 0) | (ends >= len(names))).any():
                raise ValueError(
                    f"{name} must be between 0 and {len(names) - 1}, but {ends.min()} to "
                    f"{ends.max()} arrived"
                )
        order = np.lexsort((sources, targets))
        pairs = targets[order] * len(names) + sources[order]
        if (np.diff(pairs) == 0).any():
            twice = divmod(int(pairs[np.argmin(np.diff(pairs))]), len(names))
            raise ValueError(
                f"the connection from {names[twice[1]]} to {names[twice[0]]} is there twice; "
                "add its weights up first"
            )
        for name, array in arrays.items():
            _refuse_bad(array, name)
            object.__setattr__(self, name, array[order])
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "targets", targets[order])
        object.__setattr__(self, "sources", sources[order])

    def __repr__(self) -> str:
        """Say how many, not which."""
        return f"SparseConnectome({self.n_regions} places, {len(self.weights)} connections)"

    @property
    def n_regions(self) -> int:
        """Number of places."""
        return len(self.names)

    @property
    def sparse(self) -> bool:
        """Whether a list of connections is faster than a matrix: yes."""
        return True

    @property
    def row_sums(self) -> Float[np.ndarray, "regions"]:
        """Summed weights of what each place receives."""
        return np.bincount(self.targets, self.weights, self.n_regions)

    def edges(self) -> tuple[Ends, Ends, Values, Values]:
        """Return targets, sources, weights and lengths in mm of all connections, by target."""
        lengths = np.zeros(len(self.weights)) if self.lengths is None else self.lengths
        return self.targets, self.sources, self.weights, lengths

    def refuse_unknown_lengths(self, speed: float) -> None:
        """Refuse to compute delays at ``speed`` (m/s) from lengths that are not known."""
        refuse_unknown_lengths(self, speed)

    def normalized(self, by: Literal["max", "row_sum"]) -> "SparseConnectome":
        """Divide by the largest weight, or by the sum of what each place receives."""
        choice(by, ("max", "row_sum"), "normalization")
        scale = np.abs(self.weights).max(initial=0.0)
        if by == "row_sum":
            scale = self.row_sums[self.targets]
        if not np.all(scale > 0):
            raise ValueError(f"cannot normalize by {by}: it is zero; are all weights zero?")
        return dataclasses.replace(self, weights=self.weights / scale)

    def disconnected(
        self, regions: Iterable[str | int] = (), edges: Iterable[tuple[str | int, str | int]] = ()
    ) -> "SparseConnectome":
        """Cut every connection of some places, or single ones given as (source, target)."""
        cut = np.isin(self.targets, indices(regions, self.names))
        cut |= np.isin(self.sources, indices(regions, self.names))
        for source, target in edges:
            j, i = indices([source, target], self.names)
            cut |= (self.targets == i) & (self.sources == j)
        lengths = None if self.lengths is None else self.lengths[~cut]
        return SparseConnectome(
            self.targets[~cut], self.sources[~cut], self.weights[~cut], self.names, lengths
        )

    def to_arrays(self) -> dict[str, Float[np.ndarray, "..."]]:
        """Return the arrays from which ``from_arrays`` makes it again."""
        ends = np.stack([self.targets, self.sources]).astype(np.float64)
        lengths = {} if self.lengths is None else {"lengths": self.lengths}
        return {"edges": ends, "weights": self.weights, **lengths}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Float[np.ndarray, "..."]], names: Sequence[str]
    ) -> "SparseConnectome":
        """Make one from what ``to_arrays`` returned."""
        targets, sources = arrays["edges"].astype(np.int64)
        return cls(targets, sources, arrays["weights"], names, arrays.get("lengths"))


def _refuse_bad(values: np.ndarray, name: str) -> None:
    try:
        finite(values, name)
    except ValueError as error:
        raise BadRecording(str(error)) from None
    if name == "lengths" and (values < 0).any():
        raise BadRecording(f"a length cannot be negative, but {values.min():g} mm arrived")
