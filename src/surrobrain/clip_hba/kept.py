"""What was computed of images, kept on disk under what it was computed from.

Every image has a file of its own, named by the content of the image, in a folder named by the
model and by what was done. A file is whole or absent, so that work that was cut off goes on where
it was; another model, image or preparation can never be mistaken for this one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.files import write_npy
from surrobrain.pretrained.images import Images, image_digest
from surrobrain.progress import progress

__all__ = ["Kept", "keep"]

_DTYPES = ("float32", "float16")
_IN_MEMORY = 2**30  # bytes; more than this is read from disk at every step


@dataclass(frozen=True, eq=False)
class Kept:
    """One array for every image, in memory or on disk.

    Parameters
    ----------
    names : tuple of str
        Of the images.
    values : array, shape (n_images, ...), or tuple of path
        What was computed, or the files where it lies.
    n_computed : int
        How many were not found on disk.
    """

    names: tuple[str, ...]
    values: np.ndarray | tuple[Path, ...]
    n_computed: int

    def rows(self, items: Int[np.ndarray, "chosen"]) -> Float[np.ndarray, "chosen *shape"]:
        """Return the arrays of some images in single precision."""
        if isinstance(self.values, np.ndarray):
            return self.values[items].astype(np.float32)
        return np.stack([np.load(self.values[k]) for k in items]).astype(np.float32)


def keep(
    images: Images,
    compute: Callable[[Images], np.ndarray],
    *,
    key: Mapping[str, object],
    folder: str | Path | None = None,
    dtype: str = "float32",
    batch: int = 8,
    shown: bool = True,
) -> Kept:
    """Compute what is not kept yet, and keep it.

    Parameters
    ----------
    images : Images
        What to compute it of.
    compute : callable
        Gets a few images and returns an array, shape (n_images, ...).
    key : mapping
        All but the images on which the result depends, as JSON can hold it.
    folder : path, optional
        Of the cache; without it everything stays in memory.
    dtype : {"float32", "float16"}
        Half precision needs half of the disk and is no longer exact.
    batch : int
        Images that are computed at once.
    shown : bool
        Show a bar.

    Returns
    -------
    Kept

    Raises
    ------
    ValueError
        An image does not decode (the message names it; what was computed before stays), or a
        value is too large for half precision.
    """
    choice(dtype, _DTYPES, "dtype")
    digest = hashlib.sha256(json.dumps({**key, "dtype": dtype}, sort_keys=True).encode())
    place = None if folder is None else Path(folder) / digest.hexdigest()[:32]
    digests = [image_digest(source) for source in images.sources]
    absent = {one: name for one, name in zip(digests, images.names, strict=True)
              if place is None or not _usable(place / f"{one}.npy", dtype)}  # fmt: skip
    held: dict[str, np.ndarray] = {}
    todo = list(absent.items())
    with progress(len(todo), label="frozen layers", shown=shown) as report:
        for start in range(0, len(todo), batch):
            some = todo[start : start + batch]
            values = compute(images.pick([name for _, name in some]))
            for (one, name), value in zip(some, values, strict=True):
                narrow = _narrowed(value, name, dtype)
                if place is None:
                    held[one] = narrow
                else:
                    write_npy(place / f"{one}.npy", narrow)
            report(start + len(some), some[-1][1])
    names = tuple(images.names)
    if place is None:
        return Kept(names, np.stack([held[one] for one in digests]), len(todo))
    files = tuple(place / f"{one}.npy" for one in digests)
    small = sum(file.stat().st_size for file in files) <= _IN_MEMORY
    return Kept(names, np.stack([np.load(f) for f in files]) if small else files, len(todo))


def _usable(path: Path, dtype: str) -> bool:
    """Tell whether a kept array is there; what can no longer be read is computed anew."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False).dtype == dtype
    except (OSError, ValueError, EOFError):
        return False


def _narrowed(value: np.ndarray, name: str, dtype: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        narrow = value.astype(dtype)
    if not np.isfinite(narrow).all():
        reason = "is not finite" if dtype == "float32" else "is too large for half precision"
        raise ValueError(
            f"an activation of image {name} {reason}: {np.abs(value).max():g}; "
            "keep activations in float32, or check the weights of the model"
        )
    return narrow
