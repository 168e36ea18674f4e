"""Cut recordings into pairs: the last few samples, and what came next."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.data.recording import Recording

__all__ = ["training_windows"]


def training_windows(
    recordings: Sequence[Recording], *, memory: int, horizon: int = 1
) -> tuple[
    Float[np.ndarray, "windows memory regions"], Float[np.ndarray, "windows horizon regions"]
]:
    """Return every window of the recordings with the samples that follow it.

    Parameters
    ----------
    recordings : sequence of Recording
        They may differ in length. No window crosses a missing sample or the end of a recording.
    memory : int
        Samples per window.
    horizon : int
        Samples after it.

    Returns
    -------
    windows : array, shape (n_windows, memory, n_regions)
        Oldest sample first; in order of time, recording after recording.
    targets : array, shape (n_windows, horizon, n_regions)
        The samples after each window.

    Raises
    ------
    ValueError
        No stretch without a missing sample is long enough.

    Examples
    --------
    >>> recording = Recording(np.arange(10.0).reshape(5, 2), sfreq=1.0)
    >>> windows, targets = training_windows([recording], memory=2)
    >>> windows.shape, targets[0, 0]
    ((3, 2, 2), array([4., 5.]))
    """
    length = whole(memory, "memory", low=1) + whole(horizon, "horizon", low=1)
    cut = [
        np.lib.stride_tricks.sliding_window_view(segment.values, length, axis=0)
        for recording in recordings
        for segment in recording.segments(shortest=length)
    ]
    if not cut:
        longest = max((s.n_times for r in recordings for s in r.segments(shortest=1)), default=0)
        raise ValueError(
            f"a window of {memory} samples with {horizon} to follow needs {length} samples in a "
            f"row, but the longest stretch without a missing one has {longest}; "
            "use a longer recording or a shorter memory"
        )
    pairs = np.concatenate(cut).swapaxes(1, 2)  # (window, sample, region)
    return np.ascontiguousarray(pairs[:, :memory]), np.ascontiguousarray(pairs[:, memory:])
