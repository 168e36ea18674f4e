"""Cut recordings into stretches: the last few samples, and what came next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.data.recording import Recording

__all__ = ["Windows", "cut_windows", "training_windows"]


@dataclass(frozen=True, eq=False)
class Windows:
    """Every window of some recordings with what follows it, cut out only when it is looked at.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Samples of all stretches, one stretch after the other.
    inputs : array, shape (n_times, n_inputs)
        External input of the step to each sample; no column where there is none.
    starts : array of int, shape (n_windows,)
        Row of the first sample of every window; in order of time, recording after recording.
    memory : int
        Samples per window.
    horizon : int
        Samples after it.
    """

    values: Float[np.ndarray, "times regions"]
    inputs: Float[np.ndarray, "times inputs"]
    starts: Int[np.ndarray, "windows"]
    memory: int
    horizon: int

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.starts)

    @property
    def windows(self) -> Float[np.ndarray, "windows memory regions"]:
        """All windows, oldest sample first."""
        return self.values[self.starts[:, None] + np.arange(self.memory)]

    @property
    def targets(self) -> Float[np.ndarray, "windows horizon regions"]:
        """The samples after each window."""
        return self.values[self.starts[:, None] + self.memory + np.arange(self.horizon)]

    @property
    def following(self) -> Float[np.ndarray, "windows regions"]:
        """The sample after each window."""
        return self.values[self.starts + self.memory]

    @property
    def drives(self) -> Float[np.ndarray, "windows inputs"]:
        """The input of the step to that sample."""
        return self.inputs[self.starts + self.memory]

    def pairs(
        self,
    ) -> tuple[
        Float[np.ndarray, "windows memory regions"],
        Float[np.ndarray, "windows regions"],
        Float[np.ndarray, "windows inputs"],
    ]:
        """Return windows, the samples after them, and the inputs of those steps."""
        return self.windows, self.following, self.drives


def cut_windows(recordings: Sequence[Recording], *, memory: int, horizon: int = 1) -> Windows:
    """Return every window of the recordings with the samples that follow it.

    Parameters
    ----------
    recordings : sequence of Recording
        They may differ in length, not in their number of inputs. No window crosses a missing
        sample or the end of a recording.
    memory, horizon : int
        Samples per window, and after it.

    Raises
    ------
    ValueError
        No stretch without a missing sample is long enough.
    """
    length = whole(memory, "memory", low=1) + whole(horizon, "horizon", low=1)
    stretches = [s for recording in recordings for s in recording.segments(shortest=length)]
    if not stretches:
        longest = max((s.n_times for r in recordings for s in r.segments(shortest=1)), default=0)
        raise ValueError(
            f"a window of {memory} samples with {horizon} to follow needs {length} samples in a "
            f"row, but the longest stretch without a missing one has {longest}; "
            "use a longer recording or a shorter memory"
        )
    firsts = np.cumsum([0, *(s.n_times for s in stretches)])
    starts = [
        first + np.arange(s.n_times - length + 1)
        for first, s in zip(firsts, stretches, strict=False)
    ]
    values = np.concatenate([s.values for s in stretches])
    none = np.zeros((len(values), 0), values.dtype)
    inputs = [s.inputs for s in stretches if s.inputs is not None]
    driven = np.concatenate(inputs) if inputs else none
    return Windows(values, driven, np.concatenate(starts), memory, horizon)


def training_windows(
    recordings: Sequence[Recording], *, memory: int, horizon: int = 1
) -> tuple[
    Float[np.ndarray, "windows memory regions"], Float[np.ndarray, "windows horizon regions"]
]:
    """Return windows and targets of ``cut_windows`` as two arrays.

    Examples
    --------
    >>> recording = Recording(np.arange(10.0).reshape(5, 2), sfreq=1.0)
    >>> windows, targets = training_windows([recording], memory=2)
    >>> windows.shape, targets[0, 0]
    ((3, 2, 2), array([4., 5.]))
    """
    found = cut_windows(recordings, memory=memory, horizon=horizon)
    return found.windows, found.targets
