"""A CLIP model the size of a stamp, which knows nothing: for trying things out."""

from surrobrain.lazy import need
from surrobrain.pretrained.vision import Preparation, VisionModel
from surrobrain.seeds import torch_chance

__all__ = ["untrained_vision"]

_BEGIN, _END = "<|startoftext|>", "<|endoftext|>"


def untrained_vision(*, n_blocks: int = 3, image_size: int = 16, seed: int = 0) -> VisionModel:
    """Build a small CLIP model with random weights, whose words are letters.

    Everything that works on it works on a large one, in milliseconds.

    Parameters
    ----------
    n_blocks : int
        Of either tower.
    image_size : int
        Pixels of a side, a multiple of 4.
    seed : int
        Decides the weights.

    Returns
    -------
    VisionModel

    Examples
    --------
    >>> untrained_vision().preparation.size
    16
    """
    transformers = need("transformers", extra="vision")
    letters = [chr(k) for k in range(ord("a"), ord("z") + 1)]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "-</w>", ";</w>", _BEGIN, _END]
    tokenizer = transformers.CLIPTokenizer(
        vocab={piece: k for k, piece in enumerate(pieces)}, merges=[], model_max_length=40
    )
    size = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4,
            "num_hidden_layers": n_blocks}  # fmt: skip
    config = transformers.CLIPConfig(
        text_config={
            **size, "vocab_size": len(pieces), "max_position_embeddings": 40,
            "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={**size, "image_size": image_size, "patch_size": 4},
        projection_dim=16,
    )  # fmt: skip
    with torch_chance(seed):
        network = transformers.CLIPModel(config)
    frozen = network.eval().requires_grad_(requires_grad=False)
    return VisionModel(frozen, tokenizer, "untrained", Preparation(image_size))
