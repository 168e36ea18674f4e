"""Recording: one person's regional signals, time first."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import choice, indices, number, positive, whole
from surrobrain.data.problems import Problem, find_problems
from surrobrain.errors import BadRecording

__all__ = ["OnBad", "Recording"]

OnBad = Literal["raise", "drop", "mask", "keep"]


@dataclass(frozen=True, eq=False)
class Recording:
    """Signals of several regions, sampled at one rate.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals. Copied, kept as float32 or float64, and read-only.
    sfreq : float
        Samples per second (Hz).
    names : sequence of str, optional
        Region names; ``region_0`` ... when absent.
    modality : str
        What was measured: "fMRI", "EEG", "MEG", "SEEG", or "activity" for a model.
    unit : str
        Unit of the values, as text.
    inputs : array, shape (n_times, n_inputs), optional
        What acted from outside meanwhile, such as stimulation or a task; 0 is nothing. Row t acts
        on the step that ends in sample t. A model that has inputs learns what they do.
    on_bad : {"raise", "drop", "mask", "keep"}
        What to do with NaN, infinite, constant or duplicate regions: refuse; leave those
        regions out; mark samples that are not finite as missing (constant and duplicate
        regions are still refused); or take the values as they are.

    Raises
    ------
    BadRecording
        Some region is unusable; the message names region and sample.
    ValueError
        Shape, names or rate do not fit.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(100, 2))
    >>> recording = Recording(values, sfreq=2.0, names=["V1_L", "V1_R"])
    >>> recording
    Recording(100 samples x 2 regions, 2 Hz, 50 s, activity)
    >>> train, test = recording.split(0.8)
    >>> test.n_times
    20
    """

    values: Float[np.ndarray, "times regions"]
    sfreq: float
    names: Sequence[str] = ()
    modality: str = "activity"
    unit: str = ""
    inputs: Float[np.ndarray, "rows inputs"] | None = None
    on_bad: InitVar[OnBad] = "raise"

    def __post_init__(self, on_bad: OnBad) -> None:
        """Validate at the border, once."""
        choice(on_bad, ("raise", "drop", "mask", "keep"), "on_bad")
        values = _as_float(self.values)
        names = tuple(self.names) or tuple(f"region_{k}" for k in range(values.shape[1]))
        _check_names(names, values.shape[1])
        if on_bad != "keep":
            if len(values) < 2:
                raise BadRecording(
                    f"a recording needs at least 2 samples, but {len(values)} arrived; "
                    "if time runs along the other axis, transpose the array"
                )
            values, names = _without_problems(values, names, on_bad)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "inputs", _checked_inputs(self.inputs, values))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "sfreq", positive(self.sfreq, "sfreq", unit="Hz"))

    def __repr__(self) -> str:
        """Say size, rate and length, not the numbers."""
        missing = self.n_times - int(self.valid.sum())
        gap = f", {missing} samples missing" if missing else ""
        return (
            f"Recording({self.n_times} samples x {self.n_regions} regions, {self.sfreq:g} Hz, "
            f"{self.duration:g} s, {self.modality}{gap})"
        )

    @property
    def n_times(self) -> int:
        """Number of samples."""
        return self.values.shape[0]

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return self.values.shape[1]

    @property
    def n_inputs(self) -> int:
        """Number of inputs from outside; 0 where none were recorded."""
        return 0 if self.inputs is None else self.inputs.shape[1]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_times / self.sfreq

    @property
    def times(self) -> Float[np.ndarray, "times"]:
        """Time of every sample in seconds, from zero."""
        return np.arange(self.n_times) / self.sfreq

    @property
    def valid(self) -> Bool[np.ndarray, "times"]:
        """Samples at which every region is finite; the others are missing."""
        return np.asarray(np.isfinite(self.values).all(axis=1))

    def split(self, fraction: float = 0.8) -> tuple["Recording", "Recording"]:
        """Cut in time: the first ``fraction`` to learn from, the rest to be judged on."""
        number(fraction, "fraction", low=0.0, high=1.0)
        cut = round(fraction * self.n_times)
        if not 2 <= cut <= self.n_times - 2:
            raise ValueError(
                f"a split at {fraction:g} of {self.n_times} samples leaves a part with fewer than "
                "2 samples; use a longer recording or another fraction"
            )
        return self._rows(slice(None, cut)), self._rows(slice(cut, None))

    def crop(self, start: float = 0.0, stop: float | None = None) -> "Recording":
        """Keep the samples from ``start`` to ``stop`` (seconds, stop excluded)."""
        stop = self.duration if stop is None else stop
        first, last = round(start * self.sfreq), round(stop * self.sfreq)
        if not 0 <= first < last <= self.n_times:
            raise ValueError(
                f"crop needs 0 <= start < stop <= {self.duration:g} s, "
                f"but start {start:g} and stop {stop:g} arrived"
            )
        return self._rows(slice(first, last))

    def pick(self, regions: Iterable[str | int]) -> "Recording":
        """Keep these regions, by name or position, in this order."""
        keep = indices(regions, self.names)
        return self._with(self.values[:, keep], names=tuple(self.names[k] for k in keep))

    def without(self, regions: Iterable[str | int]) -> "Recording":
        """Leave these regions out, by name or position."""
        gone = set(indices(regions, self.names))
        return self.pick([k for k in range(self.n_regions) if k not in gone])

    def with_inputs(self, inputs: Float[np.ndarray, "rows inputs"]) -> "Recording":
        """Say what acted from outside meanwhile, one row per sample."""
        return self._with(self.values, inputs=inputs)

    def zscored(self) -> "Recording":
        """Give every region mean 0 and standard deviation 1 over the valid samples."""
        good = self.values[self.valid]
        scale = good.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0).astype(self.values.dtype)
        return self._with((self.values - good.mean(axis=0)) / scale, unit="sd")

    def segments(self, *, shortest: int = 2) -> list["Recording"]:
        """Return the stretches without a missing sample that are at least ``shortest`` long."""
        whole(shortest, "shortest", low=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.valid, [False]])))
        stretches = zip(edges[::2], edges[1::2], strict=True)
        return [self._rows(slice(a, b)) for a, b in stretches if b - a >= shortest]

    def _rows(self, rows: slice) -> "Recording":
        inputs = None if self.inputs is None else self.inputs[rows]
        return self._with(self.values[rows], inputs=inputs)

    def _with(self, values: np.ndarray, **changes: object) -> "Recording":
        return dataclasses.replace(self, values=values, on_bad="keep", **changes)


def _as_float(values: object) -> np.ndarray:
    array = np.array(values)  # a copy, so that the caller's array stays his own
    if array.ndim != 2:
        raise ValueError(
            f"values must have shape (n_times, n_regions), but an array of shape {array.shape} "
            "arrived; put time first and one region per column"
        )
    if array.dtype.kind not in "fiu" or array.size == 0:
        raise ValueError(
            f"values must be real numbers, but {array.size} entries of type {array.dtype} arrived"
        )
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def _checked_inputs(inputs: object, values: np.ndarray) -> np.ndarray | None:
    if inputs is None:
        return None
    array = np.array(inputs, dtype=values.dtype)
    if array.ndim != 2 or len(array) != len(values):
        raise ValueError(
            f"inputs must have shape ({len(values)}, n_inputs), one row per sample, but "
            f"{array.shape} arrived"
        )
    if not np.isfinite(array).all():
        t, k = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"inputs must be finite, but input {k} is {array[t, k]} at sample {t}; write 0 where "
            "nothing acted"
        )
    array.setflags(write=False)
    return array


def _check_names(names: tuple[str, ...], n_regions: int) -> None:
    if len(names) != n_regions:
        raise ValueError(
            f"{len(names)} names arrived for {n_regions} regions; give one name per column"
        )
    if len(set(names)) != len(names):
        twice = sorted({n for n in names if names.count(n) > 1})[:3]
        raise ValueError(f"region names must differ, but {', '.join(twice)} arrived twice")


def _without_problems(
    values: np.ndarray, names: tuple[str, ...], on_bad: OnBad
) -> tuple[np.ndarray, tuple[str, ...]]:
    if on_bad == "mask":
        values[~np.isfinite(values).all(axis=1)] = np.nan
        if np.isfinite(values).all(axis=1).sum() < 2:
            raise BadRecording("no usable sample is left: every sample lacks some region")
    problems = find_problems(values, names)
    if on_bad == "mask":
        problems = [problem for problem in problems if problem.kind != "nan"]
    if on_bad == "drop":
        gone = {problem.regions[0] for problem in problems}
        if len(gone) == len(names):
            raise BadRecording(f"no usable region is left: {problems[0].message}")
        keep = [k for k, name in enumerate(names) if name not in gone]
        return values[:, keep], tuple(names[k] for k in keep)
    if problems:
        raise BadRecording(_refusal(problems))
    return values, names


def _refusal(problems: list[Problem]) -> str:
    shown = "; ".join(problem.message for problem in problems[:3])
    more = f"; and {len(problems) - 3} more problems" if len(problems) > 3 else ""
    return (
        f"{shown}{more}; repair the recording, or leave those regions out with on_bad='drop', "
        "or mark missing samples with on_bad='mask'"
    )
