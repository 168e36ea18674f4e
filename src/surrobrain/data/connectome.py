"""Connectome: how strongly and how far regions are wired."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, finite, indices, positive
from surrobrain.errors import BadRecording

__all__ = ["Connectome", "Wired", "refuse_unknown_lengths"]

Normalization = Literal["max", "mean", "spectral_radius", "row_sum", "log1p"]


@runtime_checkable
class Wired(Protocol):
    """What a network asks of its connectome, dense or sparse."""

    @property
    def n_regions(self) -> int: ...  # noqa: D102
    @property
    def names(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def lengths(self) -> object: ...  # noqa: D102
    @property
    def sparse(self) -> bool: ...  # noqa: D102
    @property
    def row_sums(self) -> Float[np.ndarray, "regions"]: ...  # noqa: D102

    def edges(
        self,
    ) -> tuple[
        Int[np.ndarray, "edges"],
        Int[np.ndarray, "edges"],
        Float[np.ndarray, "edges"],
        Float[np.ndarray, "edges"],
    ]:
        """Return targets, sources, weights and lengths in mm of all connections, by target."""
        ...


@dataclass(frozen=True, eq=False)
class Connectome:
    """Weights between regions, with tract lengths where they are known.

    Parameters
    ----------
    weights : array, shape (n_regions, n_regions)
        ``weights[i, j]`` runs **from j to i**. Never normalized silently: see ``normalized``.
    lengths : array, shape (n_regions, n_regions), optional
        Tract lengths in mm, same orientation.
    names : sequence of str, optional
        Region names; ``region_0`` ... when absent.

    Raises
    ------
    BadRecording
        A weight or length is NaN or infinite, or a length is negative.
    ValueError
        The matrices are not square or do not fit each other.

    Examples
    --------
    >>> connectome = Connectome(np.array([[0.0, 2.0], [1.0, 0.0]]), names=["A", "B"])
    >>> connectome.symmetric
    False
    >>> connectome.normalized("max").weights.max()
    np.float64(1.0)
    """

    weights: Float[np.ndarray, "regions regions"]
    lengths: Float[np.ndarray, "regions regions"] | None = None
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        weights = _square(self.weights, "weights")
        names = tuple(self.names) or tuple(f"region_{k}" for k in range(len(weights)))
        if len(names) != len(weights) or len(set(names)) != len(names):
            raise ValueError(
                f"{len(set(names))} different names arrived for {len(weights)} regions; "
                "give one name per row"
            )
        _refuse_bad(weights, "weights", names)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "names", names)
        if self.lengths is None:
            return
        lengths = _square(self.lengths, "lengths")
        if lengths.shape != weights.shape:
            raise ValueError(
                f"lengths has shape {lengths.shape} but weights has {weights.shape}; "
                "both must cover the same regions"
            )
        _refuse_bad(lengths, "lengths", names)
        if (lengths < 0).any():
            i, j = np.argwhere(lengths < 0)[0]
            raise BadRecording(
                f"length from {names[j]} to {names[i]} is {lengths[i, j]:g} mm; "
                "a tract length cannot be negative"
            )
        object.__setattr__(self, "lengths", lengths)

    def __repr__(self) -> str:
        """Say size, density and symmetry, not the numbers."""
        shape = "symmetric" if self.symmetric else "asymmetric"
        lengths = "with lengths" if self.lengths is not None else "without lengths"
        return (
            f"Connectome({self.n_regions} regions, density {self.density:.2f}, {shape}, {lengths})"
        )

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.weights)

    @property
    def density(self) -> float:
        """Share of possible connections between different regions that are not zero."""
        pairs = ~np.eye(self.n_regions, dtype=bool)
        return float((self.weights[pairs] != 0).mean()) if self.n_regions > 1 else 0.0

    @property
    def symmetric(self) -> bool:
        """Whether both directions are equally strong everywhere."""
        return bool(np.allclose(self.weights, self.weights.T, rtol=1e-6, atol=0.0))

    @property
    def sparse(self) -> bool:
        """Whether connections are so few that a list of them is faster than the matrix."""
        return bool(np.count_nonzero(self.weights) < 0.1 * self.weights.size)

    @property
    def row_sums(self) -> Float[np.ndarray, "regions"]:
        """Summed weights of what each region receives."""
        return np.asarray(self.weights.sum(axis=1))

    def edges(
        self,
    ) -> tuple[
        Int[np.ndarray, "edges"],
        Int[np.ndarray, "edges"],
        Float[np.ndarray, "edges"],
        Float[np.ndarray, "edges"],
    ]:
        """Return targets, sources, weights and lengths in mm of all connections, by target.

        A region's connection to itself has length zero, and so has every one without lengths.
        """
        targets, sources = np.nonzero(self.weights)
        lengths = np.zeros(len(targets))
        if self.lengths is not None:
            lengths = np.where(targets == sources, 0.0, self.lengths[targets, sources])
        return targets, sources, self.weights[targets, sources], lengths

    def refuse_unknown_lengths(self, speed: float) -> None:
        """Refuse to compute delays at ``speed`` (m/s) from lengths that are not known.

        Raises
        ------
        ValueError
            Lengths are unknown, or a connection between two regions has length zero.
        """
        refuse_unknown_lengths(self, speed)

    def delays(self, speed: float) -> Float[np.ndarray, "regions regions"]:
        """Return conduction delays in seconds at ``speed`` (m/s); no wiring has no delay.

        Raises
        ------
        ValueError
            As ``refuse_unknown_lengths``.
        """
        self.refuse_unknown_lengths(speed)
        targets, sources, _, lengths = self.edges()
        delays = np.zeros((self.n_regions, self.n_regions))
        delays[targets, sources] = lengths / (1000.0 * speed)
        return delays

    def to_arrays(self) -> dict[str, Float[np.ndarray, "..."]]:
        """Return the arrays from which ``from_arrays`` makes the connectome again."""
        lengths = {} if self.lengths is None else {"lengths": self.lengths}
        return {"weights": self.weights, **lengths}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Float[np.ndarray, "..."]], names: Sequence[str]
    ) -> "Connectome":
        """Make a connectome from what ``to_arrays`` returned."""
        return cls(arrays["weights"], arrays.get("lengths"), names)

    def normalized(self, by: Normalization) -> "Connectome":
        """Scale the weights: coupling strengths mean nothing until this is named.

        Parameters
        ----------
        by : {"max", "mean", "spectral_radius", "row_sum", "log1p"}
            Divide by the largest weight, the mean off-diagonal weight, the largest absolute
            eigenvalue or each row's sum (a region without input stays without); or take
            log(1 + weight).
        """
        choice(by, ("max", "mean", "spectral_radius", "row_sum", "log1p"), "normalization")
        if by == "log1p":
            if (self.weights <= -1).any():
                raise ValueError("log1p needs weights above -1; choose another normalization")
            return dataclasses.replace(self, weights=np.log1p(self.weights))
        scale = _scale(self.weights, by)
        if not np.all(scale > 0):
            raise ValueError(f"cannot normalize by {by}: it is zero; are all weights zero?")
        return dataclasses.replace(self, weights=self.weights / scale)

    def without_self(self) -> "Connectome":
        """Set the diagonal to zero: a region's action on itself belongs to its node."""
        return dataclasses.replace(self, weights=self.weights * (1 - np.eye(self.n_regions)))

    def pick(self, regions: Iterable[str | int]) -> "Connectome":
        """Keep these regions, by name or position, in this order."""
        keep = indices(regions, self.names)
        grid = np.ix_(keep, keep)
        lengths = None if self.lengths is None else self.lengths[grid]
        return Connectome(self.weights[grid], lengths, tuple(self.names[k] for k in keep))

    def without(self, regions: Iterable[str | int]) -> "Connectome":
        """Leave these regions out, by name or position."""
        gone = set(indices(regions, self.names))
        return self.pick([k for k in range(self.n_regions) if k not in gone])

    def disconnected(
        self, regions: Iterable[str | int] = (), edges: Iterable[tuple[str | int, str | int]] = ()
    ) -> "Connectome":
        """Cut every connection of some regions, or single edges given as (source, target)."""
        weights = self.weights.copy()
        cut = indices(regions, self.names)
        weights[cut, :] = 0.0
        weights[:, cut] = 0.0
        for source, target in edges:
            j, i = indices([source, target], self.names)
            weights[i, j] = 0.0
        return dataclasses.replace(self, weights=weights)


