"""A set of cases in which no word is a sign of the published version."""

from collections import Counter
from collections.abc import Iterable

from surrobrain.brainbench.item import Item
from surrobrain.checks import whole

__all__ = ["balanced"]


def balanced(items: Iterable[Item], *, slack: int = 2) -> tuple[Item, ...]:
    """Keep as many cases as leave every word about as often original as altered.

    Authors report increases more often than decreases. If every direction is reversed, a reader
    who knows no more than that is right in three of four cases; after balancing, in one of two.

    Parameters
    ----------
    items : iterable of Item
        In the order in which they are tried.
    slack : int, default 2
        How far the two counts of the words of an edit may differ.

    Returns
    -------
    tuple of Item

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> rises = [parse_brackets(f"Rate {k} [[rises, falls]].", id=str(k)) for k in range(9)]
    >>> len(balanced(rises))
    2
    """
    whole(slack, "slack", low=1)
    balance: Counter[str] = Counter()
    kept = []
    for item in items:
        change: Counter[str] = Counter()
        change.update(edit.original.lower() for edit in item.edits)
        change.subtract(edit.altered.lower() for edit in item.edits)
        if all(abs(balance[w] + n) <= max(slack, abs(balance[w])) for w, n in change.items()):
            balance.update(change)
            kept.append(item)
    return tuple(kept)
