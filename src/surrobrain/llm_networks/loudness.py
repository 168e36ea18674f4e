"""How loud a story is in every volume: the control without which sound passes for language."""

import wave
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import existing_file, number, positive, whole

__all__ = ["read_loudness"]

_WIDTHS = {1: np.uint8, 2: np.int16, 4: np.int32}


def read_loudness(
    path: str | Path, *, tr: float, n_times: int, start: float = 0.0
) -> Float[np.ndarray, "times"]:
    """Return the root mean square of the sound in each volume.

    Parameters
    ----------
    path : str or Path
        A wav file without compression, of 8, 16 or 32 bits.
    tr : float
        Time between volumes, in seconds.
    n_times : int
        Volumes.
    start : float, default 0.0
        When the first volume begins, on the clock of the file, in seconds; may be negative.

    Returns
    -------
    array, shape (n_times,)
        In units of full scale; 0 where there is no sound.

    Raises
    ------
    ValueError
        The file is no such wav file.
    """
    positive(tr, "tr", unit="s")
    whole(n_times, "n_times", low=1)
    number(start, "start")
    found = existing_file(path)
    try:
        with wave.open(str(found), "rb") as stream:
            rate, width, n_channels = (
                stream.getframerate(), stream.getsampwidth(), stream.getnchannels()
            )  # fmt: skip
            content = stream.readframes(stream.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{found.name} is no plain wav file ({error}); convert it") from None
    if width not in _WIDTHS:
        raise ValueError(f"{found.name} has {8 * width} bits; convert it to 16")
    sound = np.frombuffer(content, dtype=_WIDTHS[width]).astype(np.float64)
    if width == 1:
        sound -= 128  # 8 bits have no sign
    power = np.square(sound / 2.0 ** (8 * width - 1)).reshape(-1, n_channels).mean(axis=1)
    place = np.floor((np.arange(len(power)) / rate - start) / tr).astype(np.int64)
    inside = (place >= 0) & (place < n_times)
    total = np.bincount(place[inside], weights=power[inside], minlength=n_times)
    count = np.bincount(place[inside], minlength=n_times)
    return np.sqrt(total / np.maximum(count, 1))
