"""A step of training at the size of ViT-L/14: the whole model against its frozen layers kept.

Random weights, which take as long as trained ones. One core, CPU seconds, both ways in turn in
the same process; the step is a forward and a backward pass of images alone, then of texts alone.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.outcome import Outcome
from surrobrain.clip_hba.frozen import (
    freeze_images,
    image_features,
    plain_image_features,
)
from surrobrain.clip_hba.loading import Clip, load
from surrobrain.pretrained.images import Images
from surrobrain.pretrained.vision import Preparation, VisionModel

__all__ = ["measure"]

IMAGES, ROUNDS = 4, 2


def measure() -> Outcome:
    """Time two adapted blocks, then one, and compare losses and gradients."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model, images = _model(), _images()
        rows = [_row(load(model, vision_blocks=n, text_blocks=0), images, n) for n in (2, 1)]
    finally:
        torch.set_num_threads(before)
    figures: dict[str, float | None] = {
        f"{name}_{row['adapted blocks']}": row[column]
        for row in rows
        for name, column in (
            ("speed", "times faster"), ("loss_apart", "loss apart"),
            ("gradient_apart", "gradient apart"),
        )
    }  # fmt: skip
    targets = {"speed_2": ">= 10", "speed_1": ">= 10"}
    targets |= {f"{name}_apart_{n}": "<= 1e-5" for name in ("loss", "gradient") for n in (1, 2)}
    notes = [
        "Keeping frozen layers takes one forward pass of all images, once, and is not counted.",
        f"{IMAGES} images of 224 x 224; the texts, which both ways share, are left out.",
    ]
    return Outcome(rows, figures, targets, notes)


def _row(clip: Clip, images: Images, n_blocks: int) -> dict[str, Any]:
    chance = torch.Generator().manual_seed(1)
    with torch.no_grad():  # away from the start, where some gradients are zero
        for value in clip.trained().values():
            value += 0.01 * torch.randn(value.shape, generator=chance)
    begin = time.process_time()
    frozen = freeze_images(clip, images, batch=IMAGES, shown=False)
    once = time.process_time() - begin
    items = np.arange(IMAGES)
    plain, cached = [], []
    for _ in range(ROUNDS):
        plain.append(_step(clip, lambda: plain_image_features(clip, images)))
        cached.append(_step(clip, lambda: image_features(clip, frozen, items)))
    slow, fast = (min(step[0] for step in steps) for steps in (plain, cached))
    (_, loss, theirs), (_, found, ours) = plain[0], cached[0]
    return {
        "adapted blocks": n_blocks,
        "whole model (s per image)": slow / IMAGES,
        "frozen layers kept (s per image)": fast / IMAGES,
        "times faster": slow / fast,
        "keeping, once (s per image)": once / IMAGES,
        "loss apart": abs(loss - found) / abs(loss),
        "gradient apart": max(
            float((a - b).norm() / b.norm()) for a, b in zip(ours, theirs, strict=True)
        ),
        "MB per image": frozen.kept.rows(items).nbytes / IMAGES / 1e6,
    }


def _step(clip: Clip, features: Callable[[], Any]) -> tuple[float, float, tuple[Any, ...]]:
    begin = time.process_time()
    found = features()
    loss = torch.nn.functional.normalize(found, dim=-1).pow(3).sum()
    gradients = torch.autograd.grad(loss, list(clip.trained().values()))
    return time.process_time() - begin, float(loss.detach()), gradients


def _model() -> VisionModel:
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig(
        text_config={"num_hidden_layers": 1, "hidden_size": 64, "num_attention_heads": 1,
                     "intermediate_size": 64, "vocab_size": 99, "bos_token_id": 0,
                     "eos_token_id": 1},
        vision_config={"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
                       "num_attention_heads": 16, "image_size": 224, "patch_size": 14},
        projection_dim=768,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = CLIPModel(config).eval().requires_grad_(requires_grad=False)
    return VisionModel(network, None, "random ViT-L/14", Preparation(224, fit="squash"))


def _images() -> Images:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (IMAGES, 224, 224, 3), dtype=np.uint8)
    return Images([f"image_{k}" for k in range(IMAGES)], list(noise))
