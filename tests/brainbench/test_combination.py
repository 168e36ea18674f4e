import dataclasses

import numpy as np
import pytest

from surrobrain.brainbench import Choices, combine, ensemble
from surrobrain.brainbench.combination import crowd
from tests.brainbench.virtual_readers import virtual_model, virtual_people


def test_errors_that_are_independent_average_out():
    margin = np.full(500, 0.05)
    models = [virtual_model(margin, model=str(k), spread=0.1, seed=k) for k in range(9)]
    found = ensemble(models)
    assert found.low > np.mean([m.accuracy for m in models]) + 0.1
    assert found.low < found.value < found.high


def test_the_scale_of_a_model_is_no_weight():
    """A model of tenfold perplexity differences must not decide alone."""
    rng = np.random.default_rng(0)
    ids = tuple(map(str, range(300)))
    change = rng.normal(0.3, 1.0, size=(2, 300))
    pair = [Choices(str(k), ids, np.log(np.stack([np.full(300, 40.0), 40 + c], axis=1)))
            for k, c in enumerate(change)]  # fmt: skip
    loud = Choices("1", ids, np.log(np.stack([np.full(300, 40.0), 40 + 10 * change[1]], axis=1)))
    assert ensemble([pair[0], loud]).preference == pytest.approx(ensemble(pair).preference)


def test_a_crowd_weighs_confidence():
    humans = virtual_people(np.full(400, 0.6), n_readers=5, seed=1)
    surer = dataclasses.replace(humans, confidence=np.where(humans.correct, 90.0, 10.0))
    assert crowd(humans, weighted=False).value > 0.6
    assert crowd(surer).value > crowd(humans).value


def test_two_independent_readers_beat_the_better_one():
    rng = np.random.default_rng(0)
    model = virtual_model(rng.normal(0.1, 0.12, size=250), spread=0.0)
    sure = rng.uniform(60, 90, size=250)
    humans = virtual_people(np.full(250, 0.8), n_readers=3, sure=sure)
    found = combine(model, humans)
    assert found.change_low > 0
    assert found.combined > max(found.machine, found.human)
    assert found.n_items == 250


def test_noise_cannot_seem_to_help():
    """Weights are judged on cases they did not see: a coin adds nothing."""
    rng = np.random.default_rng(2)
    model = virtual_model(rng.normal(0.1, 0.12, size=120), spread=0.0)
    changes = [combine(model, virtual_people(np.full(120, 0.5), n_readers=1, seed=k)).change
               for k in range(6)]  # fmt: skip
    assert np.mean(changes) < 0.005


def test_the_published_recipe_is_another():
    rng = np.random.default_rng(3)
    model = virtual_model(rng.normal(0.1, 0.12, size=200), spread=0.0)
    humans = virtual_people(np.full(200, 0.7), n_readers=3)
    published, scaled = combine(model, humans, recipe="published"), combine(model, humans)
    assert published.machine == scaled.machine
    assert (published.correct != scaled.correct).any()


def test_cases_that_were_not_scored_are_named():
    humans = virtual_people(np.full(60, 0.7))
    with pytest.raises(ValueError, match="case '50'"):
        combine(virtual_model(np.ones(50)), humans)
    nan = dataclasses.replace(humans, confidence=np.full(humans.n_trials, np.nan))
    with pytest.raises(ValueError, match="confidence was not asked"):
        combine(virtual_model(np.ones(60)), nan)
