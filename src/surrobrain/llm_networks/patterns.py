"""A few time courses that stand for the neurons of a language model."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import positive
from surrobrain.llm_networks.arrays_on_disk import read_result_folder, write_result_folder
from surrobrain.llm_networks.neurons import Neurons, OfNeurons

__all__ = ["Patterns", "read_patterns"]


@dataclass(frozen=True, eq=False)
class Patterns(OfNeurons):
    """Representative time courses, and how much of each is in every neuron.

    Parameters
    ----------
    time_courses : array, shape (n_times, n_patterns)
        One row per volume of the scan; their norm over the untrimmed volumes is 1.
    codes : array, shape (n_patterns, n_neurons)
        Weight of each pattern in each neuron, whose standardized response has norm 1. The sign of
        a pattern is such that its strong codes are positive on the whole.
    tr : float
        Time between volumes, in seconds.
    neurons : Neurons
        Which unit of which layer each column of codes is.
    method : str
        ``"dictionary"``, ``"ica"`` or ``"kmeans"``.
    word_counts : array, shape (n_times,), optional
        Words that end in each volume.
    runs : tuple of int, optional
        Length of each run, in volumes; by default one run.
    trim : int
        Volumes at either end of every run from which nothing was learned.
    facts : dict of str to number or str
        How they were found: seed, sparsity, objective, relative error, and the like.

    Raises
    ------
    ValueError
        Shapes do not fit.

    Examples
    --------
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> neurons = Neurons(np.array([0, 0, 1]), np.array([0, 1, 0]), "ffn_out", "tiny")
    >>> made = Patterns(np.ones((4, 2)), np.ones((2, 3)), tr=2.0, neurons=neurons)
    >>> made.n_patterns, made.n_neurons
    (2, 3)
    """

    time_courses: Float[np.ndarray, "times patterns"]
    codes: Float[np.ndarray, "patterns neurons"]
    tr: float
    neurons: Neurons
    method: str = "dictionary"
    word_counts: Int[np.ndarray, "times"] | None = None
    runs: tuple[int, ...] = ()
    trim: int = 0
    facts: dict[str, float | int | str] = field(default_factory=dict)

    def __post_init__(self) -> None:  # noqa: D105
        object.__setattr__(self, "runs", tuple(self.runs) or (len(self.time_courses),))
        positive(self.tr, "tr", unit="s")
        if self.codes.shape != (self.time_courses.shape[1], len(self.neurons)):
            raise ValueError(
                f"codes have shape {self.codes.shape}, but there are {self.time_courses.shape[1]} "
                f"patterns and {len(self.neurons)} neurons"
            )
        if sum(self.runs) != len(self.time_courses):
            raise ValueError(
                f"runs of {self.runs} volumes do not add up to {len(self.time_courses)} volumes"
            )

    @property
    def n_times(self) -> int:
        """Volumes of all runs."""
        return self.time_courses.shape[0]

    @property
    def n_patterns(self) -> int:
        """Patterns, also those that no neuron uses."""
        return self.time_courses.shape[1]

    def layer_weights(self) -> Float[np.ndarray, "patterns layers"]:
        """Return the share of every pattern's absolute codes that lies in each layer.

        Columns are the layers that occur, ascending; rows add up to 1, or to 0 where no neuron
        uses a pattern.
        """
        _, place = np.unique(self.layers, return_inverse=True)
        found = np.zeros((self.n_patterns, int(place.max()) + 1))
        for row, code in zip(found, np.abs(self.codes).astype(np.float64), strict=True):
            row += np.bincount(place, weights=code, minlength=found.shape[1])
        total = found.sum(axis=1, keepdims=True)
        return np.divide(found, total, out=np.zeros_like(found), where=total > 0)

    def save(self, folder: str | Path) -> Path:
        """Write into a folder, for `read_patterns`."""
        counts = {} if self.word_counts is None else {"word_counts": self.word_counts}
        arrays = {
            "time_courses": self.time_courses, "codes": self.codes, "layers": self.layers,
            "units": self.units, **counts,
        }  # fmt: skip
        facts = {
            "tr": self.tr, "site": self.site, "model": self.model, "method": self.method,
            "runs": list(self.runs), "trim": self.trim, "found": self.facts,
        }  # fmt: skip
        return write_result_folder(folder, "patterns", arrays, facts)


def read_patterns(folder: str | Path) -> Patterns:
    """Read patterns that were saved.

    Parameters
    ----------
    folder : str or Path
        Written by `Patterns.save`.

    Returns
    -------
    Patterns

    Raises
    ------
    FileNotFoundError
        The folder holds no patterns.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> neurons = Neurons(np.array([0, 1]), np.array([0, 0]), "ffn_out", "tiny")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Patterns(np.ones((4, 1)), np.ones((1, 2)), 2.0, neurons).save(folder)
    ...     read_patterns(folder).layer_weights()
    array([[0.5, 0.5]])
    """
    arrays, facts = read_result_folder(folder, "patterns")
    return Patterns(
        arrays["time_courses"],
        arrays["codes"],
        tr=facts["tr"],
        neurons=Neurons(arrays["layers"], arrays["units"], facts["site"], facts["model"]),
        method=facts["method"],
        word_counts=arrays.get("word_counts"),
        runs=tuple(facts["runs"]),
        trim=facts["trim"],
        facts=facts["found"],
    )
