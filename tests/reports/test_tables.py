import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.reports.tables import bullets, escaped, facts, grid, in_figures


@given(st.text())
def test_escaped_text_holds_no_markup_and_loses_nothing(text):
    from html import unescape

    shown = escaped(text)
    assert not set("<>\"'") & set(shown)
    assert unescape(shown) == text or "&" in text


def test_figures_as_a_reader_wants_them():
    found = [in_figures(v) for v in (None, np.nan, "", True, 1234567, 0.000123456, np.float32(2.5))]
    assert found == ["-", "-", "-", "yes", "1\u202f234\u202f567", "0.000123", "2.5"]


def test_nested_facts_name_their_way():
    assert '<th scope="row">plan: model</th><td>mlp</td>' in facts({"plan": {"model": "mlp"}})


def test_a_grid_has_a_header_for_every_column_and_row():
    html = grid(["region", "size"], [("A", 1.0), ("B", 2.0)], caption="Sizes")
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert '<td class="number">2</td>' in html
    assert "<caption>Sizes</caption>" in html


def test_bullets_escape_every_line():
    assert bullets(["a<b", "c"]) == "<ul><li>a&lt;b</li><li>c</li></ul>"
