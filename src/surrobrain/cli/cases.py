"""Test cases for a command, with what is wrong said on standard error."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from surrobrain.brainbench.item import Item
    from surrobrain.brainbench.item_reader import OnBad

__all__ = ["cases_from"]


def cases_from(path: str, *, on_bad: "OnBad") -> "tuple[Item, ...]":
    """Read test cases; what was dropped, kept or repaired is named on standard error.

    Raises
    ------
    ValueError
        A case is bad and ``on_bad`` is "raise", or cannot save it.
    """
    from surrobrain.brainbench.item_reader import examine_items, read_items

    if on_bad == "raise":
        return read_items(path)
    found = examine_items(path, on_bad=on_bad)
    for problem in found.problems:
        click.echo(f"  {problem} (--on-bad {on_bad})", err=True)
    return found.items
