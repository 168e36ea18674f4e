"""``surrobrain catalog``: which parts there are, with units and references."""

import dataclasses
import inspect
import re

import click

from surrobrain import catalog as parts
from surrobrain.checks import choice
from surrobrain.cli.options import emit, output_options, table

__all__ = ["catalog"]

_folders = {
    "architectures": "surrobrain.learned.architectures",
    "features": "surrobrain.inverse.features",
    "metrics": "surrobrain.evaluation.metrics",
    "nodes": "surrobrain.mechanistic.nodes",
    "observers": "surrobrain.mechanistic.observers",
    "penalties": "surrobrain.inverse.penalties",
    "priors": "surrobrain.inverse.priors",
    "protocols": "surrobrain.intervention.protocols",
}


@click.command()
@click.argument("kind", required=False)
@click.argument("name", required=False)
@output_options
def catalog(
    kind: str | None,
    name: str | None,
    as_json: bool,
) -> None:
    """List the parts there are; KIND narrows, NAME tells all of one.

    \b
    surrobrain catalog
    surrobrain catalog nodes
    surrobrain catalog nodes wong_wang
    """
    if kind is None:
        counts = {k: parts.names(folder) for k, folder in _folders.items()}
        rows = [[k, ", ".join(found)] for k, found in counts.items()]
        emit(counts, table(["kind", "parts"], rows), as_json=as_json)
        return
    folder = _folders[choice(kind, _folders, "kind of part")]
    if name is None:
        entries = [_entry(folder, found) for found in parts.names(folder)]
        rows = [[e["name"], e["summary"], e["unit"], e["reference"]] for e in entries]
        emit(entries, table(["name", "what it is", "unit", "reference"], rows), as_json=as_json)
        return
    entry = _entry(folder, name)
    emit(entry, _page(entry), as_json=as_json)


def _entry(folder: str, name: str) -> dict:
    part = parts.load(folder, name)
    text = inspect.getdoc(part) or ""
    found = re.search(r"^References\n-+\n(.+?)(?=\n\n\w+\n-+\n|\Z)", text, re.DOTALL | re.MULTILINE)
    first = found.group(1).strip().split("\n\n")[0] if found else ""
    return {
        "name": getattr(part, "__name__", name),
        "summary": text.split("\n\n")[0].replace("\n", " "),
        "reference": re.sub(r"^\.\. \[\w+\] ", "", " ".join(first.split())),
        "unit": _unit(part),
        "parameters": _parameters(part),
        "documentation": text,
    }


def _unit(part: object) -> str:
    """Return the unit of a metric, and which direction is good."""
    tag = getattr(part, "tag", None)
    if tag is None:
        return ""
    return f"{tag.unit or 'a ratio'}, {tag.better} is better"


def _parameters(part: object) -> list[dict]:
    """Return units and bounds of a node; other parts say them in their docstring."""
    if not (isinstance(part, type) and dataclasses.is_dataclass(part)):
        return []
    declared = [(f, f.metadata["param"]) for f in dataclasses.fields(part) if f.metadata]
    return [
        {"name": f.name, "value": f.default, "unit": p.unit, "bounds": list(p.bounds)}
        for f, p in declared
    ]


def _page(entry: dict) -> str:
    rows = [
        [p["name"], f"{p['value']:g}", p["unit"], "{:g} to {:g}".format(*p["bounds"])]
        for p in entry["parameters"]
    ]
    units = "\n\n" + table(["parameter", "default", "unit", "bounds"], rows) if rows else ""
    return f"{entry['name']}\n\n{entry['documentation']}{units}"
