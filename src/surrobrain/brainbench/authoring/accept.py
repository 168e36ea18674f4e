"""From ticked drafts to a file of test cases."""

from pathlib import Path

from surrobrain.brainbench.authoring.draft import DRAFTS, REVIEW
from surrobrain.brainbench.authoring.review import Ticked, read_review
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.item_writer import write_items
from surrobrain.checks import existing_file

__all__ = ["accept_drafts"]


def accept_drafts(folder: str | Path, out: str | Path) -> Ticked:
    """Write the drafts that a human ticked as test cases.

    Parameters
    ----------
    folder : str or Path
        Written by `draft_items`; its ``review.md`` has been ticked.
    out : str or Path
        A new file ending in ``.jsonl`` or ``.csv``.

    Returns
    -------
    Ticked

    Raises
    ------
    ValueError
        Nothing is ticked, or a correction damages a case.

    Examples
    --------
    >>> from surrobrain.brainbench import accept_drafts
    >>> accept_drafts("drafts", "items.jsonl")  # doctest: +SKIP
    """
    path = existing_file(folder)
    ticked = read_review(path / REVIEW, read_items(existing_file(path / DRAFTS)))
    if not ticked.accepted:
        raise ValueError(
            f"none of the {ticked.n_open} drafts in {REVIEW} is ticked; put an x between the "
            "brackets of those that are good"
        )
    write_items(out, ticked.accepted)
    return ticked
