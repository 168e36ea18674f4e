"""Where a result came from: software, machine and input, without naming a person."""

import hashlib
import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from surrobrain import __version__
from surrobrain.checks import existing_file
from surrobrain.files import sha256

__all__ = ["digest", "environment", "refuse_paths", "source"]

# /x  ~/x  C:\\x  \\\\server
_path = re.compile(r"/.|~[/\\]|[A-Za-z]:[/\\]|\\\\")


def digest(path: str | Path) -> str:
    """Return the sha256 of a file, or one for all names and files below a folder."""
    found = existing_file(path)
    if not found.is_dir():
        return sha256(found)
    total = hashlib.sha256()
    for file in sorted(p for p in found.rglob("*") if p.is_file()):
        total.update(f"{sha256(file)}  {file.relative_to(found).as_posix()}\n".encode())
    return total.hexdigest()


def source(path: str | Path) -> dict[str, str | None]:
    """Describe an input by its content: it can be recognized, but it tells nothing.

    Neither path nor file name is kept, because both often hold names, dates and places. The
    BIDS label ``sub-`` is kept, because BIDS requires it to be a pseudonym.

    Parameters
    ----------
    path : str or Path
        A file or a folder.

    Returns
    -------
    dict
        ``sha256``, ``subject`` (the BIDS label or None) and ``suffix`` (".npz", ...).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "sub-07_task-rest_bold.csv"
    ...     _ = file.write_text("1,2")
    ...     found = source(file)
    >>> found["subject"], found["suffix"], found["sha256"][:8]
    ('sub-07', '.csv', '17f8af97')
    """
    found = Path(path)
    content = digest(found)
    labels = re.findall(r"sub-[A-Za-z0-9]+", found.expanduser().absolute().as_posix())
    return {
        "sha256": content,
        "subject": labels[-1] if labels else None,
        "suffix": found.suffix,
    }


def environment() -> dict[str, object]:
    """Describe software and machine: versions, platform, threads, commit.

    No user name, host name or path is among it.

    Returns
    -------
    dict
        ``surrobrain``, ``commit`` (None outside a checkout), ``python``, ``platform``,
        ``processors``, ``threads`` and ``packages`` (name -> version, installed ones only).

    Examples
    --------
    >>> sorted(environment())[:3]
    ['commit', 'packages', 'platform']
    """
    return {
        "surrobrain": __version__,
        "commit": _commit(Path(__file__).parent),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "threads": {k: v for k, v in sorted(os.environ.items()) if k.endswith("_NUM_THREADS")},
        "packages": _packages(),
    }


def refuse_paths(content: object, name: str) -> None:
    """Refuse absolute paths anywhere in what is about to be written into a run.

    Raises
    ------
    ValueError
        Some entry is an absolute path or starts in a home folder; the message names the entry.

    Examples
    --------
    >>> refuse_paths({"model": "MLP", "unit": "1/s"}, "config")
    >>> refuse_paths({"recording": "~/ward 3/miller.edf"}, "config")
    Traceback (most recent call last):
    ValueError: config['recording'] is a path, which can tell who and where; write \
surrobrain.provenance.source(path) instead
    """
    if isinstance(content, Mapping):
        for key, value in content.items():
            refuse_paths(value, f"{name}[{key!r}]")
    elif isinstance(content, (list, tuple)):
        for k, value in enumerate(content):
            refuse_paths(value, f"{name}[{k}]")
    elif isinstance(content, (str, Path)) and _path.match(str(content)):
        raise ValueError(
            f"{name} is a path, which can tell who and where; "
            "write surrobrain.provenance.source(path) instead"
        )


def _packages() -> dict[str, str]:
    """Versions of the installed requirements, without those of tests and documentation."""
    declared = importlib.metadata.requires("surrobrain") or []
    required = [text for text in declared if not re.search(r"extra == .(test|docs)", text)]
    names = {re.split(r"[^A-Za-z0-9_.-]", text)[0].lower() for text in required} - {"surrobrain"}
    found = {}
    for name in sorted(names):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _commit(folder: Path) -> str | None:
    """Commit of the checkout this code runs from, with "-dirty" when it was edited."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    # an installed copy may lie inside somebody else's repository
    if not git("ls-files", "__init__.py"):
        return None
    return git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
