"""``surrobrain brainbench tokens``: where in a text the preference of a model arises."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import (
    model_from,
    model_options,
    scoring_from,
    scoring_options,
    threads,
)
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.brainbench.item import Item

__all__ = ["tokens"]


@click.command()
@click.argument("model")
@click.argument("items", type=click.Path())
@click.option(
    "--case",
    "cases",
    multiple=True,
    metavar="ID",
    help="Only this case (repeatable); by default all.",
)
@click.option(
    "--out",
    metavar="DIR",
    default="surrobrain-tokens",
    show_default=True,
    help="Folder for one page per case.",
)
@scoring_options
@model_options
@output_options
def tokens(
    model: str, items: str, cases: tuple[str, ...], out: str, as_json: bool, **typed: Any
) -> None:
    """Show where in each case of ITEMS the preference of MODEL arises, as a page of HTML per case.

    \b
    surrobrain brainbench tokens gpt2 cases.jsonl --case 17 --out pages
    """
    from pathlib import Path

    from surrobrain.brainbench.item_reader import read_items
    from surrobrain.brainbench.token_view import view_tokens
    from surrobrain.files import write_text
    from surrobrain.progress import progress
    from surrobrain.reports.token_page import token_page

    chosen, rows = _chosen(read_items(items), cases), []
    tell = teller()
    with threads(typed["threads"]):
        reader = model_from(model, typed, tell)
        recipe = scoring_from(reader, typed)
        with progress(len(chosen), label="tokens", shown=tell is not None) as report:
            for k, item in enumerate(chosen):
                view = view_tokens(reader, item, scoring=recipe)
                page = Path(out) / f"case-{_in_a_name(item.id)}.html"
                write_text(page, token_page(view))
                rows.append({
                    "case": item.id, "page": str(page), "difference": view.difference,
                    **view.differences,
                })  # fmt: skip
                report(k + 1, f"case {item.id}")
    emit(
        {"model": reader.name, "scoring": recipe.name, "cases": rows}, _text(rows), as_json=as_json
    )


def _chosen(items: "list[Item] | tuple[Item, ...]", cases: tuple[str, ...]) -> "list[Item]":
    from surrobrain.checks import choice

    known = {item.id: item for item in items}
    return [known[choice(name, known, "case")] for name in cases] if cases else list(items)


def _in_a_name(name: str) -> str:
    """Leave out of an id what no file name can hold."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)


def _text(rows: list[dict[str, Any]]) -> str:
    places = ("wrapper", "before", "edit", "after")
    printed = [
        [row["case"], *(f"{row[name]:+.3f}" for name in ("difference", *places)), row["page"]]
        for row in rows
    ]
    return "\n".join([
        "log-likelihood of the original minus that of the altered version, in nats",
        table(["case", "whole", *places, "page"], printed),
    ])  # fmt: skip
