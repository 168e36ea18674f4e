"""The error of forecasts, by how far ahead they are."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.errors import NotEnough
from surrobrain.evaluation.baselines import fit_linear, forecast_windows
from surrobrain.evaluation.horizon import forecasts_ahead, model_ahead
from surrobrain.forward import Predictor

__all__ = ["PredictionError", "prediction_error"]

Curve = Float[np.ndarray, "steps"]
Ahead = Callable[..., Iterator[np.ndarray]]

_BLOCK = 2**22  # values of windows held at a time


@dataclass(frozen=True, eq=False)
class PredictionError:
    """Errors of forecasts 1, 2 ... n samples ahead.

    Parameters
    ----------
    squared : mapping of str to array, shape (n_steps,)
        PE(n) of "model", "persistence", "mean" and "linear_var": mean squared error at exactly
        step n, in variances of the recording.
    scaled : mapping of str to array, shape (n_steps,)
        MASE(n) of the same: mean absolute error over steps 1 to n, over the mean absolute step
        of the recording.
    n_starts : int
        True states that forecasts of one step started from.
    """

    squared: Mapping[str, Curve]
    scaled: Mapping[str, Curve]
    n_starts: int


def prediction_error(
    model: Predictor, recording: Recording, *, n_steps: int = 20, train: Recording | None = None
) -> PredictionError:
    """Measure how the error of a model's forecasts grows with the time ahead.

    Parameters
    ----------
    model : Predictor
        Forecasts without noise, from the state that it reads off a window.
    recording : Recording
        What is forecast. Missing samples are neither started from nor compared with.
    n_steps : int
        Samples ahead, up to which.
    train : Recording, optional
        What the linear VAR and the mean learn from; by default ``recording``, which flatters them.

    Returns
    -------
    PredictionError
        Every curve beside those of the last sample held, the mean, and a linear VAR that sees as
        many samples as the model.

    Raises
    ------
    ValueError
        The regions differ, or no window of the model's memory is free of missing samples.
    NotEnough
        The recording has no sample ``n_steps`` after a window, or a region does not vary.

    Notes
    -----
    For step n the mean is over all admissible starts, T - n of a recording of T samples for a
    memory of one, and over regions; the mean of steps 1 to n is another number [1]_. Always
    forecasting the mean has PE = 1, a run of the right law without any knowledge 2: on chaos every
    curve ends between. MASE is of [2]_. Blind to which regions err; a curve of means hides that
    states differ in how far ahead they can be told.

    References
    ----------
    .. [1] Hess et al. (2023), Generalized teacher forcing for learning chaotic dynamics.
    .. [2] Hyndman and Koehler (2006), Another look at measures of forecast accuracy.

    Examples
    --------
    >>> import surrobrain as sb
    >>> brain = sb.examples.linear_network(4, duration=200.0, seed=0)
    >>> model = sb.fit(sb.LinearVAR(4), brain.recording).model
    >>> found = prediction_error(model, brain.recording, n_steps=5)
    >>> bool((found.squared["model"] < found.squared["persistence"]).all())
    True
    """
    same_names(recording.names, model.names, our="recording", their="model")
    source = recording if train is None else train
    same_names(recording.names, source.names, our="recording", their="train")
    windows, rows = forecast_windows(recording, memory=model.memory)
    truth = np.where(recording.valid[:, None], recording.values.astype(np.float64), np.nan)
    deviation, pace = _spread(truth, n_steps=whole(n_steps, "n_steps", low=1), memory=model.memory)
    learned_mean = source.values[source.valid].astype(np.float64).mean(axis=0)
    dtype = recording.values.dtype  # a model may refuse another precision than its recordings have
    linear = fit_linear(source, memory=model.memory).predict
    rivals: dict[str, Ahead] = {
        "model": lambda w, **told: model_ahead(model, w.astype(dtype), **told),
        "persistence": functools.partial(forecasts_ahead, lambda w, *_: w[:, -1]),
        "mean": functools.partial(
            forecasts_ahead, lambda w, *_: np.broadcast_to(learned_mean, w[:, -1].shape)
        ),
        "linear_var": functools.partial(forecasts_ahead, linear),
    }
    squared, scaled = {}, {}
    inputs = recording.inputs if getattr(model, "n_inputs", 0) else None
    for name, ahead in rivals.items():
        square, absolute = _errors(
            ahead, windows, rows, truth=truth, n_steps=n_steps, inputs=inputs
        )
        squared[name] = (square / deviation**2).mean(axis=1)
        upto = np.cumsum(absolute, axis=0) / np.arange(1, n_steps + 1)[:, None]
        scaled[name] = (upto / pace).mean(axis=1)
    return PredictionError(squared, scaled, len(rows))


def _spread(truth: np.ndarray, *, n_steps: int, memory: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard deviation and the mean absolute step of every region."""
    deviation = np.nanstd(truth, axis=0)
    constant = int((np.nanmax(truth, axis=0) == np.nanmin(truth, axis=0)).sum())
    if constant or len(truth) < n_steps + memory:
        raise NotEnough(
            f"errors {n_steps} samples ahead need {n_steps + memory} samples of regions that all "
            f"vary, but {len(truth)} arrived and {constant} regions are constant; use a longer "
            "recording, fewer steps, or drop those regions with .pick(names)"
        )
    return deviation, np.nanmean(np.abs(np.diff(truth, axis=0)), axis=0)


def _errors(
    ahead: Ahead,
    windows: np.ndarray,
    rows: np.ndarray,
    *,
    truth: np.ndarray,
    n_steps: int,
    inputs: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean squared and mean absolute error, shape (n_steps, n_regions)."""
    sums = np.zeros((2, n_steps, truth.shape[1]))
    counts = np.zeros((n_steps, 1))
    block = max(1, _BLOCK // windows[0].size)
    for first in range(0, len(rows), block):
        some = slice(first, first + block)
        drives = None
        if inputs is not None:  # beyond the end nothing is compared
            steps = rows[some, None] + np.arange(n_steps)
            drives = inputs[np.minimum(steps, len(inputs) - 1)]
        for k, forecast in enumerate(ahead(windows[some], n_steps=n_steps, drives=drives)):
            target = rows[some] + k
            inside = target < len(truth)
            error = forecast[inside] - truth[target[inside]]
            error = error[~np.isnan(error).any(axis=1)]
            with np.errstate(over="ignore"):  # a forecast that diverged has an infinite error
                sums[:, k] += np.square(error).sum(axis=0), np.abs(error).sum(axis=0)
            counts[k] += len(error)
    if not counts.all():
        raise NotEnough(
            f"no sample {int(counts.argmin()) + 1} after a window is valid; use fewer steps"
        )
    return sums[0] / counts, sums[1] / counts