def _square(matrix: object, name: str) -> np.ndarray:
    array = np.array(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise ValueError(f"{name} must be a square matrix, but shape {array.shape} arrived")
    array.setflags(write=False)
    return array


def _refuse_bad(matrix: np.ndarray, name: str, names: tuple[str, ...]) -> None:
    try:
        finite(matrix, name, columns=names)
    except ValueError as error:
        raise BadRecording(str(error)) from None


def _scale(weights: np.ndarray, by: str) -> np.ndarray | float:
    if by == "max":
        return float(np.abs(weights).max())
    if by == "mean":
        pairs = ~np.eye(len(weights), dtype=bool)
        return float(weights[pairs].mean())
    if by == "spectral_radius":
        return float(np.abs(np.linalg.eigvals(weights)).max())
    total = weights.sum(axis=1, keepdims=True)
    silent = (weights == 0).all(axis=1, keepdims=True)
    return np.where(silent, float(weights.any()), total)  # a region without input stays without


def refuse_unknown_lengths(connectome: Wired, speed: float) -> None:
    """Refuse to compute delays at ``speed`` (m/s) from lengths that are not known."""
    positive(speed, "speed", unit="m/s")
    if connectome.lengths is None:
        raise ValueError("delays need tract lengths; give Connectome(weights, lengths=...) in mm")
    targets, sources, _, lengths = connectome.edges()
    missing = (targets != sources) & (lengths == 0)
    if missing.any():
        k, names = int(np.argmax(missing)), connectome.names
        raise ValueError(
            f"{int(missing.sum())} connections have length zero, the first from "
            f"{names[sources[k]]} to {names[targets[k]]}; a zero usually means that no tract was "
            "found: remove those weights, or give their lengths in mm"
        )
