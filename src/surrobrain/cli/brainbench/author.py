"""``surrobrain brainbench author``: new test cases from abstracts newer than a model."""

import datetime
from typing import Any

import click

from surrobrain.cli.options import emit, output_options, table

__all__ = ["author"]


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--out",
    required=True,
    metavar="PATH",
    help="Folder of the drafts; with --accept the file of test cases (jsonl or csv).",
)
@click.option(
    "--accept",
    is_flag=True,
    help="SOURCE is a folder of drafts: write those that are ticked in its review.md.",
)
@click.option(
    "--after",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="Only abstracts published after this day, such as the end of a model's training.",
)
@click.option(
    "--server", metavar="URL", help="A chat server, up to /v1; its key is read from OPENAI_API_KEY."
)
@click.option(
    "--model",
    metavar="NAME",
    help="What the server calls the model; without --server a local model, by name or "
    "folder. Without both, cases are made by rule.",
)
@click.option("--most", default=100, show_default=True, metavar="N", help="Abstracts to try.")
@click.option(
    "--attempts",
    default=2,
    show_default=True,
    metavar="N",
    help="How often to ask a model for a case.",
)
@output_options
def author(source: str, out: str, accept: bool, as_json: bool, **how: Any) -> None:
    """Draft test cases from the abstracts in SOURCE, for a human to tick.

    \b
    surrobrain brainbench author corpus --after 2024-06-01 --out drafts \\
        --server http://localhost:8000/v1 --model mistral-7b-instruct
    surrobrain brainbench author corpus --after 2024-06-01 --out drafts       by rule, offline
    surrobrain brainbench author drafts --accept --out items.jsonl

    SOURCE is a corpus, or XML of PubMed or JATS. Every draft has passed the automatic checks;
    tick the good ones in drafts/review.md. After an interruption the same command goes on.
    """
    if accept:
        _accept(source, out, how, as_json=as_json)
        return
    if how["after"] is None:
        raise click.UsageError(
            "give --after: a model that may have read the abstract foresees nothing"
        )
    if how["server"] and not how["model"]:
        raise click.UsageError("--server needs --model, the name the server knows it by")
    from surrobrain.brainbench.authoring.draft import REVIEW, draft_items
    from surrobrain.brainbench.quality import item_quality

    after: datetime.datetime = how["after"]
    drafts = draft_items(
        _documents(source), out, after=after.date(), write=_writer(how["server"], how["model"]),
        model=_name(how["model"] or ""), most=how["most"], attempts=how["attempts"],
    )  # fmt: skip
    cues = item_quality(drafts.items).baselines if len(drafts.items) > 2 else ()
    accuracies = {cue.name: cue.accuracy() for cue in cues}
    rows = [["drafts", f"{len(drafts.items)}"], ["without a usable case", f"{len(drafts.refused)}"],
            *([f"skipped: {why}", f"{n}"] for why, n in drafts.skipped.items()),
            *([f"right by {name}", f"{s.value:.2f} [{s.low:.2f}, {s.high:.2f}]"]
              for name, s in accuracies.items())]  # fmt: skip
    payload = {"folder": out, "n_drafts": len(drafts.items), "refused": dict(drafts.refused),
               "skipped": dict(drafts.skipped),
               "baselines": {name: s.value for name, s in accuracies.items()}}  # fmt: skip
    text = table(["abstracts", "n"], rows)
    emit(payload, f"{text}\ntick the good ones in {out}/{REVIEW}, then --accept", as_json=as_json)


def _accept(source: str, out: str, how: dict[str, Any], *, as_json: bool) -> None:
    from surrobrain.brainbench.authoring.accept import accept_drafts

    idle = [name for name in ("after", "server", "model") if how[name] is not None]
    if idle:
        raise click.UsageError(f"--accept takes what is ticked; --{idle[0]} has no effect on it")
    ticked = accept_drafts(source, out)
    payload = {"file": out, "n_accepted": len(ticked.accepted), "n_open": ticked.n_open}
    text = f"{len(ticked.accepted)} test cases in {out}; {ticked.n_open} drafts without a tick"
    emit(payload, text, as_json=as_json)


def _documents(source: str) -> Any:
    from surrobrain.brainbench.corpus.read_articles import read_articles
    from surrobrain.brainbench.corpus.read_corpus import MANIFEST, read_corpus
    from surrobrain.checks import existing_file

    path = existing_file(source)
    return read_corpus(path) if (path / MANIFEST).exists() else read_articles(path)


def _name(model: str) -> str:
    """Name a model in a folder without telling where the folder is."""
    from pathlib import Path

    return Path(model).name if Path(model).is_dir() and model else model


def _writer(server: str | None, model: str | None) -> Any:
    import os

    from surrobrain.brainbench.authoring.chat import local_writer, server_writer

    if server and model:
        return server_writer(server, model=model, key=os.environ.get("OPENAI_API_KEY"))
    if model:
        from surrobrain.pretrained.language import load_language

        return local_writer(load_language(model))
    return None
