"""Tables and pictures as HTML; every text is escaped here and nowhere else."""

import base64
import html
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from surrobrain.reports.picture import Picture, Undrawn

__all__ = ["bullets", "escaped", "facts", "grid", "in_figures", "picture_html"]


def escaped(value: object) -> str:
    """Return text that a browser shows as it is, whatever it holds.

    Examples
    --------
    >>> escaped("<b>V1</b>")
    '&lt;b&gt;V1&lt;/b&gt;'
    """
    return html.escape(str(value), quote=True)


def in_figures(value: object) -> str:
    """Return a value as a reader wants it: three digits that count, a hyphen for what is absent.

    Examples
    --------
    >>> in_figures(0.123456), in_figures(None), in_figures(12345), in_figures(("a", "b"))
    ('0.123', '-', '12\u202f345', 'a, b')
    """
    if (
        value is None
        or value == ""
        or (isinstance(value, (float, np.floating)) and math.isnan(value))
    ):
        return "-"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}".replace(",", "\u202f")
    if isinstance(value, (float, np.floating)):
        return f"{value:.3g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(in_figures(v) for v in value)
    return str(value)


def facts(values: Mapping[str, object]) -> str:
    """Return names and values in two columns; what is nested becomes "outer: inner"."""
    rows = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(in_figures(value))}</td></tr>'
        for name, value in _flat(values)
    )
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def grid(header: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str) -> str:
    """Return a table with a header and a caption; it scrolls sideways on a narrow screen."""
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{escaped(caption)}" tabindex="0">'
        f"<table><caption>{escaped(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bullets(lines: Iterable[str]) -> str:
    """Return lines as a list."""
    return f"<ul>{''.join(f'<li>{escaped(line)}</li>' for line in lines)}</ul>"


def picture_html(picture: Picture | Undrawn) -> str:
    """Return a figure with its caption, the image in the page itself, or why there is none."""
    if isinstance(picture, Undrawn):
        return f"<p>{escaped(picture.in_words())}</p>"
    width, height = (round(96 * size) for size in picture.figure.get_size_inches())
    data = base64.b64encode(picture.png()).decode()
    return (
        f'<figure><img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'alt="{escaped(picture.alt)}"><figcaption><strong>{escaped(picture.title)}.</strong> '
        f"{escaped(picture.caption)}</figcaption></figure>"
    )


def _cells(row: Sequence[object]) -> Iterable[str]:
    yield f'<th scope="row">{escaped(in_figures(row[0]))}</th>'
    for value in row[1:]:
        kind = "" if isinstance(value, str) and value[:1].isalpha() else ' class="number"'
        yield f"<td{kind}>{escaped(in_figures(value))}</td>"


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}: ")
        else:
            yield f"{prefix}{name}", value
