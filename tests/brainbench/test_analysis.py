import dataclasses

import numpy as np
import pytest

from surrobrain.brainbench import Edit, Item, analyze, compare_with_humans
from tests.brainbench.virtual_readers import virtual_model, virtual_people

RNG = np.random.default_rng(0)
EASE = RNG.uniform(0.4, 0.9, size=120)
TOKENS = RNG.integers(180, 220, size=(120, 2))
MODELS = [virtual_model(EASE / 5 - 0.03, model=f"model {k}", seed=k, n_tokens=TOKENS)
          for k in range(3)]  # fmt: skip
HUMANS = virtual_people(EASE, n_readers=5)


@pytest.fixture(scope="module")
def found():
    return analyze(MODELS, humans=HUMANS, pair=("model 0", "model 1"), baselines={"shorter": 0.5})


def test_people_stand_beside_models(found):
    versus = found.versus
    assert versus.difference == pytest.approx(found.mean.value - versus.humans.value, abs=1e-9)
    assert versus.low < versus.difference < versus.high
    assert set(versus.subfields) == {"Systems", "Cellular"}
    assert set(versus.career) == {"staff", "student"}
    assert set(found.subfields) == {"Systems", "Cellular"}
    assert next(iter(versus.experts)) == "first"


def test_every_headline_says_whether_it_stands(found):
    claims = {headline.claim: headline for headline in found.headlines}
    assert len(claims) == 6
    assert claims["Models find other cases hard than people do"].fragile
    tuned = claims["The two models differ"]
    assert tuned.fragile == (found.comparison.test.p > 0.05)
    assert "McNemar" in tuned.why
    assert "FRAGILE" in str(found)


def test_near_ties_bound_the_accuracy(found):
    readings = {r.rule: r.value for r in found.headlines[0].readings}
    assert readings["near ties wrong"] <= readings["as decided"] <= readings["near ties right"]
    tied = readings["near ties right"] - readings["near ties wrong"]
    assert tied * 360 == pytest.approx(sum(m.near_ties for m in MODELS))


def test_a_clear_change_is_not_fragile():
    better = dataclasses.replace(virtual_model(np.full(120, 0.5), spread=0.0), model="tuned")
    plain = virtual_model(RNG.normal(0.0, 0.1, size=120), model="plain")
    found = analyze([plain, better], pair=("plain", "tuned"))
    assert not next(h for h in found.headlines if h.claim == "The two models differ").fragile
    assert len(found.calibrations) == 1  # the other is always right


def test_one_model_alone_can_be_analyzed():
    found = analyze(MODELS[0])
    assert found.versus is found.ensemble is found.combination is None
    assert found.mean.value == MODELS[0].accuracy
    assert len(found.headlines) == 2


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="did you mean 'model 0'"):
        analyze(MODELS, pair=("model0", "model 1"))


def test_ratings_that_were_not_asked_are_left_out():
    nan = np.full(HUMANS.n_trials, np.nan)
    bare = dataclasses.replace(HUMANS, confidence=nan, expertise=nan, experience=nan)
    versus = compare_with_humans(MODELS, bare, n_draws=100)
    assert versus.experts == {}
    assert versus.crowd is None
    assert versus.experience == {}
    assert analyze(MODELS, humans=bare).combination is None


def test_items_tell_subfields_and_places():
    edits = [(Edit("x", "y", start_original=k % 90, start_altered=k % 90),) for k in range(120)]
    items = [Item(str(k), original="x" * 90, altered="y" * 90, edits=edits[k], subfield="Systems")
             for k in range(120)]  # fmt: skip
    found = analyze(MODELS, items=items)
    assert set(found.subfields) == {"Systems"}
    assert found.places["edited early"].n_items == 60
    assert sum(part.n_right for part in found.places.values()) == found.mean.n_right
    assert {"shorter text", "word direction"} <= {
        b.rule for b in found.baselines if b.low <= b.value <= b.high
    }
    with pytest.raises(ValueError, match="read case '110'"):
        analyze(MODELS, items=items[:110])
