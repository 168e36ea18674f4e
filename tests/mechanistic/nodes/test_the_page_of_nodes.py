"""docs/nodes.md lists what the catalog offers, with the states that there are."""

import re
from pathlib import Path

from surrobrain import catalog

FOLDER = "surrobrain.mechanistic.nodes"
PAGE = Path(__file__).parents[3] / "docs" / "nodes.md"


def test_every_node_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text(), re.M)
    nodes = [catalog.load(FOLDER, name) for name in catalog.names(FOLDER)]
    assert [row[0] for row in rows] == sorted(node.__name__ for node in nodes)
    for node in nodes:
        states, source = next(row[1:] for row in rows if row[0] == node.__name__)
        assert tuple(states.split(", ")) == node.states
        year = source.strip().split()[-1]
        assert f"({year})" in node.__doc__


def test_every_difference_in_a_docstring_is_on_the_page() -> None:
    told = len(re.findall(r"^- \*\*", PAGE.read_text(), re.M))
    differing = [n for n in catalog.names(FOLDER) if "Differs:" in catalog.load(FOLDER, n).__doc__]
    assert told == len(differing) - 1  # both Epileptors share a line


def test_its_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    scope: dict = {}
    exec(code.replace("print(", "shown = ("), scope)
    assert scope["shown"] == 25.0
    assert scope["network"].run(3).values.shape == (3, 4)
