import numpy as np
import pytest
from scipy.stats import spearmanr

from surrobrain.brainbench import item_correlations
from tests.brainbench.virtual_readers import virtual_model, virtual_people


def test_pairs_are_those_of_scipy():
    rng = np.random.default_rng(0)
    models = [virtual_model(rng.normal(size=100), model=str(k), seed=k) for k in range(3)]
    found = item_correlations(models)
    theirs = [spearmanr(models[i].preference, models[j].preference)[0]
              for i, j in ((0, 1), (0, 2), (1, 2))]  # fmt: skip
    assert found.pairs == pytest.approx(theirs)
    assert np.isnan(found.corrected)


def test_a_model_that_knows_the_ease_reaches_the_ceiling():
    ease = np.random.default_rng(1).uniform(0.1, 0.9, size=1500)
    model = virtual_model(ease - 0.5, spread=0.0)
    found = item_correlations(model, virtual_people(ease, n_readers=5), n_splits=50)
    assert found.reliability.ceiling < 0.9
    assert found.with_humans[0] == pytest.approx(found.reliability.ceiling, abs=0.05)
    assert found.corrected == pytest.approx(1.0, abs=0.07)
    assert "ceiling" in str(found)


def test_strangers_share_no_case():
    people = virtual_people(np.full(2, 0.5))
    with pytest.raises(ValueError, match="share 2 cases"):
        item_correlations(virtual_model(np.ones(50)), people)
