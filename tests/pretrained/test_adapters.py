import json

import pytest
import torch

from surrobrain.pretrained.adapters import Adapter, adapt, load_adapter, n_trainable, save_weights
from tests.pretrained.causal_models import FAMILIES, tiny

TOKENS = torch.tensor([[5, 6, 7, 8, 9]])


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=TOKENS).logits


def nudge(model):
    """Stand in for training."""
    with torch.no_grad():
        for number, parameter in enumerate(p for p in model.parameters() if p.requires_grad):
            generator = torch.Generator().manual_seed(number)
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)


def test_the_published_adapter_of_llama_2_7b_has_its_published_size():
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        config = LlamaConfig(
            vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32,
            num_attention_heads=32, num_key_value_heads=32,
        )  # fmt: skip
        model = LlamaForCausalLM(config)
    n_before = sum(p.numel() for p in model.parameters())
    adapted = adapt(model, Adapter(rank=8, alpha=32.0, dropout=0.1), seed=0)
    assert n_trainable(adapted) == 17_891_328
    assert round(100 * 17_891_328 / (n_before + 17_891_328), 2) in (0.26, 0.27)


@pytest.mark.parametrize("method", ["lora", "dora"])
@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_starts_as_the_model_and_is_found_again(family, method, tmp_path):
    before = logits(tiny(family))
    adapted = adapt(tiny(family), Adapter(method, rank=2), seed=0)
    assert torch.allclose(logits(adapted), before, atol=1e-5)
    nudge(adapted)
    after = logits(adapted)
    assert not torch.allclose(after, before, atol=1e-2)
    save_weights(adapted, tmp_path)
    again = load_adapter(tiny(family), tmp_path)
    assert torch.equal(logits(again), after)
    with again.disable_adapter():
        assert torch.allclose(logits(again), before, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_trained_in_full_is_found_again(family, tmp_path):
    from transformers import AutoModelForCausalLM

    model = adapt(tiny(family), Adapter("full"), seed=0)
    nudge(model)
    save_weights(model, tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(logits(again), logits(model))
    assert n_trainable(again) == n_trainable(model)


def test_the_seed_decides_the_first_weights():
    def first(seed):
        return next(p for p in adapt(tiny("llama"), Adapter(), seed=seed).parameters()
                    if p.requires_grad)  # fmt: skip

    state = torch.random.get_rng_state()
    assert torch.equal(first(0), first(0))
    assert not torch.equal(first(0), first(1))
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_what_is_trained_is_kept_in_single_precision(method):
    model = adapt(tiny("llama").to(torch.bfloat16), Adapter(method), seed=0)
    trained = {p.dtype for p in model.parameters() if p.requires_grad}
    frozen = {p.dtype for p in model.parameters() if not p.requires_grad}
    assert trained == {torch.float32}
    assert frozen == (set() if method == "full" else {torch.bfloat16})


def test_layers_may_be_named_by_the_end_of_their_path():
    chosen = Adapter(rank=2, modules=("layers.1.self_attn.q_proj",))
    adapted = adapt(tiny("llama"), chosen, seed=0)
    names = [name for name, p in adapted.named_parameters() if p.requires_grad]
    assert len(names) == 2
    assert all("layers.1.self_attn.q_proj" in name for name in names)


def test_vision_models_are_adapted_too():
    from transformers import CLIPVisionConfig, CLIPVisionModel

    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    config = CLIPVisionConfig(**shape, num_attention_heads=2, image_size=32, patch_size=16)
    adapted = adapt(CLIPVisionModel(config), Adapter("dora", modules=("out_proj",)), seed=0)
    assert n_trainable(adapted) == 2 * (2 * 8 * 16 + 16)
    assert adapted(pixel_values=torch.zeros(1, 3, 32, 32)).pooler_output.shape == (1, 16)


def test_an_unknown_layer_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"no linear layer named 'c_attn'.*down_proj.*v_proj"):
        adapt(tiny("llama"), Adapter(modules=("q_proj", "c_attn")), seed=0)
    with pytest.raises(ValueError, match="layers of no family known"):
        adapt(torch.nn.Sequential(torch.nn.Linear(2, 2)), Adapter(), seed=0)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_second_adapter_is_refused(method):
    model = tiny("llama")
    adapted = adapt(model, Adapter(), seed=0)
    for one in (model, adapted):
        with pytest.raises(ValueError, match="has an adapter already"):
            adapt(one, Adapter(method), seed=0)


def test_a_pickled_adapter_is_not_read(tmp_path):
    (tmp_path / "adapter_model.bin").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="adapter_model"):
        load_adapter(tiny("llama"), tmp_path)


def test_the_saved_configuration_tells_where_the_model_lies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    model = tiny("llama")
    model.name_or_path = model.config._name_or_path = "base"
    save_weights(adapt(model, Adapter(), seed=0), "out")
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(tmp_path / "base")
    assert config["target_modules"] == sorted(config["target_modules"])


@pytest.mark.parametrize(
    "wrong", [{"method": "lore"}, {"rank": 0}, {"alpha": 0.0}, {"dropout": 1.0}]
)
def test_options_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)) if "method" not in wrong else "adapter"):
        Adapter(**wrong)
