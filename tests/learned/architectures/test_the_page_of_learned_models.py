"""docs/learned.md lists what the catalog offers."""

import re
from pathlib import Path

from surrobrain.catalog import load, names

PAGE = Path(__file__).parents[3] / "docs" / "learned.md"
FOLDER = "surrobrain.learned.architectures"


def test_the_page_has_one_row_for_every_architecture():
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(load(FOLDER, name).__name__ for name in names(FOLDER))
