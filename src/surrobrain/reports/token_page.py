"""One test case as a page: every word in the color of the version that it speaks for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from surrobrain.reports.figures.token_difference import token_difference
from surrobrain.reports.tables import bullets, escaped, grid, picture_html

if TYPE_CHECKING:
    from surrobrain.brainbench.token_view import TokenView, VersionTokens

__all__ = ["token_page"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>
body {{ margin: 0 auto; max-width: 60rem; padding: 1.5rem 1.2rem 3rem; color: #1c1c1c;
 background: #fff; font: 1rem/1.6 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }}
h1 {{ font-size: 1.5rem; border-bottom: 3px solid #0072b2; padding-bottom: .4rem; }}
h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
.text {{ line-height: 2.4; }}
.text span {{ border-radius: 2px; padding: .1em 0; }}
.pair {{ display: inline-block; vertical-align: middle; line-height: 1.3; margin: 0 .15em;
 padding: .1em .4em !important; border: 1.5px solid #444; border-radius: 4px !important; }}
.pair b, .pair i {{ display: block; font-style: normal; font-weight: 500; white-space: pre-wrap; }}
.pair small {{ color: #444; font-variant-numeric: tabular-nums; }}
.wrapper {{ color: #555; font-size: .9rem; }}
table {{ border-collapse: collapse; font-size: .9rem; }}
caption {{ text-align: left; font-weight: 600; }}
th, td {{ padding: .3rem .7rem; border-bottom: 1px solid #e2e2e2; text-align: left; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
img {{ max-width: 100%; height: auto; }} figure {{ margin: 1rem 0; }}
figcaption {{ font-size: .9rem; color: #333; }}
</style></head><body><h1>{title}</h1>{summary}
<h2>The text</h2><p class="wrapper">{legend}</p><p class="text">{text}</p>
<h2>By place</h2>{table}{picture}</body></html>
"""


def token_page(view: "TokenView") -> str:
    """Return a self-contained page of HTML: the text in colors, sums by place, and a figure.

    Parameters
    ----------
    view : TokenView
        From `surrobrain.brainbench.view_tokens`.

    Returns
    -------
    str
        It asks nothing of the network and runs no script.
    """
    chosen = "the original" if view.difference > 0 else "the altered version"
    words = [
        f"{view.model}, scoring {view.recipe}: {chosen} is the more probable by "
        f"{abs(view.difference):.2f} nats in all.",
        *(
            f"{place}: {value:+.2f} nats"
            for place, value in view.differences.items()
            if view.original.places.count(place)
        ),
    ]
    return _PAGE.format(
        title=escaped(f"Case {view.item.id}, token by token"),
        summary=bullets(words),
        legend=escaped(
            "Blue: more probable in the original than in the altered version; orange: the other "
            f"way round; full color at {_limit(view):.2f} nats. In a box the two versions of an "
            "edit, the original above, with the log-probability of each. Point at a word to see "
            "its numbers."
        ),
        text="".join(_text(view)),
        table=_table(view),
        picture=picture_html(token_difference(view)),
    )


def _text(view: "TokenView") -> Iterator[str]:
    """Write the original, token by token; where the other version has other tokens, both."""
    shown, limit, k, j = 0, _limit(view), 0, 0
    n, m = len(view.original.pieces), len(view.altered.pieces)
    while k < n or j < m:
        here, there = _next_pair(view, k, j)
        if here > k or there > j:  # what has no partner
            yield from _pair(view, range(k, here), range(j, there), limit)
            if here > k:
                shown = max(shown, int(view.original.stops[here - 1]))
        if here < n:
            start, stop = int(view.original.starts[here]), int(view.original.stops[here])
            if view.original.places[here] != "wrapper":
                yield escaped(view.item.original[shown : max(shown, start)])
                piece = view.item.original[max(shown, start) : stop]
                yield _word(view, here, there, piece, limit)
                shown = max(shown, stop)
        k, j = here + 1, there + 1


def _next_pair(view: "TokenView", k: int, j: int) -> tuple[int, int]:
    for here in range(k, len(view.original.pieces)):
        if view.original.partners[here] >= j:
            return here, int(view.original.partners[here])
    return len(view.original.pieces), len(view.altered.pieces)


def _word(view: "TokenView", here: int, there: int, piece: str, limit: float) -> str:
    first, second = float(view.original.log_prob[here]), float(view.altered.log_prob[there])
    if first == second:  # computed once for both
        return f'<span title="{first:.3f} nats in both">{escaped(piece)}</span>'
    title = f"original {first:.3f}, altered {second:.3f}, difference {first - second:+.3f} nats"
    color = _color(first - second, limit)
    return f'<span title="{title}" style="background:{color}">{escaped(piece)}</span>'


def _pair(view: "TokenView", here: range, there: range, limit: float) -> Iterator[str]:
    first = float(view.original.log_prob[here.start : here.stop].sum())
    second = float(view.altered.log_prob[there.start : there.stop].sum())
    rows = "".join(
        f"<{tag}>{escaped(_piece(tokens, text, span))} <small>{value:.2f}</small></{tag}>"
        for tag, tokens, text, span, value in (
            ("b", view.original, view.item.original, here, first),
            ("i", view.altered, view.item.altered, there, second),
        )
    )
    title = f"difference {first - second:+.3f} nats"
    color = _color(first - second, limit)
    yield f' <span class="pair" title="{title}" style="background:{color}">{rows}</span>'


def _piece(tokens: "VersionTokens", text: str, span: range) -> str:
    if not len(span):
        return "\N{EM DASH}"
    start, stop = max(int(tokens.starts[span.start]), 0), int(tokens.stops[span.stop - 1])
    return text[start:stop].strip()


def _limit(view: "TokenView") -> float:
    """Full color: the largest difference of a token, but not so small that noise is colored."""
    sizes = [
        abs(float(value - view.altered.log_prob[partner]))
        for value, partner in zip(view.original.log_prob, view.original.partners, strict=True)
        if partner >= 0
    ]
    return max([*sizes, 0.1])


def _color(difference: float, limit: float) -> str:
    strength = min(1.0, abs(difference) / limit) * 0.65
    red, green, blue = (0, 114, 178) if difference > 0 else (213, 94, 0)
    return f"rgba({red},{green},{blue},{strength:.2f})"


def _table(view: "TokenView") -> str:
    totals = [(view.original.total(place), view.altered.total(place)) for place in view.differences]
    whole = (sum(first for first, _ in totals), sum(second for _, second in totals))
    names = [*view.differences, "whole"]
    rows = [
        (
            name, *(str(sum(p == name for p in v.places)) if name != "whole" else str(len(v.places))
                    for v in (view.original, view.altered)),
            f"{first:.3f}", f"{second:.3f}", f"{first - second:+.3f}",
        )
        for name, (first, second) in zip(names, [*totals, whole], strict=True)
    ]  # fmt: skip
    header = (
        "place", "tokens, original", "tokens, altered", "log-likelihood, original (nats)",
        "log-likelihood, altered (nats)", "difference (nats)",
    )  # fmt: skip
    return grid(header, rows, caption="Log-likelihood by place")
