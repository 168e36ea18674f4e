"""XML of strangers, read without entities and without network."""

import html.entities
from collections.abc import Callable, Collection, Iterator
from typing import Any

from surrobrain.lazy import need

__all__ = ["attribute", "flat", "local", "parse_xml", "pieces"]


def parse_xml(content: bytes, name: str) -> Any:
    """Return the root of a document; nothing outside it is looked at, nothing in it expanded.

    Parameters
    ----------
    content : bytes
        As it was fetched.
    name : str
        What messages call it.

    Raises
    ------
    ValueError
        It is not well-formed.
    MissingDependency
        lxml is not installed.
    """
    etree = need("lxml.etree", extra="corpus")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, remove_pis=True, remove_comments=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"{name} is not well-formed XML: {error}; fetch it again") from error
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname  # archives differ in namespaces alone
    return root


def local(element: Any) -> str:
    """Return the tag of an element, and an empty text for what is none."""
    return element.tag if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Return an attribute whatever its namespace, or an empty text."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def pieces(
    element: Any, name: str, *, without: Collection[str] = (),
    instead: Callable[[Any], str | None] = lambda child: None,
) -> Iterator[str]:  # fmt: skip
    """Yield the text of an element piece by piece.

    Parameters
    ----------
    element : lxml element
        Read from its start to its end.
    name : str
        What messages call the document.
    without : collection of str
        Tags that are left out with all they hold.
    instead : callable
        Returns what stands for a child, or None to read the child.

    Raises
    ------
    ValueError
        The text holds an entity that no standard defines; such are never looked up.
    """
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str):
            yield _character(child, name)
        elif child.tag not in without:
            replaced = instead(child)
            if replaced is not None:
                yield replaced
            else:
                yield from pieces(child, name, without=without, instead=instead)
        yield child.tail or ""


def flat(element: Any, name: str, *, without: Collection[str] = ("math", "tex-math")) -> str:
    """Return the text of an element in one line, or an empty text where there is none."""
    if element is None:
        return ""
    return " ".join("".join(pieces(element, name, without=without)).split())


def _character(node: Any, name: str) -> str:
    """Return what a named character such as ``&alpha;`` stands for."""
    said = html.entities.html5.get(f"{node.name};")
    if said is None:
        raise ValueError(
            f"{name} holds the entity &{node.name};, which no standard defines; entities are "
            "never looked up, so write it out or leave the document away"
        )
    return said
