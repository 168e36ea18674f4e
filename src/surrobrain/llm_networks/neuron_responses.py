"""How the neurons of a language model respond to a story, on the clock of a scanner."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import positive, whole
from surrobrain.files import write_npy
from surrobrain.llm_networks.arrays_on_disk import read_result_folder, write_result_folder
from surrobrain.llm_networks.neurons import Neurons, OfNeurons

__all__ = ["Responses", "join_responses", "read_responses"]

_VALUES = "values.npy"


@dataclass(frozen=True, eq=False)
class Responses(OfNeurons):
    """Responses of artificial neurons, one row per volume of the scanner.

    Parameters
    ----------
    values : array, shape (n_times, n_neurons)
        Activation, averaged over the words of each volume; may be a memory map.
    tr : float
        Time between volumes, in seconds.
    neurons : Neurons, optional
        Which unit of which layer each column is; by default units of one layer without a name.
    word_counts : array, shape (n_times,), optional
        Words that end in each volume: the word rate, a control of every encoding model.
    runs : tuple of int, optional
        Length of each run, in volumes; by default one run.
    trim : int, default 0
        So many volumes at either end of every run are left out where neurons are standardized and
        patterns are learned. Their rows are kept: row i belongs to volume i of the scan.
    reading : str
        How the model read the story, such as ``"one pass"``.
    dropped : Neurons, optional
        Those that were constant and have no column.

    Raises
    ------
    ValueError
        Shapes, runs or trims do not fit.

    Examples
    --------
    >>> found = Responses(np.random.default_rng(0).normal(size=(20, 3)), tr=2.0, trim=5)
    >>> found.n_times, found.n_neurons, int(found.kept.sum())
    (20, 3, 10)
    """

    values: Float[np.ndarray, "times neurons"]
    tr: float
    neurons: Neurons = None  # pyright: ignore[reportAssignmentType] - filled in below
    word_counts: Int[np.ndarray, "times"] | None = None
    runs: tuple[int, ...] = ()
    trim: int = 0
    reading: str = ""
    dropped: Neurons = field(default_factory=lambda: _none())

    def __post_init__(self) -> None:  # noqa: D105
        n_times, n_neurons = self.values.shape
        if self.neurons is None:
            unnamed = Neurons(np.zeros(n_neurons, dtype=np.int64), np.arange(n_neurons))
            object.__setattr__(self, "neurons", unnamed)
        object.__setattr__(self, "runs", tuple(self.runs) or (n_times,))
        positive(self.tr, "tr", unit="s")
        whole(self.trim, "trim")
        if len(self.neurons) != n_neurons:
            raise ValueError(
                f"values have {n_neurons} columns, but {len(self.neurons)} neurons are named; "
                "name one per column"
            )
        if self.word_counts is not None and len(self.word_counts) != n_times:
            raise ValueError(
                f"values have {n_times} volumes, but words of {len(self.word_counts)} are counted"
            )
        if sum(self.runs) != n_times:
            raise ValueError(f"runs of {self.runs} volumes do not add up to {n_times} volumes")
        if min(self.runs) <= 2 * self.trim:
            raise ValueError(
                f"a run of {min(self.runs)} volumes is empty without {self.trim} at either end; "
                "trim less"
            )

    @property
    def n_times(self) -> int:
        """Volumes of all runs."""
        return self.values.shape[0]

    @property
    def kept(self) -> Bool[np.ndarray, "times"]:
        """Volumes that are not trimmed."""
        inside = [np.arange(n) for n in self.runs]
        return np.concatenate([(k >= self.trim) & (k < len(k) - self.trim) for k in inside])

    def pick(self, which: np.ndarray) -> "Responses":
        """Keep some neurons, given by positions or as an array of bool."""
        values = np.asarray(self.values[:, which])
        return dataclasses.replace(self, values=values, neurons=self.neurons.pick(which))

    def save(self, folder: str | Path) -> Path:
        """Write into a folder, for `read_responses`."""
        target = Path(folder)
        if not _mapped_from(self.values, target / _VALUES):
            write_npy(target / _VALUES, self.values)
        counts = {} if self.word_counts is None else {"word_counts": self.word_counts}
        arrays = {
            "layers": self.layers, "units": self.units, **counts,
            "dropped_layers": self.dropped.layers, "dropped_units": self.dropped.units,
        }  # fmt: skip
        facts = {
            "tr": self.tr, "site": self.site, "model": self.model, "runs": list(self.runs),
            "trim": self.trim, "reading": self.reading,
        }  # fmt: skip
        return write_result_folder(target, "responses", arrays, facts)


def read_responses(folder: str | Path) -> Responses:
    """Read responses that were saved; their values stay on disk until they are looked at.

    Parameters
    ----------
    folder : str or Path
        Written by `responses` or by `Responses.save`.

    Returns
    -------
    Responses

    Raises
    ------
    FileNotFoundError
        The folder holds no finished responses.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Responses(np.ones((4, 2)), tr=1.5).save(folder)
    ...     read_responses(folder).tr
    1.5
    """
    arrays, facts = read_result_folder(folder, "responses")
    names = facts["site"], facts["model"]
    return Responses(
        np.load(Path(folder) / _VALUES, mmap_mode="r", allow_pickle=False),
        tr=facts["tr"],
        neurons=Neurons(arrays["layers"], arrays["units"], *names),
        word_counts=arrays.get("word_counts"),
        runs=tuple(facts["runs"]),
        trim=facts["trim"],
        reading=facts["reading"],
        dropped=Neurons(arrays["dropped_layers"], arrays["dropped_units"], *names),
    )


def join_responses(runs: Sequence[Responses]) -> Responses:
    """Put the responses to several stories one after the other.

    Parameters
    ----------
    runs : sequence of Responses
        Of one model, site and TR. Neurons that were constant in one of them are dropped from all.

    Returns
    -------
    Responses

    Raises
    ------
    ValueError
        They differ in model, site, TR or trim, or none arrived.

    Examples
    --------
    >>> first, second = Responses(np.eye(4, 3), tr=2.0), Responses(np.eye(5, 3), tr=2.0)
    >>> join_responses([first, second]).runs
    (4, 5)
    """
    if not runs:
        raise ValueError("no responses arrived; give those of at least one run")
    for fact in ("tr", "model", "site", "trim", "reading"):
        values = list(dict.fromkeys(getattr(run, fact) for run in runs))
        if len(values) > 1:
            raise ValueError(f"runs differ in {fact}: {values}; join those that were made alike")
    keys = [run.layers * (1 << 32) + run.units for run in runs]
    shared = np.array(sorted(set.intersection(*(set(k.tolist()) for k in keys))), dtype=np.int64)
    columns = [np.flatnonzero(np.isin(k, shared)) for k in keys]
    counts = [run.word_counts for run in runs]
    first = runs[0]
    lost = [run.dropped for run in runs] + [
        run.neurons.pick(~np.isin(k, shared)) for run, k in zip(runs, keys, strict=True)
    ]
    return Responses(
        np.concatenate([run.values[:, c] for run, c in zip(runs, columns, strict=True)]),
        tr=first.tr,
        neurons=first.neurons.pick(columns[0]),
        word_counts=None if any(c is None for c in counts) else np.concatenate(counts),  # pyright: ignore[reportArgumentType,reportCallIssue]
        runs=tuple(length for run in runs for length in run.runs),
        trim=first.trim,
        reading=first.reading,
        dropped=_all_of(lost),
    )


def _none() -> Neurons:
    return Neurons(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _all_of(parts: Sequence[Neurons]) -> Neurons:
    pairs = {pair for part in parts for pair in zip(part.layers, part.units, strict=True)}
    layers, units = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    return Neurons(layers, units, parts[0].site, parts[0].model)


def _mapped_from(values: np.ndarray, path: Path) -> bool:
    return isinstance(values, np.memmap) and Path(str(values.filename)) == path.resolve()
