"""How commands that ask what if end: metrics, a page, and a few lines."""

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from surrobrain.cli.brain import on_cortex
from surrobrain.cli.options import emit, table

if TYPE_CHECKING:
    from surrobrain.intervention.targets import Targets
    from surrobrain.intervention.what_if import Effect
    from surrobrain.reports.cortex import Cortex
    from surrobrain.runs import Run

__all__ = ["duration_option", "finish_each", "finish_effect", "seal", "seeds_option"]

Function = TypeVar("Function", bound=Callable[..., Any])

_TOP = 10
_WARNINGS = (
    "Research software: a model was asked. No decision about a patient may rest on its answer.",
)

duration_option = click.option(
    "--duration", type=float, required=True, metavar="SECONDS", help="Of every run."
)
"""How long a run is: what a model needs differs by orders of magnitude, so it is always said."""

seeds_option = click.option(
    "--seeds", default=8, show_default=True, help="Pairs of runs, each with noise of its own."
)
"""Behind every interval."""


def finish_effect(
    run: "Run",
    effect: "Effect",
    *,
    on: "Cortex | None",
    words: str = "",
    as_json: bool,
) -> None:
    """Write an effect into its run, and print it.

    Parameters
    ----------
    run : Run
        Open.
    effect : Effect
        From `what_if`.
    on : Cortex or None
        Where it is drawn.
    words : str
        What was done, where the effect itself does not know.
    as_json : bool
        How it is printed.
    """
    effect = dataclasses.replace(effect, description=words or effect.description)
    rows = _rows(effect)
    run.metrics(rows)
    label = "change (sd, with its sign)"
    maps = on_cortex(effect.signed_response, effect.names, on, label=label, signed=True)
    payload = {"intervention": effect.description, "regions": rows, "n_seeds": effect.n_seeds,
               "dose": _dose(effect)}  # fmt: skip
    shown = [[r["region"], _told(r["change"]), _told(r["low"]), _told(r["high"])]
             for r in rows[:_TOP]]  # fmt: skip
    text = f"{effect.description}\n" + table(["region", "change (sd)", "low", "high"], shown)
    if effect.dose is not None:
        text += f"\ndose: {effect.dose.in_words()}"
    seal(run, "What if", [effect, *maps], payload, text, as_json=as_json)


def finish_each(run: "Run", found: "Targets", *, on: "Cortex | None", as_json: bool) -> None:
    """Write a ranking of all regions into its run, and print it.

    Parameters
    ----------
    run : Run
        Open.
    found : Targets
        From `what_if_each` or `rank_targets`.
    on : Cortex or None
        Where it is drawn.
    as_json : bool
        How it is printed.
    """
    rows: list[dict[str, Any]] = [
        {key: _finite(value) for key, value in row.items()} for row in found.rows()
    ]
    run.metrics(rows)
    maps = on_cortex(found.score, found.names, on, label="score")
    payload = {"asked": found.description, "targets": rows, "n_seeds": found.n_seeds,
               "rank correlation with strength": _finite(found.agreement)}  # fmt: skip
    columns = ["region", "score", "low", "high", "strength"]
    shown = [[r["region"], *(_told(r[c]) for c in columns[1:])] for r in rows[:_TOP]]
    rho = _told(_finite(found.agreement))
    text = (
        f"{found.description}\n{table(columns, shown)}\nrank correlation with strength alone: {rho}"
    )
    seal(run, "Ranking of regions", [found, *maps], payload, text, as_json=as_json)


def seal(
    run: "Run", title: str, page: list[Any], payload: dict[str, Any], text: str, *, as_json: bool
) -> None:
    """Write the report, finish the run, and print.

    Parameters
    ----------
    run : Run
        Open.
    title : str
        Of the page.
    page : list
        Items of the report.
    payload : dict
        For programs.
    text : str
        For people.
    as_json : bool
        How it is printed.
    """
    import json

    from surrobrain.reports.report import Report

    config = json.loads((run.folder / "config.json").read_text())
    run.add("report.html", Report(title, page, _WARNINGS, provenance=config).html())
    run.finish()
    emit({"folder": str(run.folder), **payload}, f"{text}\nin {run.folder}", as_json=as_json)


def _rows(effect: "Effect") -> list[dict[str, Any]]:
    place = {name: k for k, name in enumerate(effect.names)}
    order = [place[name] for name in effect.strongest(len(effect.names))]
    signed = effect.signed_response
    return [
        {"region": effect.names[k], "change": _finite(effect.response[k]),
         "low": _finite(effect.response_low[k]), "high": _finite(effect.response_high[k]),
         "signed": _finite(signed[k])}
        for k in order
    ]  # fmt: skip


def _dose(effect: "Effect") -> dict[str, Any] | None:
    if effect.dose is None:
        return None
    of = effect.dose
    return {
        name: {"charge": float(of.charge[k]), "net": float(of.net[k]),
               "energy": float(of.energy[k]), "peak": float(of.peak[k]),
               "duty": float(of.duty[k])}
        for k, name in enumerate(of.names)
    }  # fmt: skip


def _finite(value: Any) -> Any:
    """Return numbers that JSON can hold; None stands for the rest."""
    if isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else None


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
