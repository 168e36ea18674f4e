import numpy as np
import pytest

from surrobrain.brainbench.familiarity import TextGroup, compare_groups
from surrobrain.brainbench.memorization import Memorization
from surrobrain.reports.figures.familiarity import familiarity


def group(name, n, loss):
    rng = np.random.default_rng(n)
    values = loss + 0.1 * rng.normal(size=n)
    n_zlib = np.full(n, 600)
    return TextGroup(name, np.full(n, 1200.0), values, n_zlib, {"zlib ratio": 4800 / values})


def test_groups_and_areas_are_drawn_and_said():
    cases, known = group("test cases", 30, 2.0), group("members", 1, 0.2)
    early = cases.pick(np.arange(30) < 15, name="test cases before 2023-01-01")
    comparisons = compare_groups(known, cases, seed=0)
    picture = familiarity(Memorization("m", (cases, known, early), comparisons))
    left, right = picture.figure.axes
    assert [len(c.get_offsets()) for c in left.collections] == [1, 30]
    assert right.lines[1].get_xdata() == pytest.approx([1.0])
    assert "members against test cases by zlib ratio: 1.00" in picture.alt
    assert "test cases before 2023-01-01: 15 texts" in picture.alt
    picture.png()


def test_nothing_to_compare_is_said():
    picture = familiarity(Memorization("", (group("test cases", 5, 2.0),), ()))
    assert "No comparison" in picture.alt
    assert picture.title.endswith("to the model")
    picture.png()
