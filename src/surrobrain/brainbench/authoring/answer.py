"""From the answer of a language model to a test case, or to a complaint."""

import re

from surrobrain.brainbench.authoring.checks import draft_problems
from surrobrain.brainbench.authoring.origin import Origin
from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.item import Item

__all__ = ["parse_answer"]

_marked = re.compile(r"<abstract>(.*?)</abstract>", re.DOTALL)
_thought = re.compile(r"<think>.*?</think>", re.DOTALL)  # of models that think aloud


def parse_answer(answer: str, *, origin: Origin, id: str) -> Item:
    """Read an answer strictly: the published words must all be there, and nothing else.

    Parameters
    ----------
    answer : str
        With one abstract between ``<abstract>`` and ``</abstract>``.
    origin : Origin
        The published abstract.
    id : str
        Of the case.

    Returns
    -------
    Item

    Raises
    ------
    ValueError
        There is not exactly one abstract, its brackets are damaged, it is not the published one
        outside the brackets and on their left sides, or the case fails `draft_problems`.

    Examples
    --------
    >>> origin = Origin("10.1/x", "We held cells in mice. The rate rose in the light.")
    >>> said = "<abstract>We held cells in mice. The rate [[rose, fell]] in the light.</abstract>"
    >>> parse_answer(said, origin=origin, id="1").altered
    'We held cells in mice. The rate fell in the light.'
    """
    found = _marked.findall(_thought.sub("", answer))
    if len(found) != 1:
        raise ValueError(
            f"case {id}: the answer holds {len(found)} abstracts between <abstract> and "
            "</abstract>; give exactly one"
        )
    text = " ".join(found[0].split())
    item = parse_brackets(text, id=id, original=origin.abstract)
    item = Item(
        id, item.original, item.altered, item.edits, origin.subfield, origin.doi, origin.date
    )
    problems = draft_problems(item)
    if problems:
        raise ValueError("; ".join(problems))
    return item
