"""The published notation of a test case: one text with edits as ``[[original, altered]]``."""

from collections.abc import Sequence

from surrobrain.brainbench.item import Edit, Item

__all__ = ["parse_brackets"]

Sides = tuple[str, str]


def parse_brackets(
    text: str,
    *,
    id: str,
    original: str | None = None,
    altered: str | None = None,
    repair: bool = False,
) -> Item:
    """Read one case in bracket notation; what is not certain is an error, never a guess.

    Parameters
    ----------
    text : str
        An abstract in which every edit stands as ``[[original, altered]]``. Square brackets of
        the abstract itself may stand around and inside an edit as long as they are paired.
    id : str
        Of the case, for the item and for complaints.
    original, altered : str, optional
        The two versions, where they are known. They decide which of several commas inside an
        edit parts its sides, and must be what the brackets say.
    repair : bool
        Take a single ``]`` where ``]]`` is missing for the end of the edit.

    Returns
    -------
    Item
        Id, versions and edits.

    Raises
    ------
    ValueError
        No edit, an edit that is not closed, without comma, with several commas and nothing to
        decide between them, with equal sides; or versions that differ from what the brackets say.
        The message names the case and the edit.

    Examples
    --------
    >>> item = parse_brackets("The rate [[rises, falls]] in area [FEF].", id="7")
    >>> item.altered, item.edits[0].start_original
    ('The rate falls in area [FEF].', 9)
    >>> parse_brackets("It [[rises, falls] fast.", id="8")
    Traceback (most recent call last):
    ValueError: case 8: edit 1, '[[rises, falls]', is closed by one bracket; close it by two
    """
    shared, inside = _pieces(text, id=id, repair=repair)
    choices = [_sides(content, id=id, number=k) for k, content in enumerate(inside, start=1)]
    if original is None and altered is None:
        chosen = [_only(options, id=id, number=k) for k, options in enumerate(choices, start=1)]
    else:
        chosen = _fitting(shared, choices, known=(original, altered), id=id)
    for number, (left, right) in enumerate(chosen, start=1):
        if left == right:
            raise ValueError(
                f"case {id}: edit {number} changes nothing, both sides are {left!r}; "
                "give it two different sides"
            )
    return _assembled(shared, chosen, id=id)


def _pieces(text: str, *, id: str, repair: bool) -> tuple[list[str], list[str]]:
    """Return the text outside the edits, one piece more than edits, and what is inside them."""
    shared, inside, place = [], [], 0
    while (begin := text.find("[[", place)) >= 0:
        end, after = _end(text, begin, id=id, number=len(inside) + 1, repair=repair)
        shared.append(text[place:begin])
        inside.append(text[begin + 2 : end])
        place = after
    shared.append(text[place:])
    if not inside:
        raise ValueError(f"case {id}: there is no edit; write one as [[original, altered]]")
    return shared, inside


def _end(text: str, begin: int, *, id: str, number: int, repair: bool) -> tuple[int, int]:
    """Return where the inside of an edit ends, and where the text goes on."""
    depth = 0
    for place in range(begin + 2, len(text)):
        if text[place] == "[":
            depth += 1
        elif text[place] == "]" and depth:
            depth -= 1
        elif text.startswith("]]", place):
            return place, place + 2
        elif text[place] == "]" and repair:
            return place, place + 1
        elif text[place] == "]":
            raise ValueError(
                f"case {id}: edit {number}, {text[begin : place + 1]!r}, is closed by one bracket; "
                "close it by two"
            )
    raise ValueError(
        f"case {id}: edit {number}, {text[begin : begin + 40]!r}..., is not closed; "
        "end it with two brackets"
    )


def _sides(content: str, *, id: str, number: int) -> list[Sides]:
    """Return every way to part the inside of an edit at a comma."""
    commas = [k for k, letter in enumerate(content) if letter == ","]
    if not commas:
        raise ValueError(
            f"case {id}: edit {number}, {content!r}, has no comma; "
            "write both sides as [[original, altered]]"
        )
    return [(content[:k].strip(), content[k + 1 :].strip()) for k in commas]


def _only(options: list[Sides], *, id: str, number: int) -> Sides:
    if len(options) > 1:
        whole = ", ".join(options[0])
        raise ValueError(
            f"case {id}: edit {number}, {whole!r}, holds {len(options)} commas and nothing says "
            "which of them parts the sides; add the columns original and altered"
        )
    return options[0]


def _fitting(
    shared: Sequence[str],
    choices: Sequence[list[Sides]],
    *,
    known: tuple[str | None, str | None],
    id: str,
) -> list[Sides]:
    """Return the sides with which the brackets say what the known versions say."""
    furthest = 0
    # Depth first: edits chosen so far, and how far the known versions have been explained.
    waiting: list[tuple[list[Sides], tuple[int, int]]] = [([], (0, 0))]
    while waiting:
        chosen, places = waiting.pop()
        reached = _advanced(known, places, (shared[len(chosen)],) * 2)
        if reached is None:
            continue
        furthest = max(furthest, len(chosen))
        if len(chosen) == len(choices):
            if all(v is None or p == len(v) for v, p in zip(known, reached, strict=True)):
                return chosen
            continue
        for sides in reversed(choices[len(chosen)]):
            if (after := _advanced(known, reached, sides)) is not None:
                waiting.append(([*chosen, sides], after))
    where = "before edit 1" if furthest == 0 else f"at or after edit {furthest}"
    raise ValueError(
        f"case {id}: the columns original and altered are not what the brackets say ({where}); "
        "correct either"
    )


def _advanced(
    known: tuple[str | None, str | None], places: tuple[int, int], pieces: Sides
) -> tuple[int, int] | None:
    """Return the places after the next piece of both versions, None where they say otherwise."""
    for version, place, piece in zip(known, places, pieces, strict=True):
        if version is not None and not version.startswith(piece, place):
            return None
    return places[0] + len(pieces[0]), places[1] + len(pieces[1])


def _assembled(shared: Sequence[str], chosen: Sequence[Sides], *, id: str) -> Item:
    original = altered = shared[0]
    edits = []
    for (left, right), after in zip(chosen, shared[1:], strict=True):
        edits.append(Edit(left, right, start_original=len(original), start_altered=len(altered)))
        original += left + after
        altered += right + after
    return Item(id, original, altered, tuple(edits))
