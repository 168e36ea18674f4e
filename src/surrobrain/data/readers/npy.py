"""NumPy's own file: one array without names or rate."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from surrobrain.data.found import Stored, damage_is_bad, reads
from surrobrain.errors import BadRecording

__all__ = ["npy"]


@reads(".npy", content="arrays")
def npy(path: Path) -> dict[str, Stored]:
    """Open an npy file; one that needs pickle is refused, because unpickling runs code."""
    with damage_is_bad(path, "npy"):
        with open(path, "rb") as stream:
            shape = stored_shape(stream, path.name)
        return {"values": Stored(shape, lambda: np.load(path, allow_pickle=False))}


def stored_shape(stream: Any, origin: str) -> tuple[int, ...]:
    """Read the header alone: choosing among arrays should not cost loading them."""
    version = npy_format.read_magic(stream)
    read_header = {
        (1, 0): npy_format.read_array_header_1_0,
        (2, 0): npy_format.read_array_header_2_0,
    }[version]
    shape, _, dtype = read_header(stream)
    if dtype.hasobject:
        raise BadRecording(
            f"{origin} holds Python objects, which only unpickling can read, and unpickling runs "
            "code; save it again as plain numbers"
        )
    return shape
