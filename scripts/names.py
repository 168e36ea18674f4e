"""Write the typed stubs of the public names from ``_where`` of each package; --check compares."""

import importlib
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

PACKAGES = ("", "brainbench", "clip_hba", "linear", "llm_networks", "pretrained", "rsa")
_source = Path(__file__).parents[1] / "src" / "surrobrain"


def offering() -> list[ModuleType]:
    """Return the packages whose names load on first use."""
    return [importlib.import_module(f"surrobrain.{name}".rstrip(".")) for name in PACKAGES]


def stub(package: ModuleType) -> str:
    """Return the stub that the public names of a package ask for."""
    imports: dict[str, list[str]] = defaultdict(list)
    for name, where in package._where.items():
        module = where.removesuffix(":")
        imports[module.rpartition(".")[0] if where.endswith(":") else module].append(name)
    lines = [
        f"from {module} import {', '.join(sorted(imports[module]))}" for module in sorted(imports)
    ]
    offered = "".join(f'    "{name}",\n' for name in sorted(package._where))
    version = "\n__version__: str\n" if hasattr(package, "__version__") else ""
    return (
        '"""Public names for type checkers; written by scripts/names.py, never by hand."""\n\n'
        + "\n".join(lines)
        + f"\n\n__all__ = [\n{offered}]\n{version}"
    )


def main() -> None:
    """Write every stub, or say which one is stale."""
    for name, package in zip(PACKAGES, offering(), strict=True):
        path = _source / name / "__init__.pyi"
        if "--check" not in sys.argv:
            path.write_text(stub(package))
        elif path.read_text() != stub(package):
            sys.exit(f"the stub of {package.__name__} is stale; write it anew with: make names")


if __name__ == "__main__":
    main()
