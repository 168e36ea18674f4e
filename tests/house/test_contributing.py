"""The worked examples of CONTRIBUTING run as they stand."""

import linecache
import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
BLOCKS = dict(re.findall(r"^### (.+?)\n.*?^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))


def test_every_kind_of_part_has_a_page():
    assert list(BLOCKS) == [
        "A neural mass", "An observation", "An architecture", "A metric", "A penalty", "A stimulus",
    ]  # fmt: skip


@pytest.mark.parametrize("title", BLOCKS)
def test_the_example_runs_and_checks_itself(title):
    assert "\nassert " in BLOCKS[title]
    name = f"<CONTRIBUTING: {title}>"
    # The tracer shows the line of a mistake, so it asks for the source as for a notebook cell.
    linecache.cache[name] = (len(BLOCKS[title]), None, BLOCKS[title].splitlines(True), name)
    exec(compile(BLOCKS[title], name, "exec"), {"__name__": "contributing"})
