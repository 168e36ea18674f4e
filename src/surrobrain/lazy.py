"""Names and packages that load on first use, so that importing surrobrain costs nothing."""

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType

from surrobrain.errors import MissingDependency

__all__ = ["lazy_names", "need"]


def lazy_names(
    package: str, where: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` for a package.

    Parameters
    ----------
    package : str
        Name of the package, for the message of an unknown name.
    where : mapping of str to str
        Public name -> module that defines it; a trailing colon offers the module itself.
    """

    def __getattr__(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(where[name].removesuffix(":"))
        return module if where[name].endswith(":") else getattr(module, name)

    return __getattr__, lambda: sorted(where), sorted(where)


def need(package: str, *, extra: str) -> ModuleType:
    """Import an optional package, or say which extra installs it.

    Raises
    ------
    MissingDependency
        The package is not installed.

    Examples
    --------
    >>> need("json", extra="none").dumps(1)
    '1'
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        top = package.split(".")[0]
        if error.name is None or error.name.split(".")[0] != top:
            raise
        raise MissingDependency(
            f"this needs the package {top!r}, which is not installed; "
            f"install it with: pip install 'surrobrain[{extra}]'"
        ) from error
