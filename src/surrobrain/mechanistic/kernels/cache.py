"""Generated loops on disk: readable source, named after its content, compiled once."""

import functools
import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from surrobrain.files import write_text

__all__ = ["cache_folder", "compiled", "compiled_module"]

_loaded: dict[str, ModuleType] = {}


def cache_folder() -> Path:
    """Return the folder of generated loops; ``SURROBRAIN_CACHE`` moves it."""
    folder = os.environ.get("SURROBRAIN_CACHE", "~/.cache/surrobrain")
    return Path(folder).expanduser() / "kernels"


def compiled(source: str, title: str) -> Callable:
    """Return ``run`` of a generated source, from memory, from disk or newly written.

    Parameters
    ----------
    source : str
        Text of a module that defines ``run``.
    title : str
        Readable start of the file name.

    Raises
    ------
    OSError
        The cache folder cannot be written.
    """
    return compiled_module(source, title).run


def compiled_module(source: str, title: str) -> ModuleType:
    """Return the module of a generated source, from memory, from disk or newly written."""
    key = hashlib.sha256((_fingerprint() + source).encode()).hexdigest()[:20]
    if key not in _loaded:
        _loaded[key] = _load(source, f"{title}_{key}")
    return _loaded[key]


def _load(source: str, name: str) -> ModuleType:
    path = cache_folder() / f"{name}.py"
    if not path.exists():
        try:
            write_text(path, source)
            os.utime(path, (0, 0))  # equal stamps: a racing process must not void compiled code
        except OSError as error:
            raise OSError(
                f"the compiled loop cannot be kept in {path.parent} ({error}); set the variable "
                "SURROBRAIN_CACHE to a folder that can be written"
            ) from error
    specification = importlib.util.spec_from_file_location(f"surrobrain_kernel_{name}", path)
    if specification is None or specification.loader is None:
        raise ImportError(f"{path} is not a Python file; delete it and run again")
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module
    specification.loader.exec_module(module)
    return module


@functools.cache
def _fingerprint() -> str:
    """Content of the parts that a loop inlines: numba's own cache does not look at them."""
    import numba

    parts = sorted(Path(__file__).parent.glob("*.py"))
    return numba.__version__ + "".join(part.read_text() for part in parts)
