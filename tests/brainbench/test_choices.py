import numpy as np
import pytest

from surrobrain.brainbench import Choices

LOSS = np.array([[2.0, 2.1], [2.0, 2.0], [2.0005, 2.0], [2.0, 1.9]])
IDS = ("1", "2", "3", "4")


def test_a_tie_is_wrong_and_near_ties_are_counted():
    choices = Choices("m", IDS, LOSS)
    assert choices.correct.tolist() == [True, False, False, False]
    assert choices.accuracy == 0.25
    assert choices.near_ties == 2
    assert choices.confidence == pytest.approx(np.abs(np.exp(LOSS[:, 1]) - np.exp(LOSS[:, 0])))
    assert (np.sign(choices.preference) == np.sign(choices.margin)).all()


def test_of_more_versions_the_nearest_rival_counts():
    choices = Choices("m", ("1",), np.array([[2.0, 2.3, 2.1, 2.2]]))
    assert choices.margin == pytest.approx([0.1])
    assert choices.correct.all()


def test_the_total_and_the_mean_may_choose_differently():
    tokens, sizes = np.array([[10, 9]] * 4), np.array([[50, 40]] * 4)
    choices = Choices("m", IDS, LOSS, tokens, sizes)
    total, byte = choices.scored("sum"), choices.scored("byte")
    assert total.loss == pytest.approx(LOSS * tokens)
    assert not total.correct[0]  # 20 nats against 18.9
    assert byte.loss == pytest.approx(LOSS * tokens / sizes)
    assert byte.correct[0]
    assert choices.scored("mean") is choices


def test_what_cannot_be_had_is_refused():
    with pytest.raises(ValueError, match="how many tokens"):
        Choices("m", IDS, LOSS).scored("sum")
    with pytest.raises(ValueError, match="how many bytes"):
        Choices("m", IDS, LOSS, np.ones((4, 2), dtype=int)).scored("byte")


def test_damaged_scores_name_the_case():
    broken = LOSS.copy()
    broken[2, 1] = np.nan
    with pytest.raises(ValueError, match="loss of m on case '3'"):
        Choices("m", IDS, broken)
    with pytest.raises(ValueError, match="case '1' comes twice"):
        Choices("m", ("1", "1", "2", "3"), LOSS)
    with pytest.raises(ValueError, match="3 ids"):
        Choices("m", IDS[:3], LOSS)


def test_totals_have_no_perplexity():
    total = Choices("m", IDS, 100 + LOSS, np.full((4, 2), 300)).scored("sum")
    assert total.near_ties == 1
    with pytest.raises(ValueError, match="not per token"):
        total.preference  # noqa: B018
