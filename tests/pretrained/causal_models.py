"""Causal models of a few thousand parameters, made from configurations."""

import torch

from surrobrain.seeds import torch_chance

FAMILIES = ("llama", "gpt2", "mistral")


def tiny(family, *, attention="sdpa", n_words=64, n_layers=2):
    """Return a model with weights large enough that its logits differ."""
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        LlamaConfig,
        LlamaForCausalLM,
        MistralConfig,
        MistralForCausalLM,
    )

    shape = {
        "vocab_size": n_words, "hidden_size": 16, "num_hidden_layers": n_layers,
        "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 32,
        "max_position_embeddings": 64, "initializer_range": 0.3, "bos_token_id": 1,
        "eos_token_id": 1, "pad_token_id": 0, "attn_implementation": attention,
    }  # fmt: skip
    with torch_chance(0):
        if family == "gpt2":
            config = GPT2Config(
                vocab_size=n_words, n_embd=16, n_layer=n_layers, n_head=2, n_positions=64,
                initializer_range=0.3, bos_token_id=1, eos_token_id=1,
                attn_implementation=attention,
            )  # fmt: skip
            model = GPT2LMHeadModel(config)
        elif family == "mistral":
            model = MistralForCausalLM(MistralConfig(**shape, sliding_window=4096))
        else:
            model = LlamaForCausalLM(LlamaConfig(**shape))
    assert all(torch.isfinite(p).all() for p in model.parameters())
    return model.eval()
