import numpy as np
import pytest

from surrobrain.intervention.targets import Targets
from surrobrain.reports.figures.style import MODEL, SECOND
from surrobrain.reports.figures.targets import targets

SCORE = np.array([1.0, 3.0, 2.8, np.nan])
FOUND = Targets(
    "each region driven", tuple("ABCD"), SCORE, SCORE - 0.3, SCORE + 0.3, np.arange(4.0), 5
)


def test_what_cannot_be_told_from_the_best_has_its_color():
    picture = targets(FOUND)
    ranking = picture.figure.axes[0]
    assert [label.get_text() for label in ranking.get_yticklabels()] == ["B", "C", "A"]
    dots = [line for line in ranking.lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dots] == [SECOND, SECOND, MODEL]
    assert "1 other cannot be told from B" in picture.caption
    assert "Highest of 3: B, C, A" in picture.alt
    picture.png()


def test_a_clear_winner_is_said_to_be_one():
    clear = Targets("x", ("A", "B"), SCORE[:2], SCORE[:2] - 0.1, SCORE[:2] + 0.1, SCORE[:2], 5)
    assert "no other interval overlaps that of B" in targets(clear).caption


def test_nothing_scored_is_nothing_drawn():
    nothing = Targets("x", ("A",), SCORE[3:], SCORE[3:], SCORE[3:], SCORE[:1], 5)
    with pytest.raises(ValueError, match="no region has a score"):
        targets(nothing)
