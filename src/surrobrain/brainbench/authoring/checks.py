"""What a drafted case must meet before a human looks at it."""

from surrobrain.brainbench.item import Item
from surrobrain.brainbench.item_problems import item_problems

__all__ = ["draft_problems"]

_changed, _length = 0.3, 0.15


def draft_problems(item: Item) -> tuple[str, ...]:
    """Say what makes a draft unusable, by itself; nothing where a human may decide.

    Parameters
    ----------
    item : Item
        Drafted from a published abstract.

    Returns
    -------
    tuple of str
        What `item_problems` finds, more than 30 % of the abstract inside edits, versions that
        differ by more than 15 % in length, an edit that only adds or removes "not", or an edit in
        the first sentence.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> draft_problems(parse_brackets("Cells were held. The rate did [[not rise, rise]].", id="4"))
    ('case 4: edit 1 only adds or removes "not"; alter what was found instead',)
    """
    from surrobrain.brainbench.sentences import sentence_spans

    found = item_problems(item)
    if found:
        return found
    said = []
    n, m = len(item.original), len(item.altered)
    inside = sum(len(edit.original) for edit in item.edits) / n
    if inside > _changed:
        said.append(f"{100 * inside:.0f} % of the abstract lies inside edits; alter less")
    if max(n, m) > (1 + _length) * min(n, m):
        said.append(f"the versions have {n} and {m} characters; keep the length")
    first_end = sentence_spans(item.original)[0][1]
    for number, edit in enumerate(item.edits, start=1):
        if _plain(edit.original) == _plain(edit.altered):
            said.append(f'edit {number} only adds or removes "not"; alter what was found instead')
        if edit.start_original < first_end < n:
            said.append(f"edit {number} stands in the first sentence; alter results alone")
    return tuple(f"case {item.id}: {problem}" for problem in said)


def _plain(text: str) -> list[str]:
    return [word for word in text.lower().split() if word not in ("not", "no")]
