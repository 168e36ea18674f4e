import numpy as np
import pytest
from scipy.stats import binomtest

from surrobrain.statistics.mcnemar import mcnemar


@pytest.mark.parametrize(("one", "two"), [(0, 5), (4, 10), (7, 7), (30, 11)])
def test_it_is_the_binomial_test_of_the_discordant_cases(one, two):
    first = np.array([True] * one + [False] * two + [True] * 20 + [False] * 5)
    second = np.array([False] * one + [True] * two + [True] * 20 + [False] * 5)
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (one, two)
    assert found.p == pytest.approx(binomtest(one, one + two).pvalue)


def test_readers_who_never_disagree_do_not_differ():
    same = np.array([True, False, True])
    assert mcnemar(same, same).p == 1.0


def test_other_cases_are_refused():
    with pytest.raises(ValueError, match="3 and 2 arrived"):
        mcnemar(np.ones(3, dtype=bool), np.ones(2, dtype=bool))
