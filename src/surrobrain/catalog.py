"""Find parts by file name: adding a file is all it takes to offer a new one."""

import importlib
import pkgutil
from collections.abc import Callable

from surrobrain.checks import choice

__all__ = ["everything", "load", "names", "on_demand"]


def names(folder: str) -> list[str]:
    """Return the names of the parts in a catalog folder; imports none of them.

    Examples
    --------
    >>> "jansen_rit" in names("surrobrain.mechanistic.nodes")
    True
    """
    path = importlib.import_module(folder).__path__
    return sorted(m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_"))


def load(folder: str, name: str) -> object:
    """Import one file of a catalog folder and return the single thing it offers.

    ``JansenRit``, ``jansen-rit`` and ``jansen_rit`` all find ``jansen_rit.py``.

    Raises
    ------
    ValueError
        No such part; the message lists what exists and the nearest name.
    """
    files = {n.replace("_", ""): n for n in names(folder)}
    wanted = name.replace("_", "").replace("-", "").lower()
    if wanted not in files:
        kind = folder.rsplit(".", 1)[-1]
        one = f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")
        choice(name, names(folder), one)
    module = importlib.import_module(f"{folder}.{files[wanted]}")
    (offered,) = module.__all__
    return getattr(module, offered)


def on_demand(folder: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` that load a class when it is first named."""

    def __getattr__(name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return load(folder, name)
        except ValueError as error:
            raise AttributeError(str(error)) from None

    return __getattr__, lambda: names(folder)


def everything(folder: str) -> dict[str, object]:
    """Load all parts at once, so that a name means the function and never its module."""
    return {name: load(folder, name) for name in names(folder)}
