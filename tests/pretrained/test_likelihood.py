import numpy as np
import pytest
import torch

from surrobrain.pretrained.likelihood import score_groups, score_texts, why_not_shared
from surrobrain.pretrained.parts import parts_of
from surrobrain.pretrained.prefix_tree import PrefixTree
from surrobrain.pretrained.scoring import MARKER, Scoring, preset, wrap
from tests.tiny_language import (
    WORDS,
    language,
    plainly,
    real_items,
    real_tokenizer,
    tokenizer_of_words,
)

TEXTS = [
    "the firing rate of neurons rises with attention .",
    "the firing rate of neurons falls with attention .",
    "the firing rate of neurons falls with attention . we recorded mice",
    "sleep and memory do not change",
    "the firing rate of neurons rises with attention .",  # twice the same
]
WRAPPED = Scoring(wrapper=f"Here is an abstract : {MARKER} .")
FAMILIES = ["gpt2", "llama", "mistral", "gpt_neox", "gemma2", "granite", "falcon", "mamba"]


def judged(model, text, scoring=WRAPPED):
    ids = model.tokenizer(wrap(text, scoring).whole)["input_ids"]
    return float(plainly(model, ids).sum())


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("method", ["auto", "batches", "one_by_one"])
def test_every_method_agrees_with_one_text_at_a_time(kind, method):
    model = language(kind)
    found = [s.log_likelihood for s in score_texts(model, TEXTS, scoring=WRAPPED, method=method)]
    expected = [judged(model, text) for text in TEXTS]
    assert np.ptp(expected) > 1.0  # the model has opinions
    np.testing.assert_allclose(found, expected, rtol=2e-6)


