"""Options by which a clinic says what was removed, and what its electrodes see."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["clinic_options", "resected_regions"]

Function = TypeVar("Function", bound=Callable[..., Any])


def clinic_options(function: Function) -> Function:
    """Add electrodes, the resection that was done, and what became of the patient."""
    for option in reversed(
        (
            click.option("--gain", metavar="FILE", help="What contacts see of regions: a matrix."),
            click.option("--contacts", metavar="FILE", help="Names of the rows of the gain."),
            click.option("--sees", type=click.Choice(["power", "potential"]),
                         help="What a contact shows; by default what suits the node."),
            click.option("--resected", "resected", multiple=True, metavar="REGION",
                         help="What was removed in the clinic, to compare with (repeatable)."),
            click.option("--resected-table", metavar="FILE",
                         help="A list of what was removed, or a table with a column resected."),
            click.option("--mask", metavar="FILE", help="Image of what was removed (NIfTI)."),
            click.option("--atlas", metavar="FILE", help="Labels of regions, in the same space."),
            click.option("--least", default=0.5, show_default=True,
                         help="Share of a region in the mask from which on it counts."),
            click.option("--outcome", default="", metavar="TEXT",
                         help="What became of the patient, such as 'Engel I'."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


def resected_regions(typed: dict[str, Any]) -> dict[str, float] | None:
    """Return what was removed, and how much of each; None where nothing was said of it.

    Raises
    ------
    UsageError
        It was said in several ways, or a mask came without an atlas.
    """
    from surrobrain.intervention.resection import resected
    from surrobrain.intervention.resection_table import resection_table

    ways = [name for name in ("resected", "resected_table", "mask") if typed[name]]
    if len(ways) > 1:
        words = " and ".join(f"--{way.replace('_', '-')}" for way in ways)
        raise click.UsageError(f"{words} say the same thing twice; give one of them")
    if bool(typed["mask"]) != bool(typed["atlas"]):
        raise click.UsageError("a --mask becomes regions by an --atlas; give both")
    if typed["outcome"] and not ways:
        raise click.UsageError("an --outcome belongs to what was resected; give that too")
    if typed["mask"]:
        return resected(typed["mask"], typed["atlas"], least=typed["least"])
    if typed["resected_table"]:
        return resection_table(typed["resected_table"])
    return dict.fromkeys(typed["resected"], 1.0) or None
