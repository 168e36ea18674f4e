"""Forecasts several samples ahead: a prediction is fed back as if it had been measured."""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole

__all__ = ["forecasts_ahead"]


def forecasts_ahead(
    predict: Callable[[np.ndarray], np.ndarray],
    windows: Float[np.ndarray, "windows memory regions"],
    *,
    n_steps: int,
) -> Iterator[np.ndarray]:
    """Forecast from every window 1, 2 ... samples ahead, without noise.

    Parameters
    ----------
    predict : callable
        From windows, oldest sample first, to the sample after each.
    windows : array, shape (n_windows, memory, n_regions)
        True samples to start from.
    n_steps : int
        How far to go.

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
    for _ in range(whole(n_steps, "n_steps", low=1)):
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.asarray(predict(windows))
        lost |= ~np.isfinite(found).all(axis=1)
        following = np.where(lost[:, None], 0.0, found).astype(windows.dtype)
        yield np.where(lost[:, None], np.inf, found).astype(np.float64)
        windows = np.concatenate([windows[:, 1:], following[:, None]], axis=1)
