"""Neurons are found by structure, and are the same however the text is read."""

import warnings

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertModel,
    OPTConfig,
    OPTForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.encoder import load_encoder, load_reader
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.passes import plan_passes, reads_both_ways, tokenized
from surrobrain.pretrained.sites import sites_of
from tests.tiny_language import SIZES, WORDS, language, network, tokenizer_of_words

TEXT = " ".join(WORDS[3:28] * 3)
KNOWN = {
    "gpt2": "h.{}.mlp.c_proj",
    "llama": "layers.{}.mlp.down_proj",
    "mistral": "layers.{}.mlp.down_proj",
    "gpt_neox": "layers.{}.mlp.dense_4h_to_h",
    "gemma2": "layers.{}.mlp.down_proj",
    "falcon": "h.{}.mlp.dense_4h_to_h",
}


def bert():
    sizes = {"vocab_size": len(WORDS), **SIZES, "pad_token_id": None}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = BertModel(BertConfig(max_position_embeddings=64, **sizes)).eval()
    return LanguageModel(made, tokenizer_of_words(), "tiny bert")


def by_hand(model, module, *, before):
    """What one module gets or gives in a single plain pass over the whole text."""
    kept = []

    def hook(_, given, out):
        kept.append(
            (given[0] if before else out)[0].detach().clone().numpy()
        )  # Falcon adds in place

    handle = module.register_forward_hook(hook)
    ids = model.tokenizer(TEXT)["input_ids"]
    with torch.no_grad():
        model.model(input_ids=torch.tensor([ids]), use_cache=False)
    handle.remove()
    return kept[0][1:]  # without <s>


@pytest.mark.parametrize("site", ["ffn_out", "ffn_act"])
@pytest.mark.parametrize("kind", list(KNOWN))
def test_pieces_with_a_cache_equal_one_pass(kind, site):
    model = language(kind)
    expected = np.concatenate(
        [
            by_hand(model, model.model.base_model.get_submodule(KNOWN[kind].format(layer)),
                    before=site == "ffn_act")
            for layer in range(2)
        ],
        axis=1,
    )  # fmt: skip
    for chunk in (7, 1000):
        found = token_activations(model, TEXT, site=site, chunk=chunk)
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def test_a_sliding_window_of_attention_does_not_disturb_the_cache():
    tokenizer = tokenizer_of_words()
    made = network("mistral", sliding_window=16)
    model = LanguageModel(made, tokenizer, "sliding")
    whole, pieces = (token_activations(model, TEXT, chunk=chunk) for chunk in (1000, 7))
    assert np.abs(whole - pieces).max() < 1e-5 * np.abs(whole).max()


@pytest.mark.parametrize(
    ("config", "kind", "path"),
    [
        (Qwen2Config(vocab_size=30, num_key_value_heads=1, **SIZES), Qwen2ForCausalLM,
         "layers.1.mlp.down_proj"),
        (OPTConfig(vocab_size=30, hidden_size=32, ffn_dim=48, num_hidden_layers=2,
                   num_attention_heads=2, word_embed_proj_dim=32), OPTForCausalLM,
         "decoder.layers.1.fc2"),
    ],
)  # fmt: skip
def test_other_families_are_found(config, kind, path):
    model = LanguageModel(kind(config).eval(), None, "other")
    site = sites_of(model, layers=[-1])[0]
    assert site.module is model.model.base_model.get_submodule(path)
    assert (site.layer, site.width) == (1, 32)


def test_an_adapter_is_heard_and_not_mistaken_for_the_map():
    from peft import LoraConfig, get_peft_model

    plain = language("llama")
    before = token_activations(plain, TEXT)
    recipe = LoraConfig(r=2, target_modules=["down_proj"], init_lora_weights=False)
    with warnings.catch_warnings():  # peft asks transformers by an old name
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        adapted = get_peft_model(plain.model, recipe).eval()
    tuned = LanguageModel(adapted, plain.tokenizer, "tuned")
    assert sites_of(tuned)[0].width == 32
    assert np.abs(token_activations(tuned, TEXT) - before).max() > 1e-3


def test_what_has_no_feed_forward_block_is_refused():
    with pytest.raises(ValueError, match="no layers with attention"):
        sites_of(language("mamba"))
    with pytest.raises(ValueError, match="layers 0 to 1, but layer 2"):
        sites_of(language("gpt2"), layers=[2])
    with pytest.raises(ValueError, match="there is no site 'ffn'"):
        sites_of(language("gpt2"), site="ffn")


def test_directions_of_reading_are_told_apart():
    assert reads_both_ways(bert())
    assert not reads_both_ways(language("gpt2"))
    assert not reads_both_ways(language("llama"))


@pytest.mark.parametrize("site", ["ffn_out", "ffn_act"])
def test_windows_of_a_masked_model(site):
    model = bert()
    tokens = tokenized(model, TEXT)
    plan = plan_passes(model, tokens, window=21, stride=8)
    assert plan.reading == "windows of 21 tokens, stride 8"
    counted = [k for one in plan.passes for k in range(one.first, one.last)]
    assert counted == list(range(len(tokens.ids)))
    assert all(len(one.ids) <= 21 for one in plan.passes)
    found = token_activations(model, TEXT, site=site, window=21, stride=8)
    module = model.model.encoder.layer[1].output.dense
    kept = []
    module.register_forward_hook(
        lambda _, given, out: kept.append((given[0] if site == "ffn_act" else out)[0])
    )
    one = plan.passes[4]
    with torch.no_grad():
        model.model(torch.tensor([[0, *tokens.ids[one.last - 20 : one.last]]]))
    width = kept[0].shape[1]
    expected = kept[0][-8:].numpy()
    assert np.abs(found[one.first : one.last, -width:] - expected).max() < 1e-6


def test_a_causal_model_whose_text_is_too_long_reads_windows():
    model = language("gpt2", n_positions=32)
    plan = plan_passes(model, tokenized(model, TEXT))
    assert plan.reading == "windows of 32 tokens, stride 7"
    assert not plan.cached
    with pytest.raises(ValueError, match="reads 32 tokens at most"):
        plan_passes(model, tokenized(model, TEXT), window=64)
    with pytest.raises(ValueError, match="room for 31 of the text"):
        plan_passes(model, tokenized(model, TEXT), window=32, stride=32)


def test_the_embedded_encoder_reads():
    model = load_encoder()
    found = token_activations(model, "the cat sat on the mat .", site="ffn_act", layers=[0, 5])
    assert found.shape == (7, 2 * 1536)
    assert np.isfinite(found).all()
    assert found.std() > 0.01
    assert reads_both_ways(model)


def test_the_kind_of_a_model_is_seen_in_its_folder(tmp_path):
    network("gpt2").save_pretrained(tmp_path / "causal")
    tokenizer_of_words().save_pretrained(tmp_path / "causal")
    assert hasattr(load_reader(tmp_path / "causal").model, "lm_head")
    bert().model.save_pretrained(tmp_path / "masked")
    tokenizer_of_words().save_pretrained(tmp_path / "masked")
    assert load_reader(tmp_path / "masked").model_type == "bert"
    with pytest.raises(FileNotFoundError, match="no model"):
        load_reader(tmp_path / "absent", local_files_only=True)
