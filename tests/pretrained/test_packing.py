"""A document in a chunk is read as if it stood alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from surrobrain.pretrained.packing import Packed, keeps_documents_apart, pack, tokenize
from tests.pretrained.causal_models import FAMILIES, tiny

documents_of_tokens = st.lists(
    st.lists(st.integers(1, 60), min_size=1, max_size=12), min_size=1, max_size=6
)


def logits(model, rows):
    with torch.no_grad():
        return model(
            input_ids=torch.as_tensor(rows.tokens), position_ids=torch.as_tensor(rows.positions),
            use_cache=False,
        ).logits  # fmt: skip


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("family", FAMILIES)
def test_packed_logits_are_those_of_the_document_alone(family, attention):
    model = tiny(family, attention=attention)
    documents = [[5, 6, 7, 8, 1], [9, 4, 1], [11], [12, 13, 14, 15, 16, 17, 1]]
    packed = pack(documents, length=16)
    together = logits(model, packed.rows([0]))[0]
    for start, tokens in zip(packed.starts, documents, strict=True):
        alone = logits(model, pack([tokens], length=len(tokens) + 1).rows([0]))[0]
        assert torch.allclose(together[start : start + len(tokens)], alone[:-1], atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_joined_documents_see_each_other(family):
    model = tiny(family)
    documents = [[5, 6, 7, 8, 1], [9, 4, 1]]
    joined = pack(documents, length=8, separate=False)
    assert joined.rows([0]).positions.tolist() == [list(range(8))]
    alone = logits(model, pack([documents[1]], length=4).rows([0]))[0, :3]
    assert not torch.allclose(logits(model, joined.rows([0]))[0, 5:], alone, atol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_families_that_keep_documents_apart_are_recognized(family):
    model = tiny(family).train()
    assert keeps_documents_apart(model)
    assert model.training


def test_a_model_that_looks_into_the_document_before_is_recognized():
    class Leaky(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = tiny("llama")

        def forward(self, input_ids, position_ids, use_cache):
            return self.model(input_ids=input_ids, use_cache=use_cache)

    assert not keeps_documents_apart(Leaky())


@given(documents_of_tokens, st.integers(2, 9))
@settings(max_examples=60, deadline=None)
def test_every_token_is_kept_once_and_predicted_from_its_own_document(documents, length):
    packed = pack(documents, length=length)
    rows = packed.rows(range(packed.n_chunks))
    flat = [token for document in documents for token in document]
    assert rows.tokens.ravel()[: len(flat)].tolist() == flat
    owner = np.repeat(np.arange(len(documents)), [len(d) for d in documents])
    places = np.flatnonzero(rows.targets.ravel() != -100)
    assert (owner[places] == owner[places + 1]).all()
    assert (rows.targets.ravel()[places] == np.array(flat)[places + 1]).all()
    # unpredicted: the first token of every document, and the first of every later chunk
    firsts = set(packed.starts.tolist()) | set(range(0, len(flat), length))
    assert rows.n_predicted == len(flat) - len(firsts)


def test_joined_documents_predict_all_but_the_first_of_a_chunk():
    packed = pack([[5, 6, 9], [7, 8, 9]], length=4, separate=False)
    assert packed.rows([0, 1]).targets.tolist() == [[6, 9, 7, -100], [9, -100, -100, -100]]


def test_a_chunk_beyond_the_last_is_empty():
    packed = pack([[5, 6, 9]], length=4)
    beyond = packed.rows([3])
    assert beyond.n_predicted == 0
    assert beyond.positions.tolist() == [[0, 1, 2, 3]]


def test_tokens_may_lie_in_a_file(tmp_path):
    packed = pack([[5, 6, 9], [7, 8, 9]], length=4)
    np.save(tmp_path / "tokens.npy", packed.tokens)
    tokens = np.load(tmp_path / "tokens.npy", mmap_mode="r")
    lazy = Packed(tokens, packed.starts, length=4)
    assert (lazy.rows([1]).tokens == packed.rows([1]).tokens).all()


def test_separators_are_the_tokenizers_own(shared):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(shared("brainbench/gpt2_neuro_tokenizer"))
    (apart,) = tokenize(tokenizer, ["Rate rises."])
    (joined,) = tokenize(tokenizer, ["Rate rises."], separate=False)
    assert apart == [*joined, tokenizer.eos_token_id]
    (long,) = tokenize(tokenizer, ["neuron " * 5000])
    assert len(long) > 5000


def test_a_tokenizer_without_an_end_is_refused():
    class Endless:
        eos_token_id = None

    with pytest.raises(ValueError, match="no end of sequence"):
        tokenize(Endless(), ["a"])


def test_an_empty_corpus_is_refused():
    with pytest.raises(ValueError, match="no document holds a token"):
        pack([[]], length=4)
