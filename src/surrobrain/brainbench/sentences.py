"""Where the sentences of an abstract begin and end, by rules."""

import re

__all__ = ["sentence_spans", "split_sentences"]

_opens, _closes = "([\"'\u201c\u2018", ")]\"'\u201d\u2019"
# A mark, what may close after it, white space, and what a sentence can begin with.
_candidate = re.compile(rf"[.!?]+[{re.escape(_closes)}]*\s+(?=[{re.escape(_opens)}]*[^\W_a-z])")
_abbreviations = frozenset([
    "al", "approx", "ca", "cf", "ch", "dept", "dr", "ed", "eds", "eq", "eqs", "etc", "ext",
    "fig", "figs", "i.e", "e.g", "inc", "jr", "ltd", "mr", "mrs", "no", "nos", "nr", "p", "pp",
    "prof", "ref", "refs", "resp", "sec", "sp", "spp", "st", "subsp", "suppl", "tab", "var",
    "viz", "vol", "vols", "vs",
])  # fmt: skip
# These also end sentences; a capital after them begins one.
_may_end = frozenset(["etc", "al", "no", "inc", "ltd", "jr"])


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in order, without the white space between them.

    Parameters
    ----------
    text : str
        Such as an abstract.

    Returns
    -------
    tuple of str
        Each a part of the text as it stands there.

    Examples
    --------
    >>> split_sentences("Mice (i.e. C57BL/6) ran. D. melanogaster flew at 2.5 m/s vs. 3 m/s. Why?")
    ('Mice (i.e. C57BL/6) ran.', 'D. melanogaster flew at 2.5 m/s vs. 3 m/s.', 'Why?')
    """
    return tuple(text[begin:end] for begin, end in sentence_spans(text))


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each sentence begins and ends, in characters.

    Parameters
    ----------
    text : str
        Such as an abstract.

    Returns
    -------
    tuple of (int, int)
        Begin and end, as for slices; between two sentences lies only white space.

    Notes
    -----
    A sentence ends at ``.``, ``!`` or ``?`` (with quotes and brackets that close there) before
    white space and a capital or digit, unless the mark belongs to an abbreviation, an initial, a
    number such as "no. 3", or lies inside brackets that are still open.

    Examples
    --------
    >>> sentence_spans("It rose. It fell.")
    ((0, 8), (9, 17))
    """
    spans, begin = [], len(text) - len(text.lstrip())
    for found in _candidate.finditer(text):
        mark_end = found.start() + len(found.group().rstrip())
        if found.start() < begin or not _ends(text[begin:mark_end], text[found.end() :]):
            continue
        spans.append((begin, mark_end))
        begin = found.end()
    end = len(text.rstrip())
    if begin < end:
        spans.append((begin, end))
    return tuple(spans)


def _ends(sentence: str, after: str) -> bool:
    """Tell whether a sentence is over where a mark before a capital stands."""
    if sum(sentence.count(k) for k in "([") > sum(sentence.count(k) for k in ")]"):
        return False
    if not sentence.rstrip(_closes).endswith("."):
        return True
    words = sentence.rstrip(_closes + ".").split()
    last = words[-1].lstrip(_opens) if words else ""
    if len(last) == 1 and last.isupper():  # an initial: "D. melanogaster" has no capital after it
        return len(words) > 1 and not words[-2][0].isupper() and words[-2] not in ("by", "of")
    if last.lower() in ("no", "nr", "nos"):
        return not after[:1].isdigit()
    return last.lower() not in _abbreviations or last.lower() in _may_end
