"""RDMs: how far apart every two conditions are, for persons, models or times."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real

from surrobrain.checks import choice
from surrobrain.rsa.condensed import condensed, pair_of, positions, square

__all__ = ["RDMs"]

_ASYMMETRY = 1e-5  # of the largest entry: what float32 leaves of a symmetric computation
_LISTED = 10


@dataclass(frozen=True, eq=False)
class RDMs:
    """Representational dissimilarity matrices of the same conditions, every pair kept once.

    A set of RDMs has one row per person, region or model; a movie has one row per time.

    Parameters
    ----------
    values : array, shape (n_rdms, n_pairs)
        Dissimilarities of all pairs in the order of `scipy.spatial.distance.pdist`. Floating
        point of any width, also a memory map; kept as it comes.
    conditions : sequence of str
        Names of the conditions, all different, by which RDMs are matched.
    names : sequence of str, optional
        One name per RDM; ``rdm_1`` ... when absent. A movie has none.
    times : array, shape (n_rdms,), optional
        Seconds, rising; makes these RDMs a movie.
    measure : str
        The dissimilarity in words, such as ``"correlation"``.

    Raises
    ------
    ValueError
        The number of pairs does not fit the conditions, names occur twice, times do not rise, or
        an entry is not finite; the message names the RDM and the pair.

    Examples
    --------
    >>> rdms = RDMs(np.array([[0.1, 0.9, 0.8]]), ["cat", "dog", "car"], names=["IT"])
    >>> rdms.n_conditions, rdms.pick(["car", "cat"]).values
    (3, array([[0.9]]))
    """

    values: Float[np.ndarray, "rdms pairs"]
    conditions: Sequence[str]
    names: Sequence[str] = ()
    times: Float[np.ndarray, "rdms"] | None = None
    measure: str = ""

    def __post_init__(self) -> None:
        """Validate at the border, once."""
        conditions = tuple(str(name) for name in self.conditions)
        names = tuple(str(name) for name in self.names)
        if not names and self.times is None:
            names = tuple(f"rdm_{k}" for k in range(1, len(self.values) + 1))
        _refuse_twice(conditions, "condition")
        _refuse_twice(names, "RDM")
        object.__setattr__(self, "conditions", conditions)
        object.__setattr__(self, "names", names)
        _refuse_wrong_size(self)
        _refuse_bad_times(self)
        for k, row in enumerate(self.values):  # row by row, so that a memory map stays on disk
            if not np.isfinite(row).all():
                _refuse_bad(self, k)

    def __repr__(self) -> str:
        """Say sizes, not numbers."""
        kind = f"movie of {self.n_rdms} times" if self.times is not None else f"{self.n_rdms} RDMs"
        return f"RDMs({kind}, {self.n_conditions} conditions, {self.measure or 'unknown measure'})"

    @property
    def n_rdms(self) -> int:
        """Number of RDMs; of times in a movie."""
        return len(self.values)

    @property
    def n_conditions(self) -> int:
        """Number of conditions."""
        return len(self.conditions)

    @property
    def n_pairs(self) -> int:
        """Number of pairs of conditions."""
        return self.values.shape[1]

    def label(self, k: int) -> str:
        """Return the name, or the time, of one RDM."""
        return self.names[k] if self.times is None else f"{self.times[k]:g} s"

    def rows(self) -> Iterator[Float[np.ndarray, "pairs"]]:
        """Yield one RDM after the other in double precision, so that memory stays bounded."""
        for row in self.values:
            yield np.asarray(row, dtype=np.float64)

    def square(self) -> Float[np.ndarray, "rdms n n"]:
        """Return full symmetric matrices with a zero diagonal."""
        return square(np.asarray(self.values))

    def pick(self, conditions: Sequence[str]) -> "RDMs":
        """Return the RDMs of some conditions, in the order given."""
        place = {name: k for k, name in enumerate(self.conditions)}
        order = np.array([place[choice(c, place, "condition")] for c in conditions], dtype=np.int64)
        _refuse_twice(tuple(conditions), "condition")
        where = positions(order, n_conditions=self.n_conditions)
        return dataclasses.replace(
            self, values=np.asarray(self.values[:, where]), conditions=tuple(conditions)
        )

    def at(self, rows: Sequence[int] | slice) -> "RDMs":
        """Return some of the RDMs by position; of a movie, the times at these positions."""
        chosen = np.arange(self.n_rdms)[rows]
        return dataclasses.replace(
            self,
            values=self.values[rows],
            names=tuple(self.names[k] for k in chosen) if self.names else (),
            times=None if self.times is None else self.times[rows],
        )

    def mean(self, name: str = "mean") -> "RDMs":
        """Return one RDM, the mean of all; of a movie, the mean over time."""
        total = np.zeros(self.n_pairs)
        for row in self.rows():
            total += row
        return dataclasses.replace(
            self, values=total[None] / self.n_rdms, names=(name,), times=None
        )

    @classmethod
    def from_square(
        cls,
        matrices: Real[np.ndarray, "*rdms n n"],
        conditions: Sequence[str],
        *,
        names: Sequence[str] = (),
        times: Float[np.ndarray, "times"] | None = None,
        measure: str = "",
    ) -> "RDMs":
        """Take RDMs from full matrices.

        Parameters
        ----------
        matrices : array, shape (n, n) or (n_rdms, n, n)
            Symmetric; the diagonal is not looked at, because it says nothing.
        conditions, names, times, measure
            As above.

        Raises
        ------
        ValueError
            A matrix is not symmetric; the message names the RDM and the pair.
        """
        stack = matrices.reshape(-1, *matrices.shape[-2:])
        stack = stack if stack.dtype.kind == "f" else stack.astype(np.float64)
        for k, matrix in enumerate(stack):
            _refuse_asymmetric(matrix, tuple(conditions), names[k] if names else f"rdm_{k + 1}")
        return cls(condensed(stack), conditions, names, times, measure)


def _refuse_twice(names: tuple[str, ...], kind: str) -> None:
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})[:_LISTED]
        raise ValueError(
            f"every {kind} needs a name of its own, but {', '.join(twice)} occurs more than once; "
            "rename or leave out"
        )


def _refuse_wrong_size(rdms: RDMs) -> None:
    n = rdms.n_conditions
    if n < 2 or rdms.n_pairs != n * (n - 1) // 2:
        raise ValueError(
            f"{n} conditions have {n * (n - 1) // 2} pairs, but every RDM holds {rdms.n_pairs} "
            "numbers; give the upper triangle without the diagonal, and one name per condition"
        )
    if rdms.names and len(rdms.names) != rdms.n_rdms:
        raise ValueError(
            f"{len(rdms.names)} names arrived for {rdms.n_rdms} RDMs; give one per RDM"
        )


def _refuse_bad_times(rdms: RDMs) -> None:
    times = rdms.times
    if times is not None and not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
        raise ValueError(
            f"the times of a movie must rise, but {times[:5]} ... arrived; give seconds in order"
        )


def _refuse_bad(rdms: RDMs, k: int) -> None:
    bad = np.flatnonzero(~np.isfinite(rdms.values[k]))
    i, j = pair_of(int(bad[0]), n_conditions=rdms.n_conditions)
    raise ValueError(
        f"RDM {rdms.label(k)} holds {rdms.values[k][bad[0]]} for the pair ({rdms.conditions[i]}, "
        f"{rdms.conditions[j]}) and {len(bad)} such entries in all; leave out conditions that "
        "were not measured"
    )


def _refuse_asymmetric(
    matrix: Float[np.ndarray, "n n"], conditions: tuple[str, ...], name: str
) -> None:
    apart = np.nan_to_num(np.abs(matrix - matrix.T))
    i, j = np.unravel_index(int(apart.argmax()), apart.shape)
    if apart[i, j] > _ASYMMETRY * np.nanmax(np.abs(matrix)):
        pair = (conditions[i], conditions[j]) if max(i, j) < len(conditions) else (int(i), int(j))
        raise ValueError(
            f"RDM {name} is not symmetric: {matrix[i, j]:g} and {matrix[j, i]:g} for the pair "
            f"({pair[0]}, {pair[1]}); average both triangles if both were measured"
        )
