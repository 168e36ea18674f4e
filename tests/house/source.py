"""The source as syntax trees, for the checks beside this file."""

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "surrobrain"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path below src/surrobrain, for messages."""
        return self.path.relative_to(SRC).as_posix()

    @property
    def folder(self) -> str:
        """Top folder below src/surrobrain; a dot for the single files."""
        return self.name.partition("/")[0] if "/" in self.name else "."

    @property
    def dotted(self) -> str:
        """Name under which it is imported."""
        return "surrobrain." + self.name.removesuffix(".py").replace("/", ".")

    @property
    def public(self) -> set[str]:
        """Names listed in ``__all__``."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return set(ast.literal_eval(node.value))
        return set()


@cache
def modules() -> tuple[Module, ...]:
    """Return every Python file of the package."""
    files = sorted(SRC.rglob("*.py"))
    texts = [file.read_text() for file in files]
    return tuple(Module(f, t, ast.parse(t)) for f, t in zip(files, texts, strict=True))


def every_module(check: Callable[[Module], None]) -> Callable[[str], None]:
    """Turn a check of one module into a test per folder: thousands of tests cost a minute."""

    def test(folder: str) -> None:
        for module in modules():
            if module.folder == folder:
                check(module)

    folders = sorted({module.folder for module in modules()})
    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return pytest.mark.parametrize("folder", folders)(test)


def offering() -> list[ModuleType]:
    """Return the packages whose public names load on first use."""
    names = [m.dotted.removesuffix(".__init__") for m in modules() if "lazy_names(" in m.text]
    return [importlib.import_module(n) for n in names if n != "surrobrain.lazy"]


def functions(module: Module) -> Iterator[Function]:
    """Yield every function and method, private and nested ones too."""
    yield from (n for n in ast.walk(module.tree) if isinstance(n, Function))


def public_definitions(module: Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yield the functions and classes of ``__all__``, and the public methods of the classes."""
    for node in module.tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name not in module.public:
            continue
        yield node.name, node
        for inner in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(inner, Function) and not inner.name.startswith("_"):
                yield f"{node.name}.{inner.name}", inner


def arguments(function: Function) -> list[ast.arg]:
    """Return all arguments but ``self`` and ``cls``."""
    given = function.args
    listed = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [a for a in listed if a.arg not in ("self", "cls")]


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with the dotted name of what is called."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(module: Module) -> Iterator[str]:
    """Yield the dotted name of every imported module, inside functions too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
