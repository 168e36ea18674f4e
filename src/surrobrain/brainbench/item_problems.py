"""What makes a test case unusable."""

from collections.abc import Iterator

from surrobrain.brainbench.item import Item

__all__ = ["item_problems"]


def item_problems(item: Item) -> tuple[str, ...]:
    """Say what is wrong with a test case; nothing when it can be used.

    Parameters
    ----------
    item : Item
        A case from anywhere.

    Returns
    -------
    tuple of str
        One sentence per problem, each naming the case: an empty or identical version, no edit,
        an edit that changes nothing, edits that are not where they say or do not explain all of
        the difference, a square bracket left over in one version alone.

    Examples
    --------
    >>> item_problems(Item("3", original="Rate rises.", altered="Rate rises.", edits=()))
    ('case 3: the two versions are identical; alter the result in one of them',)
    """
    return tuple(f"case {item.id}: {said}" for said in _found(item))


def _found(item: Item) -> Iterator[str]:
    versions = {"original": item.original, "altered": item.altered}
    empty = [name for name, text in versions.items() if not text.strip()]
    if empty:
        yield f"the {' and the '.join(empty)} version is empty; give the text"
        return
    if item.original == item.altered:
        yield "the two versions are identical; alter the result in one of them"
        return
    yield from _in_edits(item)
    unpaired = [name for name, text in versions.items() if not _paired(text)]
    if len(unpaired) == 1:
        yield (
            f"the {unpaired[0]} version has an unpaired square bracket, as a damaged edit leaves; "
            "correct it at the source"
        )


def _in_edits(item: Item) -> Iterator[str]:
    if not item.edits:
        yield "no edit is given although the versions differ; say where, or leave edits out"
        return
    place_original = place_altered = 0
    for number, edit in enumerate(item.edits, start=1):
        if edit.original == edit.altered:
            yield f"edit {number} changes nothing, both sides are {edit.original!r}; remove it"
        between = item.original[place_original : edit.start_original]
        stands = (
            edit.start_original >= place_original
            and item.original.startswith(edit.original, edit.start_original)
            and item.altered.startswith(edit.altered, edit.start_altered)
        )
        if not stands or between != item.altered[place_altered : edit.start_altered]:
            yield (
                f"edit {number} ({edit.original!r} to {edit.altered!r}) is not where it says, or "
                "the versions differ before it; correct its starts, or leave edits out"
            )
            return
        place_original = edit.start_original + len(edit.original)
        place_altered = edit.start_altered + len(edit.altered)
    if item.original[place_original:] != item.altered[place_altered:]:
        yield "the versions differ after the last edit; correct edits, or leave them out"


def _paired(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if depth < 0:
            return False
    return depth == 0
