"""``surrobrain networks report``: encodings and links on one page."""

import json
from pathlib import Path
from typing import Any

import click

from surrobrain.cli.options import emit, output_options

__all__ = ["report"]


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path())
@click.option("--out", default="networks.html", show_default=True, metavar="FILE")
@click.option("--title", default="Networks in a language model", show_default=True)
@output_options
def report(folders: tuple[str, ...], out: str, title: str, as_json: bool) -> None:
    """Write one page on FOLDERS, which encode and match have written.

    \b
    surrobrain networks report encoded links --out networks.html

    Encodings of three or more people are tested over people; links of two or more models are
    compared by their organization.
    """
    from surrobrain.llm_networks.group_encoding import across_subjects
    from surrobrain.llm_networks.model_organization import ModelComparison, organization
    from surrobrain.llm_networks.result_files import read_encoding, read_links
    from surrobrain.reports.report import Report

    kinds = {folder: _kind(folder) for folder in folders}
    encodings = [read_encoding(f) for f, kind in kinds.items() if kind == "encoding"]
    links = [read_links(f) for f, kind in kinds.items() if kind == "links"]
    items: list[Any] = [*encodings, *links]
    people = across_subjects(encodings) if len(encodings) > 2 else None
    if people is not None:
        items.append(people)
    models = tuple(organization(one) for one in links)
    if len(models) > 1:
        items.append(ModelComparison(models))
    else:
        items.extend(models)
    path = Report(title, items).save(out)
    emit({"report": str(path), "parts": len(items)}, f"report: {path}", as_json=as_json)


def _kind(folder: str) -> str:
    from surrobrain.checks import existing_file

    facts = existing_file(folder) / "facts.json"
    if not facts.is_file():
        raise FileNotFoundError(f"{folder!r} holds no finished encoding or links")
    kind = json.loads(Path(facts).read_text(encoding="utf-8")).get("kind")
    if kind not in ("encoding", "links"):
        raise ValueError(f"{folder!r} holds {kind}; a report takes what encode and match have made")
    return kind
