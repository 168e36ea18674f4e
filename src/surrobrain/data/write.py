"""Write a recording to one file that ``read`` reads back."""

import io
from pathlib import Path

import numpy as np

from surrobrain.data.recording import Recording
from surrobrain.files import write_bytes

__all__ = ["write"]


def write(recording: Recording, path: str | Path) -> Path:
    """Write a recording as npz: values, rate, names, modality, unit and inputs; no pickle.

    Parameters
    ----------
    recording : Recording
        What to keep, missing samples included.
    path : str or Path
        Must end in ``.npz``.

    Raises
    ------
    ValueError
        Another ending.
    OSError
        The disk is full; an older file at ``path`` is untouched.
    """
    if Path(path).suffix != ".npz":
        raise ValueError(f"a recording is written as .npz, but {str(path)!r} arrived")
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        values=recording.values,
        sfreq=np.float64(recording.sfreq),
        names=np.array(recording.names, dtype=np.str_),
        modality=np.str_(recording.modality),
        unit=np.str_(recording.unit),
        **({} if recording.inputs is None else {"inputs": recording.inputs}),  # pyright: ignore
    )
    return write_bytes(path, stream.getvalue())
