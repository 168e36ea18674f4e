"""Write the typed stub of the public names from ``surrobrain._where``; --check only compares."""

import sys
from collections import defaultdict
from pathlib import Path

import surrobrain

_stub = Path(__file__).parents[1] / "src" / "surrobrain" / "__init__.pyi"


def stub() -> str:
    """Return the stub that the public names ask for."""
    imports: dict[str, list[str]] = defaultdict(list)
    for name, where in surrobrain._where.items():
        module = where.removesuffix(":")
        imports[module.rpartition(".")[0] if where.endswith(":") else module].append(name)
    lines = [
        f"from {module} import {', '.join(sorted(imports[module]))}" for module in sorted(imports)
    ]
    offered = "".join(f'    "{name}",\n' for name in sorted(surrobrain._where))
    return (
        '"""Public names for type checkers; written by scripts/names.py, never by hand."""\n\n'
        + "\n".join(lines)
        + f"\n\n__all__ = [  # noqa: RUF022\n{offered}]\n\n__version__: str\n"
    )


if __name__ == "__main__":
    if "--check" not in sys.argv:
        _stub.write_text(stub())
    elif _stub.read_text() != stub():
        sys.exit("the stub of the public names is stale; write it anew with: make names")
