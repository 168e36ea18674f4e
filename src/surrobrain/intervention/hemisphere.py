"""The regions of one hemisphere, by their names."""

import re
from collections.abc import Sequence
from typing import Literal

from surrobrain.checks import choice

__all__ = ["hemisphere"]

_WORDS = {"left": {"l", "lh", "left"}, "right": {"r", "rh", "right"}}


def hemisphere(names: Sequence[str], side: Literal["left", "right"]) -> tuple[str, ...]:
    """Return the regions of one hemisphere, to be lesioned or driven together.

    Parameters
    ----------
    names : sequence of str
        Region names in which a part says the side: ``V1_L``, ``lh.insula``, ``Left-Thalamus``,
        ``7Networks_RH_Vis_1``; or all begin with it, as ``rA1`` or ``lPFC``.
    side : {"left", "right"}
        Which hemisphere.

    Returns
    -------
    tuple of str
        Regions whose name says neither side, such as the brain stem, are in neither hemisphere.

    Raises
    ------
    ValueError
        No name says its side.

    Examples
    --------
    >>> hemisphere(["V1_L", "V1_R", "Brain-Stem"], "left")
    ('V1_L',)
    """
    choice(side, _WORDS, "side")
    sides = [_side(name) for name in names]
    if not any(sides):
        sides = [_prefix(name) for name in names]
    if not any(sides):
        raise ValueError(
            f"no name says its side: {', '.join(list(names)[:3])} ...; name the regions, or rename "
            "them as in V1_L"
        )
    return tuple(name for name, own in zip(names, sides, strict=True) if own == side)


def _side(name: str) -> str | None:
    parts = set(re.split(r"[^a-z0-9]+", name.lower()))
    found = [side for side, words in _WORDS.items() if parts & words]
    return found[0] if len(found) == 1 else None


def _prefix(name: str) -> str | None:
    if re.match(r"[lr][A-Z]", name):
        return "left" if name[0] == "l" else "right"
    return None
