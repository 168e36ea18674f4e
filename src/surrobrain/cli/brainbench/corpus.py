"""``surrobrain brainbench corpus``: literature to train on, without the test cases."""

import datetime
from collections.abc import Mapping
from typing import Any

import click

from surrobrain.cli.options import emit, output_options, table

__all__ = ["corpus"]

_day = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--out", required=True, metavar="FOLDER", help="Where the corpus goes.")
@click.option(
    "--exclude",
    metavar="FILE",
    help="Test cases that must not be in it (jsonl, csv, or one DOI a line).",
)
@click.option("--start", type=_day, metavar="DATE", help="First day of publication.")
@click.option("--end", type=_day, metavar="DATE", help="Last day of publication.")
@click.option(
    "--email",
    envvar="NCBI_EMAIL",
    metavar="ADDRESS",
    help="Yours; NCBI asks for it. Or NCBI_EMAIL in the environment.",
)
@click.option(
    "--query",
    metavar="TEXT",
    help="A PubMed search; by default some 150 journals of neuroscience, and "
    "neuroscience in general ones.",
)
@click.option("--abstracts-only", is_flag=True, help="No full texts.")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    metavar="NAME",
    help="Permitted, such as CC-BY or CC-BY-NC-4.0 (repeatable); CC0 and CC-BY by default.",
)
@click.option(
    "--licensed-only", is_flag=True, help="No abstracts without a permitted licence either."
)
@click.option(
    "--files",
    multiple=True,
    metavar="PATH",
    help="Take JATS or PubMed XML from here instead, without network (repeatable).",
)
@click.option("--bucket", metavar="URL", help="Another bucket of full texts, or a mirror.")
@click.option(
    "--layout",
    metavar="PATH",
    help="Where an article lies in it, with {pmcid} and perhaps {version}.",
)
@click.option("--eutilities", metavar="URL", help="Another address of the E-utilities.")
@output_options
def corpus(
    out: str, files: tuple[str, ...], exclude: str | None, as_json: bool, **how: Any
) -> None:  # fmt: skip
    """Gather abstracts and open full texts, with their licences, and leave test cases out.

    \b
    surrobrain brainbench corpus --start 2002-01-01 --end 2022-12-31 --email you@lab.org \\
        --exclude items.jsonl --out corpus
    surrobrain brainbench corpus --files downloads --exclude items.jsonl --out corpus

    PubMed is asked three times per second, or ten with NCBI_API_KEY in the environment. After an
    interruption the same command goes on where it stopped.
    """
    from surrobrain.brainbench.corpus.exclusion import Exclusion, exclusion

    kept_out = exclusion(exclude) if exclude else Exclusion()
    made = _from_files(files, out, kept_out, how) if files else _harvested(out, kept_out, how)
    left: Mapping[str, int] = made.left_out
    rows = [["documents", f"{made.n_documents}"], ["characters", f"{made.n_characters}"],
            *([f"kind {k}", f"{n}"] for k, n in made.kinds.items()),
            *([f"licence {k}", f"{n}"] for k, n in made.licences.items()),
            *([f"left out: {k}", f"{n}"] for k, n in left.items())]  # fmt: skip
    text = table(["corpus", "n"], rows)
    if not exclude:
        text += "\nno test cases were excluded; give --exclude before you test a model on them"
    payload = {"folder": out, "n_documents": made.n_documents, "n_characters": made.n_characters,
               "kinds": dict(made.kinds), "licences": dict(made.licences),
               "left_out": dict(left), "excluded": bool(exclude)}  # fmt: skip
    emit(payload, text, as_json=as_json)


def _from_files(files: tuple[str, ...], out: str, kept_out: Any, how: Mapping[str, Any]) -> Any:
    from surrobrain.brainbench.corpus.read_articles import read_articles
    from surrobrain.brainbench.corpus.write_corpus import LICENCES, write_corpus

    idle = [name for name in ("start", "end", "query", "bucket", "layout", "eutilities")
            if how[name]]  # fmt: skip
    if idle or how["abstracts_only"]:
        raise click.UsageError(
            f"--files takes what is there; --{(idle or ['abstracts-only'])[0]} has no effect on it"
        )
    return write_corpus(
        read_articles(files), out, licences=how["licences"] or LICENCES,
        unlicensed_abstracts=not how["licensed_only"], exclude=kept_out,
    )  # fmt: skip


def _harvested(out: str, kept_out: Any, how: Mapping[str, Any]) -> Any:
    from surrobrain.brainbench.corpus.harvest import harvest_corpus
    from surrobrain.brainbench.corpus.plan import HarvestPlan

    for name in ("start", "end", "email"):
        if not how[name]:
            raise click.UsageError(f"a harvest needs --{name} (or take --files)")
    days: list[datetime.date] = [how[name].date() for name in ("start", "end")]
    given = {name: how[name] for name in ("query", "licences", "bucket", "layout", "eutilities")
             if how[name]}  # fmt: skip
    plan = HarvestPlan(
        *days, how["email"], full_texts=not how["abstracts_only"],
        unlicensed_abstracts=not how["licensed_only"], **given,
    )  # fmt: skip
    shown = not click.get_current_context().meta.get("quiet")
    return harvest_corpus(plan, out, exclude=kept_out, shown=shown)
