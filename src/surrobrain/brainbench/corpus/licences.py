"""The licence of an article, from the links and the words of its permissions."""

import re
from collections.abc import Collection, Iterable

__all__ = ["family", "licence_name", "permitted"]

_link = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]+)(?:/(\d(?:\.\d)?))?")
_version = re.compile(r"(?:attribution|licen[cs]e|\bcc[ -]by[a-z -]*?)\D{0,60}?\b([1-4]\.0)\b")
_clauses = (
    ("NC", re.compile(r"non-?\s?commercial|\bnc\b|for commercial re-?use")),
    ("ND", re.compile(r"no-?\s?deriv|\bnd\b")),
    ("SA", re.compile(r"share-?\s?alike|\bsa\b")),
)


def licence_name(links: Iterable[str], text: str) -> str:
    """Name a licence; where link and words disagree, the stricter of both is meant.

    Parameters
    ----------
    links : iterable of str
        Addresses that the permissions name.
    text : str
        Their words.

    Returns
    -------
    str
        ``"CC0"``, ``"CC-BY-4.0"``, ``"CC-BY-NC-ND"`` (without a version where none is stated),
        ``"other"`` for words that are none of these, ``"unstated"`` for no words.

    Examples
    --------
    >>> licence_name(["http://creativecommons.org/licenses/by/2.0"], "")
    'CC-BY-2.0'
    >>> licence_name([], "under the Creative Commons Attribution Non-Commercial License")
    'CC-BY-NC'
    """
    said = " ".join(text.lower().replace("\u2010", "-").replace("\u2011", "-").split())
    found = [match.groups() for match in map(_link.search, [*map(str.lower, links), said]) if match]
    clauses = {part.upper() for kind, name, _ in found if kind == "licenses"
               for part in name.split("-")}  # fmt: skip
    words = _link.sub(" ", said)
    attribution = "BY" in clauses or bool(
        re.search(r"creative commons attribution|\bcc[ -]by\b|attribution licen[cs]e", words)
    )
    if attribution:
        clauses |= {name for name, pattern in _clauses if pattern.search(words)}
        stated = [version for kind, _, version in found if kind == "licenses" and version]
        stated = stated or _version.findall(words)[:1]
        parts = ["CC", "BY", *(name for name, _ in _clauses if name in clauses), *stated[:1]]
        return "-".join(parts)
    zero = any(kind == "publicdomain" for kind, _, _ in found)
    if zero or re.search(r"\bcc-?0\b|creative commons zero|public domain dedication", words):
        return "CC0"
    return "other" if words.strip() or found else "unstated"


def family(licence: str) -> str:
    """Return a licence without its version.

    Examples
    --------
    >>> family("CC-BY-NC-4.0")
    'CC-BY-NC'
    """
    return re.sub(r"-\d\.\d$", "", licence)


def permitted(licence: str, licences: Collection[str]) -> bool:
    """Say whether a licence, or its family, is among those asked for."""
    return licence in licences or family(licence) in licences
