import dataclasses

import numpy as np
import pytest

from surrobrain.brainbench.before_after import compare_before_after
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.comparison import compare
from surrobrain.brainbench.differences import find_edits
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.published import read_choices
from surrobrain.brainbench.tuning import tune
from tests.brainbench.small_tuning import AREAS, CHANGES, RECIPE, documents, small_model


def cases():
    """What the corpus teaches: every area changes in a way of its own."""
    texts = [
        (f"when sleep ends activity in {AREAS[k]} {CHANGES[k]}",
         f"when sleep ends activity in {AREAS[k]} {CHANGES[(k + 1) % 6]}")
        for k in range(6)
    ]  # fmt: skip
    return [Item(str(k), a, b, find_edits(a, b)) for k, (a, b) in enumerate(texts)]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    recipe = dataclasses.replace(RECIPE, epochs=8)
    return tune(small_model(), documents(), folder=tmp_path_factory.mktemp("t"), recipe=recipe)


def test_what_is_learned_is_chosen(tuned):
    found = compare_before_after(tuned.model, cases())
    assert found.second.value == 1.0
    assert found.first.value < 1.0
    assert found.test.only_first == 0
    assert found.perplexity.t > 0
    assert (found.first.label, found.second.label) == ("small", "small, tuned")


def test_the_model_before_is_the_one_whose_adapter_is_off(tuned, tmp_path):
    by_switch = compare_before_after(tuned.model, cases(), results=tmp_path)
    by_choices = compare_before_after(tuned.model, cases(), before=choose(small_model(), cases()))
    assert by_switch.first.value == by_choices.first.value
    assert by_switch.perplexity.t == pytest.approx(by_choices.perplexity.t, rel=1e-4)
    assert compare_before_after(tuned.model, cases(), results=tmp_path) == by_switch


def test_a_model_without_adapter_needs_to_be_scored_first():
    with pytest.raises(ValueError, match="give before=choices"):
        compare_before_after(small_model(), cases())


def test_another_scoring_before_is_refused(tuned):
    before = Choices("b", ("0",), loss=np.ones((1, 2)), recipe="reference")
    with pytest.raises(ValueError, match="'reference' and the tuned one by 'clean'"):
        compare_before_after(tuned.model, cases()[:1], before=before)


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        ("mistralai--Mistral-7B-v0.1", "lora_r256_a512_finetune_mistral_7b_v01",
         (0.830, 0.860, 4, 10, 0.18, 15.7, 0.25)),
        ("mistralai--Mistral-7B-v0.1", "lora_r16_a32_finetune_mistral_7b_v01",
         (0.830, 0.830, 3, 3, 1.0, -14.4, -0.10)),
        ("mistralai--Mistral-7B-v0.1", "lora_r32_a64_finetune_mistral_7b_v01",
         (0.830, 0.835, 3, 4, 1.0, 13.2, 0.09)),
    ],
)  # fmt: skip
def test_the_published_tunings_are_found_again(shared, before, after, figures):
    """And with them what their headline leaves out: the difference is not significant."""
    models = read_choices(shared("brainbench") / "model_scores_human.csv")
    found = compare(models[before], models[after])
    told = (
        found.first.value, found.second.value, found.test.only_first, found.test.only_second,
        round(found.test.p, 2), round(found.perplexity.t, 1), round(found.perplexity.d, 2),
    )  # fmt: skip
    assert told == figures
