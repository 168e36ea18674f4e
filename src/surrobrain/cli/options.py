"""Options that several commands share, and how they print."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from surrobrain.runs import MANIFEST

__all__ = [
    "assignments", "emit", "output_options", "rate", "reading_options", "run_folder", "table",
    "teller",
]  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])


def output_options(function: Function) -> Function:
    """Add --json, --quiet and --debug; the last two are read by ``teller`` and ``main``."""
    for option in (
        click.option("--debug", is_flag=True, expose_value=False,
                     help="Show the traceback of an error."),
        click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=_remember,
                     help="No progress."),
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    ):  # fmt: skip
        function = option(function)
    return function


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    context.meta[str(parameter.name)] = value


def reading_options(function: Function) -> Function:
    """Add what may have to be said about the file of a recording."""
    for option in (
        click.option("--on-bad", default="raise", show_default=True,
                     type=click.Choice(["raise", "drop", "mask"]),
                     help="NaN, infinite, constant, duplicate regions: refuse, leave out, mark."),
        click.option("--atlas", metavar="FILE", help="Label image, for a NIfTI recording."),
        click.option("--which", multiple=True, metavar="NAME",
                     help="An array of an npz or mat file, a kind of channel such as seeg, or "
                          "an entity of a BIDS folder such as sub=01 (repeatable)."),
        click.option("--names", metavar="FILE", help="Region names: a list, or a table."),
        click.option("--orientation", type=click.Choice(["time_by_region", "region_by_time"]),
                     help="How a bare array lies."),
        click.option("--tr", type=float, metavar="SECONDS", help="Time between samples."),
        click.option("--sfreq", type=float, metavar="HZ", help="Samples per second."),
    ):  # fmt: skip
        function = option(function)
    return function


def assignments(pairs: tuple[str, ...], option: str) -> dict[str, str]:
    """Turn ``("sub=01", ...)`` into a dict, or say how the option is written."""
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint=f"'{option}'")
    return dict(pair.split("=", 1) for pair in pairs)


def rate(sfreq: float | None, tr: float | None) -> float | None:
    """Return the sampling rate in Hz from whichever of the two was typed."""
    if sfreq is not None and tr is not None:
        raise click.UsageError("give --sfreq (Hz) or --tr (seconds), not both")
    if tr is not None and tr <= 0:
        raise click.BadParameter(f"must be above 0 s, but {tr:g} arrived", param_hint="'--tr'")
    return sfreq if tr is None else 1.0 / tr


def teller() -> Callable[[str], None] | None:
    """Return what says on standard error what is being done; None after --quiet."""
    if click.get_current_context().meta.get("quiet"):
        return None
    return lambda message: click.echo(f"  {message}", err=True) if sys.stderr.isatty() else None


def run_folder(out: str | None, default: str) -> Path:
    """Return the run folder asked for, or the first default one without a finished run."""
    if out is not None:
        return Path(out)
    folder, number = Path(default), 1
    while (folder / MANIFEST).exists():
        number += 1
        folder = Path(f"{default}-{number}")
    return folder


def emit(payload: object, text: str, *, as_json: bool) -> None:
    """Print a result: JSON for programs, text for people."""
    click.echo(json.dumps(payload, indent=2, allow_nan=False) if as_json else text)


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Lay rows out in aligned columns."""
    widths = [max(len(line[k]) for line in [columns, *rows]) for k in range(len(columns))]
    lines = [columns, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
