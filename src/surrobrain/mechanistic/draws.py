"""The noise that belongs to (seed, lane, region, variable, step), in plain array code."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.engine import key_of

__all__ = ["four_normals", "normals", "philox"]

_LOW = 0xFFFFFFFF


def philox(counter: tuple[Any, ...], key: tuple[Any, Any]) -> tuple[Any, Any, Any, Any]:
    """Return the four 32-bit words of Philox4x32-10.

    Parameters
    ----------
    counter : four arrays of np.uint64 or torch tensors of int64
        Words below 2^32; they broadcast.
    key : two int
        Words below 2^32.

    Notes
    -----
    Products of two words need 64 bits. Where the integers are signed they wrap, which leaves the
    bits as they are; the shift is masked.

    References
    ----------
    .. [1] Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3. SC11.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = (int(word) for word in key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c2 = ((p1 >> 32) & _LOW) ^ c1 ^ k0, ((p0 >> 32) & _LOW) ^ c3 ^ k1
        c1, c3 = p1 & _LOW, p0 & _LOW
        k0, k1 = (k0 + 0x9E3779B9) & _LOW, (k1 + 0xBB67AE85) & _LOW
    return c0, c1, c2, c3


def four_normals(
    xp: Any, quarter: Any, region: Any, stream: Any, *, seed: int, unit: Any, dropped: int = 0
) -> tuple[Any, Any, Any, Any]:
    """Return the normals of the four steps from ``4 quarter`` on, by Box and Muller (1958).

    Parameters
    ----------
    xp : module
        NumPy or torch.
    quarter, region, stream : arrays of np.uint64 or tensors of int64
        Which steps, regions and lanes; the stream is ``256 lane + variable``. They broadcast.
    seed : int
        Decides the noise.
    unit : array or tensor of float64
        The number 2^-32, which turns words into shares.
    dropped : int
        Last bits of a word that do not count for the radius; 8 in single precision.
    """
    key = key_of(seed)
    counter = (quarter & _LOW, quarter >> 32, region, stream)
    words = philox(counter, (key & _LOW, key >> 32))
    found = []
    for first, second in (words[:2], words[2:]):
        share = ((first ^ 0x80000000) >> dropped) * (unit * 2.0**dropped) + 2.0 ** (dropped - 33)
        radius = xp.sqrt(-2 * xp.log(share))
        angle = 2 * np.pi * ((second ^ 0x80000000) * unit - 0.5)
        found += [radius * xp.cos(angle), radius * xp.sin(angle)]
    return found[0], found[1], found[2], found[3]


def normals(
    seed: int, n_steps: int, n_regions: int, *, variable: int = 0, lane: int = 0
) -> Float[np.ndarray, "steps regions"]:
    """Return the noise of one variable and lane from step 0 on.

    Examples
    --------
    >>> normals(1, 5, 3).shape
    (5, 3)
    """
    quarter = np.arange(-(-n_steps // 4), dtype=np.uint64)[:, None]
    region = np.arange(n_regions, dtype=np.uint64)
    stream = np.array([256 * lane + variable], dtype=np.uint64)
    four = four_normals(np, quarter, region, stream, seed=seed, unit=np.array(2.0**-32))
    return np.stack(four, axis=1).reshape(-1, n_regions)[:n_steps]
