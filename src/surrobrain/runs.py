"""A run is a plain folder: what was asked, where it ran, what happened, and a checksum of all."""

import csv
import datetime
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.files import sha256, write_arrays, write_bytes, write_json, write_npy, write_text
from surrobrain.journal import Journal, append, read_journal
from surrobrain.provenance import environment, refuse_paths

__all__ = ["MANIFEST", "Run", "read_events", "verify"]

MANIFEST = "MANIFEST.sha256"
"""File that seals a finished run."""


class Run:
    """The folder of one run while it is being written.

    Files: ``config.json``, ``environment.json``, ``events.jsonl``, ``metrics.csv``, whatever
    is added, ``MODEL_CARD.md``, and last ``MANIFEST.sha256`` (``sha256sum -c`` reads it). A
    folder without a manifest is a run that was interrupted. Make one with :meth:`create`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = Run.create(Path(folder) / "run", config={"model": "LinearVAR"}, seed=0)
    ...     run.event("fitted", steps=120)
    ...     _ = run.metrics([{"metric": "rmse", "value": 0.7, "persistence": 1.1}])
    ...     _ = run.add("weights.npy", np.eye(2))
    ...     _ = run.finish()
    ...     verify(run.folder)
    []
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: str | Path, *, config: Mapping[str, object], seed: int) -> "Run":
        """Open a new run folder, or go on with an interrupted one of the same configuration.

        Parameters
        ----------
        folder : str or Path
            Where to write; made when absent.
        config : mapping
            What was asked for, as JSON. No paths: describe inputs by
            :func:`surrobrain.provenance.source`.
        seed : int
            Decides every draw of the run.

        Raises
        ------
        FileExistsError
            The folder holds a finished run, a run of another configuration, or other files.
        ValueError
            The configuration holds a path or a number JSON cannot hold.
        """
        target = Path(folder)
        refuse_paths(config, "config")
        content = {**config, "seed": seed}
        text = json.dumps(content, indent=2, allow_nan=False) + "\n"
        resumed = _may_continue(target, json.loads(text))
        write_text(target / "config.json", text)
        write_json(target / "environment.json", {"seed": seed, **environment()})
        run = cls(target)
        run.event("resumed" if resumed else "started")
        return run

    def event(self, name: str, /, **details: object) -> None:
        """Append one line to events.jsonl; it is on disk when this returns."""
        self._must_be_open()
        refuse_paths(details, name)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        append(self.folder / "events.jsonl", {"at": now, "event": name, **details})

    def metrics(self, rows: Sequence[Mapping[str, float | int | str | None]]) -> Path:
        """Write metrics.csv, one row per mapping; a second call replaces the table."""
        self._must_be_open()
        columns = list(dict.fromkeys(key for row in rows for key in row))
        stream = io.StringIO()
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return write_text(self.folder / "metrics.csv", stream.getvalue())

    def add(self, name: str, content: object) -> Path:
        """Write one file into the run, whole or not at all.

        Parameters
        ----------
        name : str
            Path inside the run folder, such as ``"report.html"`` or ``"model/weights.npy"``.
        content : object
            For a name that ends in ``.npy`` an array, in ``.safetensors`` a mapping of arrays,
            in ``.json`` what JSON can hold; otherwise text or bytes.

        Returns
        -------
        Path
            The file written.
        """
        self._must_be_open()
        path = self.folder / _inside(name)
        if path.suffix == ".npy" and isinstance(content, np.ndarray):
            return write_npy(path, content)
        if path.suffix == ".safetensors" and isinstance(content, Mapping):
            return write_arrays(path, content)
        if isinstance(content, str):
            return write_text(path, content)
        if isinstance(content, bytes):
            return write_bytes(path, content)
        if path.suffix == ".json":
            refuse_paths(content, name)
            return write_json(path, content)
        raise TypeError(
            f"{name} cannot hold a {type(content).__name__}; give an array for .npy, a mapping "
            "of arrays for .safetensors, JSON for .json, and text or bytes for the rest"
        )

    def finish(self) -> Path:
        """Write the model card, unless one was added, and seal the folder with its manifest.

        Returns
        -------
        Path
            The run folder.
        """
        self.event("finished")
        if not (self.folder / "MODEL_CARD.md").exists():
            write_text(self.folder / "MODEL_CARD.md", _model_card(self.folder))
        for leftover in _leftovers(self.folder):
            leftover.unlink()
        lines = [f"{sha256(self.folder / name)}  {name}\n" for name in _files(self.folder)]
        write_text(self.folder / MANIFEST, "".join(lines))
        return self.folder

    def _must_be_open(self) -> None:
        if (self.folder / MANIFEST).exists():
            raise ValueError(
                f"run {self.folder.name!r} is finished and sealed; start a new one with Run.create"
            )


def verify(folder: str | Path) -> list[str]:
    """List what is wrong with a run folder; an empty list means it is whole and unchanged.

    Parameters
    ----------
    folder : str or Path
        A run folder.

    Returns
    -------
    list of str
        One sentence per problem: not finished, missing, changed or unknown files, torn events.
    """
    found = existing_file(folder)
    problems = [f"{p.name} is left over from an interrupted write" for p in _leftovers(found)]
    present = set(_files(found))
    if (found / MANIFEST).exists():
        lines = (found / MANIFEST).read_text().splitlines()
        listed = {name: known for known, _, name in (line.partition("  ") for line in lines)}
        problems += [f"{name} is missing" for name in sorted(set(listed) - present)]
        problems += [f"{name} is not in the manifest" for name in sorted(present - set(listed))]
        problems += [
            f"{name} has changed since the run was finished"
            for name in sorted(present & set(listed))
            if sha256(found / name) != listed[name]
        ]
    else:
        problems.append(f"{MANIFEST} is missing: the run was not finished")
    if "events.jsonl" in present:
        torn = read_events(found).torn
        problems += [f"line {k} of events.jsonl is torn, by a kill or a full disk" for k in torn]
    return problems


def read_events(folder: str | Path) -> Journal:
    """Read the events of a run; each has ``at`` (UTC, ISO 8601) and ``event``."""
    return read_journal(Path(folder) / "events.jsonl")


def _may_continue(folder: Path, config: dict[str, object]) -> bool:
    """Tell an interrupted run of the same configuration (True) from a new folder (False)."""
    if not folder.exists() or not set(folder.iterdir()).difference(_leftovers(folder)):
        return False
    if (folder / MANIFEST).exists():
        raise FileExistsError(
            f"{str(folder)!r} holds a finished run; choose another folder, or move that one away"
        )
    if not (folder / "config.json").exists():
        raise FileExistsError(
            f"{str(folder)!r} holds files that are not a run; choose a new or an empty folder"
        )
    if json.loads((folder / "config.json").read_text()) != config:
        raise FileExistsError(
            f"{str(folder)!r} holds an interrupted run of another configuration; choose another "
            "folder, or repeat its config.json to go on with it"
        )
    return True


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not name.isprintable() or "\\" in name:
        raise ValueError(f"a file of a run needs a plain name inside its folder, not {name!r}")
    if name in (MANIFEST, "config.json", "environment.json", "events.jsonl"):
        raise ValueError(f"{name!r} is written by the run itself; choose another name")
    return path


def _leftovers(folder: Path) -> list[Path]:
    return sorted(folder.rglob(".*.part"))


def _files(folder: Path) -> list[str]:
    """Relative names of all files that the manifest covers."""
    found = {p for p in folder.rglob("*") if p.is_file()}.difference(_leftovers(folder))
    return sorted({p.relative_to(folder).as_posix() for p in found} - {MANIFEST})


def _model_card(folder: Path) -> str:
    """Say what the model is, how it scored and what it must not be used for."""
    config = json.loads((folder / "config.json").read_text())
    where = json.loads((folder / "environment.json").read_text())
    asked = "\n".join(f"- {key}: {json.dumps(value)}" for key, value in config.items())
    scores = "No scores were written."
    if (folder / "metrics.csv").exists():
        with open(folder / "metrics.csv", newline="") as stream:
            header, *rows = csv.reader(stream)
        rows = [header, ["---"] * len(header), *rows]
        scores = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"""# Model card

A surrogate brain: a model of one recording, to be run, stimulated and lesioned on a computer.

## What was asked for

{asked}

## Scores

{scores}

## Use

For research. Not a medical device: no clinical decision may rest on it. It describes the recording
it was fitted to; other people, tasks, scanners and states were not tested. The effect of a
stimulation or lesion is a prediction of the model, not an observation.

## Origin

surrobrain {where["surrobrain"]}, commit {where["commit"] or "unknown"}, Python {where["python"]},
{where["platform"]}, seed {where["seed"]}. `{MANIFEST}` holds the checksum of every file;
`sha256sum -c {MANIFEST}` checks them.
"""
