import numpy as np
import pytest

from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.token_view import PLACES, view_tokens
from surrobrain.pretrained.scoring import MARKER, Scoring
from tests.tiny_language import language, small_items

WRAPPED = Scoring(wrapper=f"Here is an abstract : {MARKER} we")


def test_places_of_tokens():
    view = view_tokens(language("llama"), small_items()[1], scoring=WRAPPED)
    assert view.original.pieces[:6] == ("Here", "is", "an", "abstract", ":", "in")
    kinds = {place: view.original.places.count(place) for place in PLACES}
    assert kinds == {"wrapper": 6, "before": 4, "edit": 1, "after": 8}
    assert view.altered.places.count("edit") == 3
    assert view.original.pieces[view.original.places.index("edit")] == "rises"
    assert view.original.starts[5] == 0


def test_the_places_sum_to_the_whole_difference():
    view = view_tokens(language("llama"), small_items()[1], scoring=WRAPPED)
    assert sum(view.differences.values()) == pytest.approx(view.difference)
    assert view.differences["before"] == 0.0  # computed once for both
    assert view.differences["edit"] != 0.0
    assert view.differences["after"] != 0.0
    assert view.differences["wrapper"] != 0.0  # its last word follows the text


def test_partners_are_the_same_token_in_the_other_version():
    view = view_tokens(language("gpt2"), small_items()[1])
    for version, other in ((view.original, view.altered), (view.altered, view.original)):
        for k, partner in enumerate(version.partners):
            if version.places[k] == "edit":
                assert partner == -1
            else:
                assert other.pieces[partner] == version.pieces[k]
                assert other.partners[partner] == k


def test_insertions_and_several_edits():
    original = "the rate rises . memory and sleep do change"
    altered = "the rate falls and falls . memory and sleep do not change"
    edits = (
        Edit("rises", "falls and falls", start_original=9, start_altered=9),
        Edit("", " not", start_original=36, start_altered=46),
    )
    view = view_tokens(language("llama"), Item("7", original, altered, edits))
    assert view.altered.pieces[-2:] == ("not", "change")
    assert view.altered.places[-2:] == ("edit", "after")
    assert view.original.places.count("edit") == 1
    assert view.altered.partners[-1] == len(view.original.pieces) - 1
    assert (np.sort(view.original.partners)[1:] >= 0).all()
    assert sum(view.differences.values()) == pytest.approx(view.difference)


def test_edits_that_are_elsewhere_are_refused():
    model = language("gpt2")
    with pytest.raises(ValueError, match="case 5 does not say where"):
        view_tokens(model, Item("5", "the rate", "the sleep", ()))
    wrong = Edit("rises", "falls", start_original=3, start_altered=9)
    with pytest.raises(ValueError, match="edit 1 of case 5 should read 'rises' at character 3"):
        view_tokens(model, Item("5", "the rate rises", "the rate falls", (wrong,)))
