"""Numbers that tell two sets of weights apart, however small the difference."""

import hashlib
from collections.abc import Iterable
from typing import Any

from surrobrain.clip_hba.towers import Kind, parts_below

__all__ = ["base_digest", "below_digest", "tensors_digest"]

_SIZES = (
    "hidden_size", "num_attention_heads", "hidden_act", "layer_norm_eps", "image_size",
    "patch_size",
)  # fmt: skip


def base_digest(network: Any) -> str:
    """Return the sha256 of every weight of a CLIPModel but those of an adapter."""
    named = (
        (name.replace(".base_layer", ""), value) for name, value in network.state_dict().items()
        if "lora_" not in name
    )  # fmt: skip
    return tensors_digest(sorted(named))


def below_digest(network: Any, kind: Kind, cut: int) -> str:
    """Return the sha256 of all on which the activations of a tower at one block depend."""
    config = getattr(network.config, f"{kind}_config")
    sizes = [f"{name}={getattr(config, name, None)}" for name in _SIZES]
    named = (
        (f"{where}.{name}", value)
        for where, part in parts_below(network, kind, cut).items()
        for name, value in part.state_dict().items()
    )
    return hashlib.sha256(f"{kind} {cut} {sizes} {tensors_digest(named)}".encode()).hexdigest()


def tensors_digest(named: Iterable[tuple[str, Any]]) -> str:
    """Return the sha256 of named tensors, in the order in which they come."""
    digest = hashlib.sha256()
    for name, value in named:
        array = value.detach().cpu().contiguous().numpy()
        digest.update(f"{name} {array.shape} {array.dtype}".encode())
        digest.update(memoryview(array).cast("B") if array.size else b"")
    return digest.hexdigest()
