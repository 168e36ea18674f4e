import json

import numpy as np
import pytest

from surrobrain.pretrained.encode import encode
from surrobrain.pretrained.scoring import MARKER, Scoring, preset, read_wrappers, wrap
from tests.tiny_language import WORDS, real_tokenizer, tokenizer_of_words

TEXT = "the rate rises ."


def words(encoded):
    return [WORDS[k] for k in encoded.ids]


def test_the_published_wrappers_are_those_of_their_families(shared):
    wrappers = read_wrappers(shared("brainbench") / "prompt_templates.json")
    for model, model_type in {
        "gpt2": "gpt2", "facebook--galactica-30b": "opt", "tiiuae--falcon-40b": "falcon",
        "meta-llama--Llama-2-7b-hf": "llama", "mistralai--Mistral-7B-v0.1": "mistral",
        "microsoft--Phi-3-mini-4k-instruct": "phi3",
    }.items():  # fmt: skip
        assert preset("reference", model_type=model_type).wrapper == wrappers[model]


def test_the_whole_is_stripped_and_the_text_found_again():
    wrapped = wrap("  spaced  ", Scoring(wrapper=" {text} "))
    assert (wrapped.whole, wrapped.start, wrapped.stop) == ("spaced", 0, 6)
    wrapped = wrap("a text", preset("reference", model_type="llama"))
    assert wrapped.whole.endswith("[/INST] a text")
    assert wrapped.whole[wrapped.start : wrapped.stop] == "a text"


@pytest.mark.parametrize(
    ("bos", "begins"), [("none", ["the"]), ("one", ["<s>", "the"]), ("tokenizer", ["<s>", "the"])]
)
def test_how_texts_begin(bos, begins):
    found = encode(tokenizer_of_words(), TEXT, scoring=Scoring(bos=bos))
    assert words(found)[: len(begins)] == begins
    assert not found.scored[0]
    assert found.scored[1:].all()


def test_the_reference_of_llama_begins_twice_and_one_begins_once():
    wrapper = f"<s> Here is an abstract : {MARKER}"
    twice = encode(tokenizer_of_words(), TEXT, scoring=Scoring(wrapper=wrapper, bos="tokenizer"))
    assert words(twice)[:3] == ["<s>", "<s>", "Here"]
    assert twice.scored.tolist() == [False] + [True] * (len(twice.ids) - 1)
    once = encode(tokenizer_of_words(), TEXT, scoring=Scoring(wrapper=wrapper, bos="one"))
    assert words(once)[:2] == ["<s>", "Here"]
    assert preset("reference", model_type="llama").bos == "tokenizer"


def test_a_wrapper_can_be_conditioned_on_only():
    recipe = Scoring(wrapper=f"Here is {MARKER} and sleep", wrapper_scored=False)
    found = encode(tokenizer_of_words(), TEXT, scoring=recipe)
    assert words(found) == ["<s>", "Here", "is", "the", "rate", "rises", "."]  # what follows is cut
    assert np.flatnonzero(found.scored).tolist() == [3, 4, 5, 6]
    assert found.n_lead == 3
    assert found.n_bytes == len(TEXT)
    whole = encode(tokenizer_of_words(), TEXT, scoring=Scoring(wrapper=f"Here is {MARKER} and"))
    assert whole.n_bytes == len(f"Here is {TEXT} and")
    assert whole.scored.sum() == 7


def test_tokens_that_are_read_but_do_not_count():
    found = encode(tokenizer_of_words(), TEXT, scoring=Scoring(n_unscored=3))
    assert found.scored.tolist() == [False, False, False, True, True]


def test_a_token_across_the_border_belongs_to_the_text(shared):
    recipe = Scoring(wrapper=f"abstract: {MARKER}", wrapper_scored=False)
    found = encode(real_tokenizer(shared), "Neurons fire.", scoring=recipe)
    first = int(np.flatnonzero(found.scored)[0])
    assert found.pieces[first].startswith(" Ne") or found.pieces[first] == " "
    assert found.starts[first] == -1


def test_texts_that_cannot_be_read_name_themselves():
    recipe, tokenizer = Scoring("clean"), tokenizer_of_words()
    with pytest.raises(ValueError, match="case 7 is empty"):
        encode(tokenizer, "  ", scoring=recipe, name="case 7")
    with pytest.raises(ValueError, match=r"case 7 holds 'amygdala \.'.* special token <unk>"):
        encode(tokenizer, "the amygdala .", scoring=recipe, name="case 7")
    with pytest.raises(ValueError, match=r"case 7 holds .* special token </s>"):
        encode(tokenizer, "the rate </s>", scoring=recipe, name="case 7")
    with pytest.raises(ValueError, match="case 7 has no scored token"):
        encode(tokenizer, "rate", scoring=Scoring(bos="none"), name="case 7")


def test_a_dropped_character_is_seen():
    class Deaf:
        """Drops what it does not know without a word, as byte-level tokenizers can."""

        is_fast, bos_token_id, all_special_ids = True, 0, [0]

        def __call__(self, text, **given):
            kept = [k for k, letter in enumerate(text) if letter.isascii() and letter != " "]
            return {"input_ids": [1] * len(kept), "offset_mapping": [(k, k + 1) for k in kept]}

    with pytest.raises(ValueError, match=r"no token for 'µ' \(character 2\) of case 7"):
        encode(Deaf(), "5 µm", scoring=Scoring(), name="case 7")


def test_a_tokenizer_without_offsets_is_refused():
    class Slow:
        is_fast = False

    with pytest.raises(ValueError, match="Slow does not say where its tokens lie"):
        encode(Slow(), "text", scoring=Scoring())


@pytest.mark.parametrize(
    ("given", "said"),
    [({"wrapper": "no place"}, "holds {text} once"), ({"bos": "two"}, "policy for bos"),
     ({"per": "word"}, "put scores together"), ({"n_unscored": 0}, "at least 1"),
     ({"arithmetic": "half"}, "arithmetic")],
)  # fmt: skip
def test_recipes_that_make_no_sense(given, said):
    with pytest.raises(ValueError, match=said):
        Scoring(**given)


def test_wrappers_that_cannot_be_read(tmp_path):
    for content, said in (
        ("{", "not JSON"), ("[1]", "must map"), (json.dumps({"gpt2": "text"}), "wrapper of 'gpt2'"),
    ):  # fmt: skip
        (tmp_path / "wrappers.json").write_text(content)
        with pytest.raises(ValueError, match=said):
            read_wrappers(tmp_path / "wrappers.json")
    with pytest.raises(ValueError, match="no scoring 'cleen'; did you mean 'clean'"):
        preset("cleen")
