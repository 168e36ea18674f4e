import numpy as np
import pytest

from surrobrain.brainbench import Edit, Item, accuracy, accuracy_by
from surrobrain.brainbench.positions import edit_places, sides_shown
from tests.brainbench.virtual_readers import virtual_model, virtual_people

MARGIN = np.random.default_rng(3).normal(0.05, 0.05, size=200)


def test_the_interval_of_one_model_is_that_of_a_proportion():
    found = accuracy(virtual_model(MARGIN))
    half = 1.96 * np.sqrt(found.value * (1 - found.value) / 200)
    assert found.over == "items"
    assert found.high - found.value == pytest.approx(half, abs=0.01)
    assert found.value - found.low == pytest.approx(half, abs=0.01)


def test_other_models_widen_the_interval_when_models_differ():
    rng = np.random.default_rng(0)
    models = [virtual_model(MARGIN + shift, model=str(k), seed=k)
              for k, shift in enumerate(rng.normal(0, 0.06, size=8))]  # fmt: skip
    both, items = accuracy(models), accuracy(models, over="items")
    assert both.value == items.value == pytest.approx(np.mean([m.accuracy for m in models]))
    assert both.high - both.low > 1.2 * (items.high - items.low)
    assert both.near_ties == sum(m.near_ties for m in models)
    assert both.label == "8 models"


def test_humans_are_readers_of_some_cases():
    humans = virtual_people(np.full(100, 0.7))
    found = accuracy(humans)
    assert found.value == humans.correct.mean()
    assert (found.n_choices, found.n_items, found.n_readers) == (400, 100, 20)
    assert found.low < 0.7 < found.high
    assert found.near_ties is None


def test_parts_add_up_to_the_whole():
    humans, model = virtual_people(np.full(100, 0.7)), virtual_model(MARGIN)
    for by in ("subfield", "career", "experience"):
        parts = accuracy_by(humans, by, n_draws=50).values()
        assert sum(p.n_right for p in parts) == humans.correct.sum()
    labels = ["a"] * 50 + ["b"] * 150
    parts = accuracy_by(model, labels, n_draws=50)
    assert parts["a"].value == model.correct[:50].mean()
    assert parts["a"].near_ties + parts["b"].near_ties == model.near_ties
    assert next(iter(accuracy_by(humans, "experience", n_draws=50))) == "0 to 4 years"


def test_what_is_not_known_is_refused():
    model = virtual_model(MARGIN)
    with pytest.raises(ValueError, match="subfields of the cases are not known"):
        accuracy_by(model)
    with pytest.raises(ValueError, match="2 labels for 200 cases"):
        accuracy_by(model, ["a", "b"])
    with pytest.raises(ValueError, match="known of people"):
        accuracy_by(model, "career")
    with pytest.raises(ValueError, match="read other cases"):
        accuracy([model, virtual_model(MARGIN[:100], model="n")])
    with pytest.raises(ValueError, match="no choices to judge"):
        accuracy([])


def test_edits_have_places_and_originals_sides():
    def item(*starts):
        edits = tuple(Edit("x", "y", start_original=s, start_altered=s) for s in starts)
        return Item("1", original="x" * 90, altered="x" * 90, edits=edits)

    assert edit_places([item(10), item(30, 60), item(89)]) == (
        "edited early", "edited in the middle", "edited late",
    )  # fmt: skip
    assert set(sides_shown(50)) == {"original as A", "original as B"}
