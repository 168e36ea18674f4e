"""Pictures with names: files of a folder, or arrays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from surrobrain.checks import choice, existing_file
from surrobrain.lazy import need

__all__ = ["ENDINGS", "Images", "decoded", "find_images", "image_digest"]

ENDINGS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_LISTED = 5


@dataclass(frozen=True, eq=False)
class Images:
    """Named pictures, decoded only when they are needed.

    Parameters
    ----------
    names : sequence of str
        One per picture, all different; measurements and predictions are matched by them.
    sources : sequence of path or array
        Files, or arrays of shape (height, width, 3) with values 0 to 255.

    Raises
    ------
    ValueError
        A name occurs twice, or names and pictures differ in number.

    Examples
    --------
    >>> images = Images(["black", "white"], [np.zeros((4, 4, 3), np.uint8), "white.png"])
    >>> len(images), images.pick(["white"]).names
    (2, ('white',))
    """

    names: Sequence[str]
    sources: Sequence[Path | str | UInt8[np.ndarray, "_ _ 3"]]

    def __post_init__(self) -> None:
        """Validate once."""
        names = tuple(str(name) for name in self.names)
        if len(names) != len(self.sources):
            raise ValueError(
                f"{len(names)} names arrived for {len(self.sources)} images; give one per image"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"every image needs a name of its own, but {', '.join(twice[:_LISTED])} occurs "
                "more than once (files are named by what stands before their ending); rename"
            )
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "sources", tuple(self.sources))

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.names)

    def pick(self, names: Sequence[str]) -> "Images":
        """Return some of the images, in the order given.

        Raises
        ------
        ValueError
            There is no image of such a name; the message says how many are absent.
        """
        where = dict(zip(self.names, self.sources, strict=True))
        absent = [name for name in names if name not in where]
        if absent:
            more = f" and {len(absent) - _LISTED} more" if len(absent) > _LISTED else ""
            raise ValueError(
                f"there is no image for {', '.join(absent[:_LISTED])}{more}; "
                f"the {len(self)} images are named like {', '.join(self.names[:3])}"
            )
        return Images(tuple(names), tuple(where[name] for name in names))


def find_images(folder: str | Path) -> Images:
    """Find the images of a folder and of the folders in it, in the order of their file names.

    Parameters
    ----------
    folder : path
        With bmp, gif, jpeg, png, tiff or webp files.

    Returns
    -------
    Images
        Named by what stands before the ending: ``aardvark_01b.jpg`` is ``aardvark_01b``.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or no image in it.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (8, 8)).save(f"{folder}/cat.png")
    ...     find_images(folder).names
    ('cat',)
    """
    place = existing_file(folder)
    files = [file for file in place.rglob("*") if file.suffix.lower() in ENDINGS]
    shown = [file for file in files if not file.name.startswith(".")]
    if not shown:
        raise FileNotFoundError(
            f"there is no image in {str(folder)!r}; files ending in "
            f"{', '.join(sorted(ENDINGS))} are read"
        )
    ordered = sorted(shown, key=lambda file: file.name)
    return Images([file.stem for file in ordered], ordered)


def image_digest(source: Path | str | np.ndarray) -> str:
    """Return the sha256 of what an image holds, whatever it is called."""
    if isinstance(source, np.ndarray):
        return hashlib.sha256(f"{source.shape}".encode() + source.tobytes()).hexdigest()
    return hashlib.sha256(existing_file(source).read_bytes()).hexdigest()


def decoded(
    source: Path | str | np.ndarray, *, name: str, size: int, fit: str, resample: str
) -> UInt8[np.ndarray, "size size 3"]:
    """Return one picture in color at the size of a model.

    Parameters
    ----------
    source : path or array
    name : str
        For complaints.
    size : int
        Pixels of a side.
    fit : {"crop", "squash"}
        Make the shorter side fit and cut off what is left of the longer one; or make both sides
        fit, whatever becomes of the proportions.
    resample : {"bicubic", "bilinear"}
        Both with the antialiasing of Pillow.

    Raises
    ------
    ValueError
        The file does not decode; the message names it.
    """
    pillow = need("PIL.Image", extra="vision")
    how = {"bicubic": pillow.Resampling.BICUBIC, "bilinear": pillow.Resampling.BILINEAR}
    method = how[choice(resample, how, "resampling")]
    picture = _opened(source, name)
    if choice(fit, ("crop", "squash"), "fit") == "squash":
        return np.asarray(picture.resize((size, size), method))
    width, height = picture.size
    short = min(width, height)
    wide, high = (max(size, int(size * side / short)) for side in (width, height))
    picture = picture.resize((wide, high), method)
    left, top = (wide - size) // 2, (high - size) // 2
    return np.asarray(picture.crop((left, top, left + size, top + size)))


def _opened(source: Path | str | np.ndarray, name: str) -> Any:
    pillow = need("PIL.Image", extra="vision")
    if isinstance(source, np.ndarray):
        if source.dtype != np.uint8 or source.ndim != 3 or source.shape[2] != 3:
            raise ValueError(
                f"image {name} must be an array of uint8 of shape (height, width, 3), but "
                f"{source.dtype} of shape {source.shape} arrived"
            )
        return pillow.fromarray(source)
    try:
        with pillow.open(existing_file(source)) as picture:
            return picture.convert("RGB")
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, ValueError, pillow.DecompressionBombError) as error:
        raise ValueError(
            f"image {name} ({str(source)!r}) does not decode: {error}; repair or leave it out"
        ) from None
