"""Save a model as numbers and text, and load it again; nothing is ever executed."""

import importlib
import json
import platform
from pathlib import Path
from typing import Any, cast

import numpy as np

import surrobrain
from surrobrain.checks import choice, existing_file
from surrobrain.files import sha256, write_arrays, write_json
from surrobrain.forward import ForwardModel

__all__ = ["load_model", "save_model"]

_FORMAT = 1
_CLASSES = {
    "Network": "surrobrain.mechanistic.network",
    "Surrogate": "surrobrain.learned.surrogate",
}


def save_model(model: ForwardModel, folder: str | Path) -> Path:
    """Write a model as ``model.safetensors`` and ``model.json``.

    Parameters
    ----------
    model : Surrogate or Network
        What to keep.
    folder : path
        Made if absent; an older model in it is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    TypeError
        The model is of a class that cannot be loaded again.
    OSError
        The disk is full or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import surrobrain as sb
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(99, 2)), sfreq=1.0)
    >>> model = sb.fit(sb.LinearVAR(2), recording).model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_model(save_model(model, folder))
    Surrogate(LinearVAR, 2 regions, memory 1, 1 Hz, activity)
    """
    name = type(model).__name__
    if name not in _CLASSES:
        raise TypeError(f"save_model takes {' or '.join(_CLASSES)}, but {name} arrived")
    config, arrays = cast(Any, model).to_parts()
    target = Path(folder)
    weights = write_arrays(target / "model.safetensors", arrays)
    versions = {"surrobrain": surrobrain.__version__, "numpy": np.__version__}
    write_json(
        target / "model.json",
        {
            "format": _FORMAT,
            "class": name,
            "config": config,
            "sha256": sha256(weights),
            "versions": {**versions, "python": platform.python_version()},
        },
    )
    return target


def load_model(folder: str | Path) -> ForwardModel:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    folder : path
        Holds ``model.safetensors`` and ``model.json``.

    Returns
    -------
    ForwardModel
        Equal to the saved model to the bit.

    Raises
    ------
    FileNotFoundError
        A file is absent.
    ValueError
        A file is damaged, the two do not belong together, or the class is unknown.

    Examples
    --------
    >>> load_model("no_such_model")
    Traceback (most recent call last):
    FileNotFoundError: there is no file 'no_such_model/model.json'; check the path
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    described = existing_file(Path(folder) / "model.json")
    weights = existing_file(Path(folder) / "model.safetensors")
    try:
        record = json.loads(described.read_text())
        version, name, config, digest = (
            record[key] for key in ("format", "class", "config", "sha256")
        )
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{str(described)!r} does not describe a model ({error!r}); save the model again"
        ) from None
    if version != _FORMAT:
        raise ValueError(
            f"the model has format {version} but this version reads {_FORMAT}; update surrobrain"
        )
    choice(name, _CLASSES, "model class")
    if sha256(weights) != digest:
        raise ValueError(
            f"{str(weights)!r} is not the file its description was written for; "
            "it is damaged or mixed up, save the model again"
        )
    try:
        arrays = load_file(weights)
    except SafetensorError as error:
        raise ValueError(f"{str(weights)!r} cannot be read ({error})") from None
    found = getattr(importlib.import_module(_CLASSES[name]), name)
    return found.from_parts(config, arrays)
