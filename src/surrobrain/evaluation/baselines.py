"""What a model must beat, and the best it could hope for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.data.recording import Recording
from surrobrain.linear.autoregression import Autoregression, solve_autoregression
from surrobrain.seeds import Seed, generator, spawn
from surrobrain.signals.windows import valid_samples, window_starts
from surrobrain.statistics.resampling import phase_randomized

__all__ = [
    "LinearBaseline", "fit_linear", "forecast_windows", "held_last", "null_runs",
    "self_comparisons",
]  # fmt: skip

Values = Float[np.ndarray, "times regions"]


def forecast_windows(
    recording: Recording, *, memory: int
) -> tuple[Float[np.ndarray, "windows memory regions"], Int[np.ndarray, "windows"]]:
    """Return every stretch of ``memory`` samples that has a sample after it, and where that is.

    Parameters
    ----------
    recording : Recording
        No window crosses a missing sample.
    memory : int
        Samples per window.

    Returns
    -------
    windows : array, shape (n_windows, memory, n_regions)
        Oldest sample first.
    rows : array of int, shape (n_windows,)
        Row of the recording that follows each window.

    Raises
    ------
    ValueError
        No stretch without a missing sample is longer than ``memory``.
    """
    length = whole(memory, "memory", low=1) + 1
    starts = window_starts(recording.valid, length=length)
    if len(starts) == 0:
        raise ValueError(
            f"a forecast from {memory} samples needs {length} samples in a row without a missing "
            f"one, but the recording of {recording.n_times} has none; use a longer recording"
        )
    values = recording.values.astype(np.float64)
    return values[starts[:, None] + np.arange(memory)], starts + memory


def held_last(recording: Recording, *, n_times: int) -> Values:
    """Return the last valid sample of a recording, held: persistence as a free run."""
    last = recording.values[recording.valid][-1].astype(np.float64)
    return np.tile(last, (n_times, 1))


@dataclass(frozen=True, eq=False)
class LinearBaseline:
    """A linear autoregression with what a free run of it needs.

    Parameters
    ----------
    linear : Autoregression
        The map, in standard deviations from the mean.
    center, scale : array, shape (n_regions,)
        Mean and standard deviation of the recording it was fitted to.
    windows : array, shape (n_windows, memory, n_regions)
        The windows it was fitted to, standardized: where runs start.
    residuals : array, shape (n_windows, n_regions)
        Errors of the fit, standardized: the noise of runs.
    """

    linear: Autoregression
    center: Float[np.ndarray, "regions"]
    scale: Float[np.ndarray, "regions"]
    windows: Float[np.ndarray, "windows memory regions"]
    residuals: Float[np.ndarray, "windows regions"]

    @property
    def n_inputs(self) -> int:
        """Number of external inputs whose effect was learned."""
        return self.linear.drive.shape[1]

    def predict(
        self,
        windows: Float[np.ndarray, "new memory regions"],
        drives: Float[np.ndarray, "new inputs"] | None = None,
    ) -> Float[np.ndarray, "new regions"]:
        """Return the expected sample after each window, in units of the recording."""
        standard = (windows - self.center) / self.scale
        return self.linear.predict(standard, drives) * self.scale + self.center

    def runs(
        self,
        *,
        n_times: int,
        n_runs: int,
        seed: Seed,
        drives: Float[np.ndarray, "times inputs"] | None = None,
    ) -> list[Values]:
        """Run freely, each run from another window, with residuals drawn as noise.

        ``drives`` is external input, one row per sample. An unstable fit grows without bound; its
        runs end as infinite or NaN values.
        """
        rng = generator(seed)
        state = self.windows[rng.integers(len(self.windows), size=n_runs)]  # (run, memory, region)
        draws = rng.integers(len(self.residuals), size=(n_times, n_runs))
        out = np.empty((n_times, n_runs, len(self.center)))
        with np.errstate(over="ignore", invalid="ignore"):
            for t in range(n_times):
                driven = None if drives is None else np.tile(drives[t], (n_runs, 1))
                out[t] = self.linear.predict(state, driven) + self.residuals[draws[t]]
                state = np.concatenate([state[:, 1:], out[t][:, None]], axis=1)
            out = out * self.scale + self.center
        return [np.ascontiguousarray(out[:, k]) for k in range(n_runs)]


def fit_linear(train: Recording, *, memory: int) -> LinearBaseline:
    """Fit the linear vector autoregression that every model is held against.

    Parameters
    ----------
    train : Recording
        What it may learn from.
    memory : int
        Past samples it sees; give it as many as the model it is compared with.

    Notes
    -----
    The ridge penalty is chosen by `choose_ridge`: an overfitted baseline would be easy to beat.
    """
    windows, rows = forecast_windows(train, memory=memory)
    good = train.values[train.valid].astype(np.float64)
    center, scale = good.mean(axis=0), good.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    standard = (windows - center) / scale
    targets = (train.values[rows] - center) / scale
    drives = None if train.inputs is None else train.inputs[rows]
    linear = solve_autoregression(standard, targets, drives=drives)
    left = targets - linear.predict(standard, drives)
    return LinearBaseline(linear, center, scale, standard, left)


def null_runs(source: Recording, *, n_times: int, n_runs: int, seed: Seed) -> list[Values]:
    """Return phase-randomized copies of a recording, each region with its own phases.

    They keep mean, variance and power spectrum of every region and nothing else: no correlation
    between regions, no timing, a normal distribution of values. Missing samples are closed up;
    a source shorter than ``n_times`` is repeated, which is seamless because the copies are
    periodic.
    """
    values = source.values[source.valid]
    rows = np.arange(n_times) % len(values)
    return [
        phase_randomized(values, keep_correlations=False, seed=child)[rows]
        for child in spawn(seed, n_runs)
    ]


def self_comparisons(
    real: Values, train: Float[np.ndarray, "train_times regions"] | None
) -> list[tuple[Values, Values]]:
    """Return pairs of true stretches: what a perfect model would be compared as.

    Parameters
    ----------
    real : array, shape (n_times, n_regions)
        The recording to be judged on.
    train : array, shape (n_train, n_regions), optional
        Another part of the same recording.

    Returns
    -------
    list of (array, array)
        ``real`` beside each piece of ``train`` that is as long, the latest first. Without one,
        the two halves of ``real``, filled up with missing samples to its length so that windows
        mean the same; half the length makes that floor look easier to reach.
    """
    n_times = len(real)
    if train is not None and len(train) >= n_times:
        ends = range(len(train), n_times - 1, -n_times)
        return [_both_valid(real, train[end - n_times : end]) for end in ends]
    half = n_times // 2
    padding = np.full((n_times - half, real.shape[1]), np.nan)
    halves: Sequence[Values] = (real[:half], real[half : 2 * half])
    first, second = (np.concatenate([part, padding]) for part in halves)
    return [_both_valid(first, second)]


def _both_valid(first: Values, second: Values) -> tuple[Values, Values]:
    """Mark a sample that is missing on the second side as missing on the first as well."""
    return np.where(valid_samples(second)[:, None], first, np.nan), second
