"""Results of tasks on disk, each under a key made of its content, so that work can resume."""

import dataclasses
import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain import __version__
from surrobrain.files import write_arrays
from surrobrain.provenance import digest

__all__ = ["Result", "read_result", "task_key", "write_result"]

Result = dict[str, np.ndarray | float | int | str | bool | None]


def task_key(function: Callable, item: object, generator: np.random.Generator | None) -> str:
    """Return the name under which the result of ``function(item)`` is kept.

    Parameters
    ----------
    function : callable
        A function defined by ``def``, or ``functools.partial`` of one. Its name, its own
        source and the arguments bound by ``partial`` enter the key; functions that it calls
        do not.
    item : object
        Numbers, text, arrays, models, frozen dataclasses, and lists, tuples and dicts of these. A
        ``Path`` counts by the content of its file or folder.
    generator : Generator or None
        Random numbers of this task.

    Returns
    -------
    str
        40 hexadecimal digits.

    Raises
    ------
    TypeError
        Function or item hold something whose content cannot be read off.

    Examples
    --------
    >>> task_key(json.dumps, {"gain": 1.0}, None) == task_key(json.dumps, {"gain": 1.0}, None)
    True
    >>> task_key(json.dumps, {"gain": 1.0}, None) == task_key(json.dumps, {"gain": 1}, None)
    False
    """
    chance = None if generator is None else generator.bit_generator.state
    content = hashlib.sha256()
    for part in (__version__, function, item, chance):
        _feed(content.update, part)
    return content.hexdigest()[:40]


def write_result(path: Path, result: object) -> None:
    """Write one result, whole or not at all.

    Raises
    ------
    TypeError
        Not a dict of arrays, numbers and text.
    """
    if not isinstance(result, dict):
        raise TypeError(_refusal(f"a {type(result).__name__}"))
    if not all(isinstance(name, str) for name in result):
        raise TypeError(_refusal("a dict whose names are not text"))
    arrays, rest = {}, {}
    for name, value in result.items():
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.ndim:
            arrays[name] = value
        elif value is None or isinstance(value, (str, bool, int, float)):
            rest[name] = value
        elif isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
            rest[name] = value.item()
        else:
            kind = getattr(value, "dtype", type(value).__name__)
            raise TypeError(_refusal(f"{name!r} of type {kind}"))
    # NaN is a result like any other; Python's JSON keeps it
    write_arrays(path, arrays, {"order": json.dumps(list(result)), "rest": json.dumps(rest)})


def read_result(path: Path) -> Result:
    """Read one result back.

    Raises
    ------
    ValueError
        The file was damaged after it was written.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            notes = stored.metadata()
            rest = json.loads(notes["rest"])
            order = json.loads(notes["order"])
            return {name: rest[name] if name in rest else stored.get_tensor(name) for name in order}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"the stored result {path.name} is damaged ({error}); delete it to compute it anew"
        ) from error


def _refusal(found: str) -> str:
    return (
        f"a task with folder= must return a dict of arrays, numbers and text, but {found} "
        "arrived; return such a dict, or leave folder away"
    )


def _feed(add: Callable[[bytes], None], value: object) -> None:
    """Add a value to the hash, with its type and length, so that no two values look alike."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        text = repr(value).encode()
        add(f"{type(value).__name__}:{len(text)}:".encode() + text)
    elif isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind != "O":
        add(f"array:{value.dtype.str}:{value.shape}:".encode())
        add(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, (list, tuple)):
        add(f"list:{len(value)}:".encode())
        for entry in value:
            _feed(add, entry)
    elif isinstance(value, Mapping):
        add(b"mapping:")
        _feed(add, sorted(value, key=repr))
        _feed(add, [value[key] for key in sorted(value, key=repr)])
    elif isinstance(value, Path):
        add(b"path:")
        _feed(add, (value.name, digest(value)))
    elif isinstance(value, functools.partial):
        add(b"partial:")
        _feed(add, (value.func, value.args, value.keywords))
    elif inspect.isroutine(value):
        add(b"function:")
        _feed(add, _describe(value))
    else:
        kind, content = _taken_apart(value)
        add(kind)
        _feed(add, content)


def _taken_apart(value: Any) -> tuple[bytes, object]:
    """Return what an object is made of."""
    names = type(value).__module__, type(value).__qualname__
    if hasattr(value, "state_dict") and hasattr(value, "config"):  # an architecture
        arrays = {name: tensor.numpy(force=True) for name, tensor in value.state_dict().items()}
        return b"module:", (*names, value.config(), arrays)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return b"dataclass:", (*names, fields)
    raise TypeError(
        f"no key can be made of a {type(value).__name__}; with folder=, hand over numbers, "
        "text, arrays, containers of surrobrain, or the Path of a saved file"
    )


def _describe(function: Callable) -> tuple[str | None, ...]:
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", "")
    bound = not inspect.ismodule(getattr(function, "__self__", inspect))
    if "<lambda>" in name or getattr(function, "__closure__", None) or bound:
        raise TypeError(
            f"no key can be made of {name or function!r}; with folder=, hand over a function "
            "defined by def at the top of a file, and bind arguments with functools.partial"
        )
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):  # compiled, or typed at a prompt
        text = None
    return module, name, text
