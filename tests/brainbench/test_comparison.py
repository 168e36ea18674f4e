import numpy as np
import pytest
from scipy.stats import spearmanr, ttest_rel

from surrobrain.brainbench import compare
from tests.brainbench.virtual_readers import virtual_model

MARGIN = np.random.default_rng(3).normal(0.05, 0.05, size=200)


def test_it_agrees_with_second_opinions():
    first, second = virtual_model(MARGIN), virtual_model(MARGIN, model="n", seed=1)
    found = compare(first, second)
    before, after = first.perplexity[:, 0], second.perplexity[:, 0]
    theirs = ttest_rel(before, after)
    assert found.perplexity.t == pytest.approx(theirs.statistic)
    assert found.perplexity.p == pytest.approx(theirs.pvalue)
    assert found.agreement == pytest.approx(spearmanr(first.preference, second.preference)[0])
    assert found.difference == pytest.approx(second.accuracy - first.accuracy)
    assert found.test.only_second - found.test.only_first == round(200 * found.difference)
    assert found.low <= found.difference <= found.high


def test_pairing_narrows_the_interval():
    first, second = virtual_model(MARGIN, spread=0.01), virtual_model(MARGIN, seed=1, spread=0.01)
    found = compare(first, second)
    apart = found.first.high - found.first.low
    assert found.high - found.low < 0.8 * apart  # apart it would be 1.4 of it


def test_a_model_does_not_differ_from_itself():
    model = virtual_model(MARGIN)
    found = compare(model, model)
    assert (found.difference, found.low, found.high, found.test.p) == (0, 0, 0, 1)
    assert (found.perplexity.t, found.perplexity.p) == (0, 1)
    assert found.agreement == pytest.approx(1.0)
