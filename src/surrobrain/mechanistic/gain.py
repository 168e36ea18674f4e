"""Gain matrices of observers: what every channel sees of every region."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite

__all__ = ["channel_names", "checked_gain", "seen_through"]


def checked_gain(gain: Float[np.ndarray, "..."]) -> Float[np.ndarray, "channels regions"]:
    """Return a gain as a finite matrix of float64, or say what is wrong with it."""
    matrix = finite(np.array(gain, dtype=np.float64), "gain")
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(
            f"gain must have one row per channel and one column per region, but shape "
            f"{matrix.shape} arrived"
        )
    return matrix


def channel_names(
    channels: Sequence[str], gain: Float[np.ndarray, "channels regions"]
) -> tuple[str, ...]:
    """Return the names of the rows of a gain, ``channel_0`` ... where none were given."""
    names = tuple(channels) or tuple(f"channel_{k}" for k in range(len(gain)))
    if len(names) != len(gain) or len(set(names)) != len(names):
        raise ValueError(
            f"the gain has {len(gain)} rows, but {len(names)} channels with {len(set(names))} "
            "different names arrived; give every row a name of its own"
        )
    return names


def seen_through(
    gain: Float[np.ndarray, "channels columns"],
    values: Float[np.ndarray, "*trials times regions"],
) -> Float[np.ndarray, "*trials times channels"]:
    """Return the samples of channels, ``gain @ values`` at every time.

    Raises
    ------
    ValueError
        There are not as many regions as columns of the gain.
    """
    if values.shape[-1] != gain.shape[1]:
        raise ValueError(
            f"the gain has {gain.shape[1]} columns but the network has {values.shape[-1]} "
            "regions; give one column per region, in their order"
        )
    return values @ gain.T
