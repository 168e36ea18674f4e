"""How long a forecast stays close to the truth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.errors import NotEnough
from surrobrain.evaluation.horizon import model_ahead
from surrobrain.forward import Predictor
from surrobrain.signals.windows import window_starts

__all__ = ["ValidTime", "valid_time"]


@dataclass(frozen=True, eq=False)
class ValidTime:
    """How long forecasts stayed close, one value per start.

    Parameters
    ----------
    model, persistence : array, shape (n_starts,)
        Seconds until the error first exceeds the threshold; the horizon where it never does. In
        Lyapunov times: multiply by the largest exponent in 1/s.
    threshold : float
        The error that ends a forecast, in standard deviations.
    horizon : float
        Seconds that were looked ahead.
    """

    model: Float[np.ndarray, "starts"]
    persistence: Float[np.ndarray, "starts"]
    threshold: float
    horizon: float

    @property
    def median(self) -> float:
        """Median over starts, in seconds: half of the forecasts stay close for longer."""
        return float(np.median(self.model))


def valid_time(
    model: Predictor,
    recording: Recording,
    *,
    horizon: float,
    threshold: float = 0.4,
    n_starts: int = 100,
) -> ValidTime:
    """Measure for how long a model's forecasts stay close to the truth.

    Parameters
    ----------
    model : Predictor
        Forecasts without noise, from the state that it reads off a window.
    recording : Recording
        What is forecast.
    horizon : float
        Seconds to look ahead: beyond the longest time expected, or times are cut off.
    threshold : float
        Normalized error that ends a forecast; 0.4 and 0.5 are in use.
    n_starts : int
        True states to start from, spread evenly over the recording.

    Returns
    -------
    ValidTime
        One time per start, for the model and for the last sample held.

    Raises
    ------
    NotEnough
        No stretch without a missing sample is as long as memory and horizon, or a region does
        not vary.

    Notes
    -----
    The first t with |x(t) - y(t)| / sqrt(mean over time of |x - mean|^2) above the threshold [1]_,
    every region divided by its standard deviation before. The number follows the threshold, and
    for a noisy recording it is short for any model. Blind to all that comes after: a model may
    follow for long and then settle on another attractor.

    References
    ----------
    .. [1] Pathak et al. (2018), Hybrid forecasting of chaotic processes.

    Examples
    --------
    >>> import surrobrain as sb
    >>> times = np.arange(400) / 10.0
    >>> wave = sb.Recording(np.stack([np.cos(times), np.sin(times)], axis=1), sfreq=10.0)
    >>> model = sb.fit(sb.LinearVAR(2), wave).model
    >>> found = valid_time(model, wave, horizon=2.0)
    >>> found.median, float(np.median(found.persistence))  # a rotation is linear
    (2.0, 0.5)
    """
    same_names(recording.names, model.names, our="recording", their="model")
    limit = positive(threshold, "threshold", unit="standard deviations")
    n_steps = max(1, round(positive(horizon, "horizon", unit="s") * recording.sfreq))
    values = recording.values.astype(np.float64)
    length = model.memory + n_steps
    starts = window_starts(recording.valid, length=length)
    deviation = values[recording.valid].std(axis=0)
    if len(starts) == 0 or np.ptp(values[recording.valid], axis=0).min() == 0:
        raise NotEnough(
            f"a horizon of {horizon:g} s needs {length} samples in a row of regions that all vary; "
            f"{len(values)} samples arrived: use a longer recording, a shorter horizon, or drop "
            "constant regions with .pick(names)"
        )
    n = min(whole(n_starts, "n_starts", low=1), len(starts))
    chosen = starts[np.linspace(0, len(starts) - 1, n).round().astype(np.int64)]
    pieces = values[chosen[:, None] + np.arange(length)]  # (start, sample, region)
    windows, truth = pieces[:, : model.memory], pieces[:, model.memory :]
    dtype = recording.values.dtype  # a model may refuse another precision than its recordings have
    drives = None
    if getattr(model, "n_inputs", 0) and recording.inputs is not None:
        drives = recording.inputs[chosen[:, None] + model.memory + np.arange(n_steps)]
    ahead = model_ahead(model, windows.astype(dtype), n_steps=n_steps, drives=drives)
    paths = np.stack(list(ahead), axis=1)
    held = np.broadcast_to(windows[:, -1:], truth.shape)
    followed, kept = (
        _first_above((path - truth) / deviation, limit) / recording.sfreq for path in (paths, held)
    )
    return ValidTime(followed, kept, limit, n_steps / recording.sfreq)


def _first_above(
    errors: Float[np.ndarray, "starts steps regions"], limit: float
) -> Float[np.ndarray, "starts"]:
    """Return how many steps ahead the error is first above the limit, or all steps."""
    with np.errstate(over="ignore"):  # a forecast that diverged has an infinite error
        far = np.sqrt(np.square(errors).mean(axis=2)) > limit
    return np.where(far.any(axis=1), far.argmax(axis=1) + 1.0, float(far.shape[1]))
