"""A small CLIP that learns, here and in seconds, to name what small pictures show."""

import hashlib
import inspect
import os
from pathlib import Path
from typing import Any

from surrobrain.clip_hba import simulated_images
from surrobrain.clip_hba.simulated_images import FACTORS, PROMPTS, SIZE, draw_scenes
from surrobrain.files import write_arrays
from surrobrain.lazy import need
from surrobrain.pretrained.vision import Preparation, VisionModel, pixels, tokens
from surrobrain.seeds import stream, torch_chance
from surrobrain.training.loop import train
from surrobrain.training.options import Training

__all__ = ["cache_folder", "n_recognized", "small_clip"]

_PICTURES = 3200
_OPTIONS = Training(epochs=10, batch=40, rate=8e-4, keep="last", progress=False)


def small_clip(
    *, seed: int = 0, folder: str | Path | None = None, trained: bool = True
) -> VisionModel:
    """Return a CLIP of six small blocks that knows the words of the pictures.

    Parameters
    ----------
    seed : int
        Decides its pictures and its first weights.
    folder : path, optional
        Where its weights are kept once it has learned (1 MB); by default `cache_folder`.
    trained : bool
        Let it learn; or leave its weights as they were drawn.

    Returns
    -------
    VisionModel

    Notes
    -----
    Cross entropy of the cosines of a picture and the words of each factor: CLIP's own loss (Radford
    et al. 2021) needs more pictures than a demonstration has time for.
    """
    vision = _untrained(seed)
    if not trained:
        vision.model.eval().requires_grad_(requires_grad=False)
        return vision
    path = Path(folder or cache_folder()) / f"small_clip-{_recipe()}-{seed}.safetensors"
    if not path.exists():
        _learn(vision, seed=seed)
        values = {name: value.numpy() for name, value in vision.model.state_dict().items()}
        write_arrays(path, values)
    from safetensors.torch import load_file

    vision.model.load_state_dict(load_file(path))
    vision.model.eval().requires_grad_(requires_grad=False)
    return vision


def cache_folder() -> Path:
    """Return where things lie that can be made again: ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "surrobrain"


def n_recognized(vision: VisionModel, *, seed: int, n: int = 200) -> dict[str, float]:
    """Return the share of new pictures whose color, shape, ... it names among all words."""
    import torch

    scenes = draw_scenes(n, seed=stream(seed, 3), distinct=False)
    shown = simulated_images.pictures(scenes, seed=stream(seed, 4))
    with torch.no_grad():
        images = _images(vision, torch.from_numpy(pixels(shown, vision.preparation)))
        texts = _texts(vision, list(PROMPTS))
        scores = (images @ texts.T).numpy()
    shares, start = {}, 0
    for k, (name, words) in enumerate(FACTORS.items()):
        chosen = scores[:, start : start + len(words)].argmax(axis=1)
        shares[name] = float((chosen == scenes[:, k]).mean())
        start += len(words)
    return shares


def _recipe() -> str:
    """Name what the weights follow from, so that a change of it is never missed."""
    sources = (
        inspect.getsource(simulated_images),
        inspect.getsource(_untrained),
        inspect.getsource(_tokenizer),
        repr(_OPTIONS),
    )
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:12]


def _tokenizer() -> Any:
    tokenizers = need("tokenizers", extra="vision")
    transformers = need("transformers", extra="vision")
    words = ["<pad>", "<bos>", "a", "photo", "of", "on", "background", "thing", "objects"]
    words += [word for names in FACTORS.values() for word in names]
    words += ["<eos>"]  # never number 2, which transformers takes for a sign of CLIP's first files
    model = tokenizers.models.WordLevel({word: k for k, word in enumerate(words)}, "<pad>")
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", 1), ("<eos>", len(words) - 1)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>"
    )


def _untrained(seed: int) -> VisionModel:
    transformers = need("transformers", extra="vision")
    tokenizer = _tokenizer()
    text = {
        "vocab_size": len(tokenizer), "hidden_size": 64, "intermediate_size": 128,
        "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 16,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": len(tokenizer) - 1,
    }  # fmt: skip
    vision = {
        "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 6,
        "num_attention_heads": 4, "image_size": SIZE, "patch_size": 8,
    }  # fmt: skip
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=64)
    with torch_chance(seed):
        network = transformers.CLIPModel(config)
    return VisionModel(network, tokenizer, "small CLIP", Preparation(SIZE), "cpu")


def _learn(vision: VisionModel, *, seed: int) -> None:
    import torch
    from torch.nn.functional import cross_entropy

    scenes = draw_scenes(_PICTURES, seed=stream(seed, 1), distinct=False)
    shown = simulated_images.pictures(scenes, seed=stream(seed, 2))
    seen = torch.from_numpy(pixels(shown, vision.preparation))
    wanted = torch.from_numpy(scenes)
    sizes = [len(words) for words in FACTORS.values()]

    def objective(items: Any, _moment: Any) -> Any:
        scores = _images(vision, seen[items]) @ _texts(vision, list(PROMPTS)).T
        parts = (vision.model.logit_scale.exp() * scores).split(sizes, dim=1)
        losses = [cross_entropy(p, wanted[items, k]) for k, p in enumerate(parts)]
        return sum(losses)

    vision.model.train().requires_grad_()
    train(vision.model, objective, len(scenes), validate=lambda: 0.0, options=_OPTIONS, seed=seed)
    vision.model.eval()


def _images(vision: VisionModel, values: Any) -> Any:
    from torch.nn.functional import normalize

    return normalize(vision.model.get_image_features(pixel_values=values).pooler_output, dim=-1)


def _texts(vision: VisionModel, said: list[str]) -> Any:
    import torch
    from torch.nn.functional import normalize

    ids, _ = tokens(vision, said)
    found = vision.model.get_text_features(input_ids=torch.from_numpy(ids))
    return normalize(found.pooler_output, dim=-1)
