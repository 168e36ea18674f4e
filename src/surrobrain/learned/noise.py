"""Noise that belongs to (seed, sample), however a run is cut into pieces."""

import functools

import numpy as np
from jaxtyping import Float

from surrobrain.seeds import stream

__all__ = ["normals"]

_BLOCK = 256


def normals(
    n_times: int, factor: Float[np.ndarray, "regions regions"], *, first: int, keys: tuple[int, ...]
) -> Float[np.ndarray, "times regions"]:
    """Return correlated normal noise of samples first ... first + n_times - 1.

    Parameters
    ----------
    n_times : int
        Number of samples.
    factor : array, shape (n_regions, n_regions)
        Factor L of the covariance L L'.
    first : int
        Number of the first sample.
    keys : tuple of int
        Seed, and what else decides the noise.

    Notes
    -----
    Drawn and correlated in whole blocks of 256 samples, because a matrix product of another size
    may round otherwise and two joined runs would differ from one in the last bit.

    Examples
    --------
    >>> whole = normals(10, np.eye(2), first=0, keys=(0,))
    >>> bool((normals(4, np.eye(2), first=6, keys=(0,)) == whole[6:]).all())
    True
    """
    start, stop = first // _BLOCK, -(-(first + n_times) // _BLOCK)
    content = np.ascontiguousarray(factor, dtype=np.float64).tobytes()
    blocks = [_block((*keys, block), content, len(factor)) for block in range(start, stop)]
    offset = first - start * _BLOCK
    return np.concatenate(blocks)[offset : offset + n_times]


@functools.lru_cache(maxsize=4)  # a model that is stepped asks for the same block 256 times
def _block(keys: tuple[int, ...], factor: bytes, n_regions: int) -> np.ndarray:
    matrix = np.frombuffer(factor).reshape(n_regions, n_regions)
    values = stream(*keys).normal(size=(_BLOCK, n_regions)) @ matrix.T
    values.setflags(write=False)
    return values
