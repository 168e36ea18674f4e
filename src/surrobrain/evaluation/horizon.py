"""Forecasts several samples ahead: a prediction is fed back as if it had been measured."""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.forward import Predictor

__all__ = ["forecasts_ahead", "model_ahead"]


def forecasts_ahead(
    predict: Callable[..., np.ndarray],
    windows: Float[np.ndarray, "windows memory regions"],
    *,
    n_steps: int,
    drives: Float[np.ndarray, "windows steps inputs"] | None = None,
) -> Iterator[np.ndarray]:
    """Forecast from every window 1, 2 ... samples ahead, without noise.

    Parameters
    ----------
    predict : callable
        From windows, oldest sample first, to the sample after each; also given the external
        input of that step where there is any.
    windows : array, shape (n_windows, memory, n_regions)
        True samples to start from.
    n_steps : int
        How far to go.
    drives : array, shape (n_windows, n_steps, n_inputs), optional
        External input of every step.

    Yields
    ------
    array, shape (n_windows, n_regions)
        The forecasts one step on. One that left the finite range is infinite from there on.

    Examples
    --------
    >>> halved = forecasts_ahead(lambda w: w[:, -1] / 2, np.array([[[8.0]]]), n_steps=3)
    >>> [float(x[0, 0]) for x in halved]
    [4.0, 2.0, 1.0]
    """
    lost = np.zeros(len(windows), dtype=bool)
    for k in range(whole(n_steps, "n_steps", low=1)):
        driven = () if drives is None else (drives[:, k],)
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.asarray(predict(windows, *driven))
        lost |= ~np.isfinite(found).all(axis=1)
        following = np.where(lost[:, None], 0.0, found).astype(windows.dtype)
        yield np.where(lost[:, None], np.inf, found).astype(np.float64)
        windows = np.concatenate([windows[:, 1:], following[:, None]], axis=1)


def model_ahead(
    model: Predictor,
    windows: Float[np.ndarray, "windows memory regions"],
    *,
    n_steps: int,
    drives: Float[np.ndarray, "windows steps inputs"] | None = None,
) -> Iterator[np.ndarray]:
    """Let a model forecast as ``forecasts_ahead`` does, on its own latent state if it has one.

    A model with a method ``forecast(windows, n_steps, drive=...)`` reads its state off a window
    once and runs on; any other is given its own forecasts as data.
    """
    own = getattr(model, "forecast", None)
    if own is None:
        yield from forecasts_ahead(model.predict, windows, n_steps=n_steps)
        return
    paths = np.asarray(own(windows, n_steps, drive=drives), dtype=np.float64)
    finite = np.isfinite(paths).all(axis=2)
    lost = np.logical_or.accumulate(~finite, axis=1)
    yield from np.moveaxis(np.where(lost[:, :, None], np.inf, paths), 1, 0)