@pytest.mark.parametrize("n", [3, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_exact_on_real_cases(kind, n, shared):
    model = language(kind, tokenizer=real_tokenizer(shared), max_position_embeddings=1024)
    recipe = preset("reference", model_type=kind)
    items = real_items(shared, n)
    groups = [[item.original, item.altered] for item in items]
    found = list(score_groups(model, groups, scoring=recipe))
    for group, scores in zip(groups, found, strict=True):
        expected = [judged(model, text, recipe) / s.n_tokens for text, s in zip(group, scores)]  # noqa: B905
        perplexity = np.exp([s.loss() for s in scores])
        np.testing.assert_allclose(perplexity, np.exp(-np.array(expected)), rtol=1e-4)
        assert (perplexity[0] < perplexity[1]) == (expected[0] > expected[1])


def test_every_token_of_the_tree_is_read_once():
    model = language("llama")
    n_read, layer = [], model.model.model.layers[0]
    watch = layer.register_forward_hook(lambda _, __, out: n_read.append(out.shape[1]))
    parts_of(model)
    n_probe = sum(n_read)
    n_read.clear()
    score_texts(model, TEXTS[:3], scoring=WRAPPED)
    watch.remove()
    # 6 in front, 5 shared, then "rises with attention . ." against "falls with attention . ." and
    # "falls with attention . we recorded mice ."
    assert sum(n_read) - n_probe == 6 + 5 + 5 + 5 + 4
    assert max(n_read) < 20


def test_a_group_depends_on_no_other_not_by_a_bit():
    model = language("llama")
    groups = [TEXTS[:2], TEXTS[2:4], ["the rate rises", "the rate falls"]]
    together = list(score_groups(model, groups, scoring=WRAPPED))
    backwards = list(score_groups(model, groups[::-1], scoring=WRAPPED))[::-1]
    alone = [score_texts(model, group, scoring=WRAPPED) for group in groups]
    for a, b, c in zip(together, backwards, alone, strict=True):
        losses = [[score.log_likelihood for score in scores] for scores in (a, b, c)]
        assert losses[0] == losses[1] == losses[2]


def test_texts_longer_than_the_window_are_read_whole():
    short, long = TEXTS[0], " ".join(TEXTS[:3])
    model = language("mistral", sliding_window=24)
    assert "last 24 tokens" in why_not_shared(model)
    for texts in ([short, TEXTS[1]], [long, long + " the rate falls"]):
        found = [s.log_likelihood for s in score_texts(model, texts, scoring=WRAPPED)]
        np.testing.assert_allclose(found, [judged(model, t) for t in texts], rtol=2e-6)
    tree = PrefixTree.score
    calls = []
    PrefixTree.score = lambda self, texts: calls.append(len(texts)) or tree(self, texts)
    try:
        score_texts(model, [short])
        score_texts(model, [long])
    finally:
        PrefixTree.score = tree
    assert calls == [1]


def test_which_families_take_which_shortcut():
    assert why_not_shared(language("llama")) == ""
    assert "linear_attention" in why_not_shared(language("mamba"))
    assert parts_of(language("granite")).split is False
    assert parts_of(language("gemma2")).split is True


def test_a_cache_that_forgets_is_found_out():
    model = language("llama")
    forward = model.model.model.forward

    def forgetful(*, input_ids, past_key_values=None, **given):
        return forward(input_ids=input_ids, **given)

    model.model.model.forward = forgetful
    assert "does not give the same states" in why_not_shared(model)
    found = score_texts(model, TEXTS[:1], scoring=WRAPPED)[0].log_likelihood
    assert found == pytest.approx(judged(model, TEXTS[0]), rel=2e-6)


def test_single_tokens_and_their_moments():
    model = language("gpt2")
    score = score_texts(model, TEXTS[:1], tokens=True, moments=True)[0]
    tokens = score.tokens
    assert tokens is not None
    assert tokens.mean is not None
    assert tokens.std is not None
    assert " ".join(tokens.pieces) == TEXTS[0]
    assert tokens.starts[1] == 4
    assert score.log_likelihood == pytest.approx(tokens.log_prob.sum())
    ids = model.tokenizer(TEXTS[0])["input_ids"]
    with torch.no_grad():
        log_prob = model.model(torch.tensor([ids])).logits[0, :-1].double().log_softmax(-1)
    weights = log_prob.exp()
    mean = (weights * log_prob).sum(-1)
    variance = (weights * log_prob**2).sum(-1) - mean**2
    np.testing.assert_allclose(tokens.mean, mean.numpy(), rtol=1e-5)
    np.testing.assert_allclose(tokens.std, variance.sqrt().numpy(), rtol=1e-4)
    assert score_texts(model, TEXTS[:1])[0].tokens is None


def test_loss_per_token_in_all_and_per_byte():
    score = score_texts(language("gpt2"), ["the rate rises"])[0]
    assert (score.n_tokens, score.n_bytes) == (3, 14)
    assert score.loss(per="sum") == pytest.approx(3 * score.loss())
    assert score.loss(per="byte") == pytest.approx(3 * score.loss() / 14)


def test_arithmetic_of_the_model_is_coarser_in_half_precision():
    model = language("gpt2")
    model.model.to(torch.bfloat16)
    fine = score_texts(model, TEXTS[:1], scoring=Scoring(arithmetic="float32"))[0]
    coarse = score_texts(model, TEXTS[:1], scoring=Scoring(arithmetic="model"))[0]
    assert fine.log_likelihood != coarse.log_likelihood
    assert coarse.log_likelihood == pytest.approx(fine.log_likelihood, rel=0.02)


def test_logits_are_never_there_all_at_once(monkeypatch):
    monkeypatch.setattr("surrobrain.pretrained.log_probs._LOGITS", 16 * len(WORDS))
    model = language("llama")
    rows = []
    model.model.lm_head.register_forward_hook(lambda _, __, out: rows.append(out.shape[-2]))
    expected = judged(model, " ".join(TEXTS))
    rows.clear()
    found = score_texts(model, [" ".join(TEXTS)], scoring=WRAPPED)[0]
    assert found.log_likelihood == pytest.approx(expected, rel=2e-6)
    assert found.n_tokens > 40
    assert max(rows) <= 16


def test_texts_that_cannot_be_scored_name_themselves():
    model = language("gpt2", n_positions=8)
    with pytest.raises(ValueError, match=r"case 3, altered has 10 tokens .* reads 8"):
        score_texts(model, [TEXTS[0]], names=["case 3, altered"])
    small = language("gpt2")
    small.model.resize_token_embeddings(10)
    with pytest.raises(ValueError, match=r"text 1 has token .* but the model knows 10"):
        score_texts(small, TEXTS[:1])
    broken = language("llama")
    with torch.no_grad():
        broken.model.lm_head.weight.fill_(float("inf"))
    with pytest.raises(
        ValueError, match=r"text 1 was given the log-likelihood nan at token 1 \('the'"
    ):
        score_texts(broken, TEXTS[:1], method="batches")
    with pytest.raises(ValueError, match="no method"):
        score_texts(small, TEXTS[:1], method="fast")  # type: ignore[arg-type]


def test_a_model_without_a_token_to_begin_with_uses_the_one_that_ends():
    tokenizer = tokenizer_of_words(add_begin=False)
    model = language("gpt2", tokenizer=tokenizer)
    tokenizer.bos_token = None
    found = score_texts(model, TEXTS[:1])[0].log_likelihood
    ids = [tokenizer.eos_token_id, *tokenizer(TEXTS[0])["input_ids"]]
    assert found == pytest.approx(float(plainly(model, ids).sum()), rel=2e-6)
