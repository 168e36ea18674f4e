import numpy as np
import pytest

from surrobrain.statistics.intraclass import intraclass_correlation

# Shrout & Fleiss (1979), Psychol Bull 86:420, table 2: six targets, four judges
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)[:, :, None]


@pytest.mark.parametrize(
    ("kind", "value", "low", "high"),
    [("agreement", 0.2898, 0.0188, 0.7611), ("consistency", 0.7148, 0.3425, 0.9459)],
)
def test_the_numbers_are_those_in_print(kind, value, low, high):
    found = intraclass_correlation(JUDGED, kind=kind)
    assert [found.value[0], found.low[0], found.high[0]] == pytest.approx(
        [value, low, high], abs=1e-3
    )


@pytest.mark.parametrize("kind", ["agreement", "consistency"])
def test_the_interval_covers_the_truth_as_often_as_it_says(kind):
    rng = np.random.default_rng(0)
    truth, n, k, draws = 0.6, 12, 2, 4000  # numbers are independent repetitions
    person = np.sqrt(truth) * rng.normal(size=(n, 1, draws))
    found = intraclass_correlation(
        person + np.sqrt(1 - truth) * rng.normal(size=(n, k, draws)), kind=kind, level=0.9
    )
    covered = np.mean((found.low < truth) & (truth < found.high))
    assert covered == pytest.approx(0.9, abs=0.02)
    assert np.median(found.value) == pytest.approx(truth, abs=0.03)


def test_only_agreement_minds_a_shift_of_everyone():
    first = np.random.default_rng(1).normal(size=(20, 1, 1))
    shifted = np.concatenate([first, first + 3.0], axis=1)
    assert intraclass_correlation(shifted, kind="consistency").value[0] == pytest.approx(1.0)
    assert intraclass_correlation(shifted).value[0] < 0.3


def test_equal_sessions_are_perfect_and_constants_say_nothing():
    first = np.random.default_rng(2).normal(size=(5, 1, 2)) * [1.0, 0.0]
    for kind in ("agreement", "consistency"):
        found = intraclass_correlation(np.concatenate([first, first], axis=1), kind=kind)
        assert [found.value[0], found.low[0], found.high[0]] == pytest.approx([1.0] * 3)
        assert np.isnan([found.value[1], found.low[1], found.high[1]]).all()


@pytest.mark.parametrize("shape", [(1, 2, 1), (4, 1, 1)])
def test_one_person_or_one_session_is_refused(shape):
    with pytest.raises(ValueError, match="two people and two sessions"):
        intraclass_correlation(np.zeros(shape))
