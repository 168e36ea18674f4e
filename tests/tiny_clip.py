"""Tiny CLIP models and named pictures for tests: untrained, built here, never downloaded."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from surrobrain.pretrained.images import Images
from surrobrain.pretrained.vision import Preparation, VisionModel

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
PROMPTS = ("red", "blue or green", "round", "a large thing")


def tokenizer() -> Any:
    """A real CLIP tokenizer whose words are letters."""
    letters = [chr(k) for k in range(ord("a"), ord("z") + 1)]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "-</w>", ";</w>", BEGIN, END]
    vocabulary = {piece: k for k, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=24)


def network(*, n_blocks: int = 4, n_text_blocks: int = 3, seed: int = 0, **given: Any) -> CLIPModel:
    words = tokenizer()
    sizes = {"hidden_act": "quick_gelu", "num_attention_heads": 4}
    config = CLIPConfig(
        text_config={**sizes, "vocab_size": len(words), "hidden_size": 24, "intermediate_size": 48,
            "num_hidden_layers": n_text_blocks, "max_position_embeddings": 24,
            "eos_token_id": words.eos_token_id, "bos_token_id": words.bos_token_id,
            "pad_token_id": words.pad_token_id},
        vision_config={**sizes, "hidden_size": 32, "intermediate_size": 64, "image_size": 16,
            "num_hidden_layers": n_blocks, "patch_size": 4, **given},
        projection_dim=20,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        made = CLIPModel(config)
        with torch.no_grad():  # larger than at the start of a training, so that blocks matter
            for name, value in made.named_parameters():
                if value.ndim == 2 and "embedding" not in name:
                    value.mul_(4.0)
                elif name.endswith("bias"):
                    value.normal_(std=0.1)
    return made.eval().requires_grad_(requires_grad=False)


def vision(**given: Any) -> VisionModel:
    return VisionModel(network(**given), tokenizer(), "tiny clip", Preparation(size=16))


def pictures(n: int, *, seed: int = 0) -> Images:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, size=(n, 3, 3, 3), dtype=np.uint8)
    large = coarse.repeat(7, axis=1).repeat(8, axis=2)
    return Images([f"object_{k:03d}" for k in range(n)], list(large))


def folder_of(images: Images, folder: Path) -> Path:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for name, source in zip(images.names, images.sources, strict=True):
        Image.fromarray(source).save(folder / f"{name}.png")
    return folder


def saved_model(folder: Path, **given: Any) -> Path:
    network(**given).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
