"""Where things stood: the edit within the abstract, the original on the screen."""

from collections.abc import Sequence

import numpy as np

from surrobrain.brainbench.item import Item

__all__ = ["edit_places", "sides_shown"]

_PLACES = ("edited early", "edited in the middle", "edited late")


def edit_places(items: Sequence[Item]) -> tuple[str, ...]:
    """Return in which third of the original each case was edited, by the mean over its edits.

    Parameters
    ----------
    items : sequence of Item
        Cases.

    Returns
    -------
    tuple of str
        One label per case, for `surrobrain.brainbench.accuracy_by`.

    Examples
    --------
    >>> from surrobrain.brainbench import Edit
    >>> edit = Edit("rises", "falls", start_original=5, start_altered=5)
    >>> edit_places([Item("1", original="Rate rises.", altered="Rate falls.", edits=(edit,))])
    ('edited in the middle',)
    """
    found = []
    for item in items:
        starts = [edit.start_original for edit in item.edits] or [0]
        where = float(np.mean(starts)) / max(1, len(item.original))
        found.append(_PLACES[min(2, int(3 * where))])
    return tuple(found)


def sides_shown(n_items: int, *, seed: int = 42) -> tuple[str, ...]:
    """Return on which side the published study showed the original to the models.

    Parameters
    ----------
    n_items : int
        Cases, in the order of the file.
    seed : int
        Of the published study.

    Returns
    -------
    tuple of str
        "original as A" or "original as B", one draw of numpy's legacy generator per case.

    Notes
    -----
    A model that scores each version by itself cannot see the side; a difference between sides is
    chance. It matters where a regression takes signed confidence, as the published combination of
    machine and human does.

    Examples
    --------
    >>> sides_shown(3)
    ('original as A', 'original as B', 'original as B')
    """
    draws = np.random.RandomState(seed).random_sample(n_items)
    return tuple("original as B" if draw > 0.5 else "original as A" for draw in draws)
