"""Read what contacts or sensors see of every region: a gain matrix, or lead field."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import existing_file, finite, indices
from surrobrain.data.arrays import choose_array, loaded, texts_beside
from surrobrain.data.found import opener
from surrobrain.data.names import region_names
from surrobrain.errors import BadRecording

__all__ = ["Gain", "read_gain"]


@dataclass(frozen=True, eq=False)
class Gain:
    """What channels see of regions.

    Parameters
    ----------
    values : array, shape (n_channels, n_regions)
        What one unit of a region's output adds to each channel.
    channels : tuple of str
        Names of the rows.
    """

    values: Float[np.ndarray, "channels regions"]
    channels: tuple[str, ...]


def read_gain(
    source: str | Path,
    *,
    regions: Sequence[str],
    channels: str | Path | Sequence[str] | None = None,
    which: str | None = None,
) -> Gain:
    """Read a gain matrix for the regions of a model.

    Parameters
    ----------
    source : path
        npy, npz, csv, tsv, txt or mat; one row per channel and one column per region. A table that
        names its columns may list the regions in any order, and more of them.
    regions : sequence of str
        The model's regions; without names the columns are taken to be in their order.
    channels : sequence of str or path, optional
        Names of the rows, or a file with them; by default those that the file holds, and else
        ``channel_0`` ...
    which : str, optional
        Name of the array, when the file holds several.

    Returns
    -------
    Gain
        In the order of ``regions``.

    Raises
    ------
    FileNotFoundError
        Nothing is there; the message names the nearest file.
    BadRecording
        The file is damaged, or holds no matrix.
    ValueError
        Regions are missing, numbers are not finite, or names do not fit the rows.
    """
    path = existing_file(os.fspath(source))
    reader = opener(path)
    if reader.content != "arrays":
        raise BadRecording(f"{path.name} holds no matrix; give a npy, npz, csv, tsv or mat file")
    arrays = reader(path)
    name = choose_array(arrays, which, usual="gain", source=path.name, square=False)
    values = finite(loaded(arrays, name, path=path).astype(np.float64), f"gain in {path.name}")
    columns = arrays[name].column_names or texts_beside(arrays, "regions", path=path)
    if columns:
        values = values[:, indices(regions, columns)]
    elif values.shape[1] != len(regions):
        raise ValueError(
            f"the gain in {path.name} has shape {values.shape}, but the model has {len(regions)} "
            "regions; give one row per channel and one column per region"
        )
    own = arrays[name].row_names or texts_beside(arrays, "channels", path=path)
    names = region_names(channels) or own or tuple(f"channel_{k}" for k in range(len(values)))
    if len(names) != len(values):
        raise ValueError(
            f"{len(names)} names of channels arrived for the {len(values)} rows of {path.name}; "
            "give one each"
        )
    return Gain(values, tuple(names))
