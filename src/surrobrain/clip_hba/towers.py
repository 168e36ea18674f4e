"""The two towers of CLIP, block by block, so that no more of them is computed than is needed.

A block adds to its tokens what attention gathers and then what a small network makes of the sum::

    h' = h + out_proj(attention(norm1(h)));    h'' = h' + mlp(norm2(h'))

Where ``out_proj`` is what an adapter changes, ``h`` and the gathered context of the first adapted
block never change and need not be computed twice. Of the last block only one token is read (the
class token of an image, the end token of a text), so only that one is computed.
"""

from typing import Any, Literal

from jaxtyping import Float

__all__ = [
    "Kind", "blocks", "class_tokens", "entry", "first_trained", "leaving", "parts_below",
    "refuse_chance",
]  # fmt: skip

Kind = Literal["vision", "text"]


def blocks(network: Any, kind: Kind) -> Any:
    """Return the blocks of one tower of a CLIPModel, first to last."""
    return _tower(network, kind).encoder.layers


def first_trained(network: Any, kind: Kind) -> int:
    """Return the first block in which something is trained; their number where nothing is.

    Raises
    ------
    ValueError
        What lies before the output projection of that block is trained too, so that nothing can
        be kept.
    """
    layers = blocks(network, kind)
    trained = [k for k, block in enumerate(layers) if _trained(block)]
    cut = trained[0] if trained else len(layers)
    below = parts_below(network, kind, cut)
    at_fault = [name for name, part in below.items() if _trained(part)]
    if at_fault:
        raise ValueError(
            f"the {kind} tower trains {at_fault[0]}, which lies below the output projection of "
            f"block {cut}: kept activations would be wrong from the first step on; train output "
            "projections only, or run without the cache"
        )
    return cut


def refuse_chance(network: Any, kind: Kind, cut: int) -> None:
    """Refuse dropout that is switched on below a block: what is kept would be one draw of many."""
    for where, part in parts_below(network, kind, cut).items():
        for name, module in part.named_modules():
            rate = getattr(module, "p", 0.0) if "Dropout" in type(module).__name__ else 0.0
            rate = rate or getattr(module, "dropout", 0.0)
            if module.training and isinstance(rate, float) and rate > 0:
                raise ValueError(
                    f"the {kind} tower drops a share of {rate:g} in {where}.{name} at random, and "
                    "kept activations would freeze one draw of it; put the model in evaluation "
                    "mode with .eval(), or run without the cache"
                )


def entry(
    network: Any, kind: Kind, inputs: Any, *, cut: int, at: Any
) -> Float[Any, "batch parts *tokens width"]:
    """Compute what enters the output projection of one block, and what it is added to.

    Parameters
    ----------
    network : CLIPModel
    kind : {"vision", "text"}
        Which tower.
    inputs : tensor
        Pixels, shape (batch, 3, size, size), or tokens, shape (batch, length).
    cut : int
        The block; with the number of blocks, what leaves the last one.
    at : tensor, shape (batch,)
        The token that is read at the end.

    Returns
    -------
    tensor, shape (batch, 2, n_tokens, width)
        Tokens before the block, and what its attention gathers; of the last block, shape
        (batch, 2, width), for the one token; behind it, shape (batch, 1, width).
    """
    import torch

    layers = blocks(network, kind)
    hidden = _embedded(network, kind, inputs)
    for block in layers[:cut]:
        hidden = _added(block, hidden, _gathered(block, hidden, kind))
    rows = torch.arange(len(hidden), device=hidden.device)
    if cut == len(layers):
        return hidden[rows, at][:, None]
    if cut == len(layers) - 1:
        context = _gathered_at(layers[cut], hidden, at, kind)
        return torch.stack([hidden[rows, at], context], dim=1)
    return torch.stack([hidden, _gathered(layers[cut], hidden, kind)], dim=1)


def leaving(
    network: Any, kind: Kind, entered: Float[Any, "batch parts *tokens width"], *, cut: int, at: Any
) -> Float[Any, "batch joint"]:
    """Go on from `entry` to the space that images and texts share; gradients flow.

    Returns
    -------
    tensor, shape (batch, n_joint)
        Not normalized.
    """
    import torch

    rest = blocks(network, kind)[cut:]
    hidden = entered[:, 0]
    if len(rest) > 0:
        hidden = _added(rest[0], hidden, entered[:, 1])
    for block in rest[1:-1]:
        hidden = _added(block, hidden, _gathered(block, hidden, kind))
    if len(rest) > 1:
        context = _gathered_at(rest[-1], hidden, at, kind)
        hidden = hidden[torch.arange(len(hidden), device=hidden.device), at]
        hidden = _added(rest[-1], hidden, context)
    if kind == "vision":
        return network.visual_projection(network.vision_model.post_layernorm(hidden))
    return network.text_projection(network.text_model.final_layer_norm(hidden))


def class_tokens(network: Any, pixels: Float[Any, "batch 3 size size"]) -> Any:
    """Return the class token behind every block; gradients flow.

    Returns
    -------
    tensor, shape (batch, n_blocks, width)
        As they are: neither normalized nor projected.
    """
    import torch

    hidden, kept = _embedded(network, "vision", pixels), []
    for block in blocks(network, "vision"):
        hidden = _added(block, hidden, _gathered(block, hidden, "vision"))
        kept.append(hidden[:, 0])
    return torch.stack(kept, dim=1)


def parts_below(network: Any, kind: Kind, cut: int) -> dict[str, Any]:
    """Return the modules, by name, on which `entry` depends."""
    tower, layers = _tower(network, kind), blocks(network, kind)
    parts = {"embeddings": tower.embeddings}
    if kind == "vision":
        parts["pre_layrnorm"] = tower.pre_layrnorm
    parts |= {f"layers.{k}": layers[k] for k in range(cut)}
    if cut < len(layers):
        attention = layers[cut].self_attn
        parts[f"layers.{cut}.layer_norm1"] = layers[cut].layer_norm1
        for name in ("q_proj", "k_proj", "v_proj"):
            parts[f"layers.{cut}.{name}"] = getattr(attention, name)
    return parts


def _tower(network: Any, kind: Kind) -> Any:
    return network.vision_model if kind == "vision" else network.text_model


def _trained(module: Any) -> bool:
    return any(p.requires_grad for p in module.parameters())


def _embedded(network: Any, kind: Kind, inputs: Any) -> Any:
    tower = _tower(network, kind)
    if kind == "vision":
        return tower.pre_layrnorm(tower.embeddings(inputs))
    return tower.embeddings(input_ids=inputs)


def _added(block: Any, hidden: Any, context: Any) -> Any:
    hidden = hidden + block.self_attn.out_proj(context)
    return hidden + block.mlp(block.layer_norm2(hidden))


def _gathered(block: Any, hidden: Any, kind: Kind) -> Any:
    from torch.nn.functional import scaled_dot_product_attention

    attention, normed = block.self_attn, block.layer_norm1(hidden)
    queries, keys, values = (
        _heads(attention, project(normed))
        for project in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    found = scaled_dot_product_attention(queries, keys, values, is_causal=kind == "text")
    return found.transpose(1, 2).flatten(2)  # (batch, token, width)


def _gathered_at(block: Any, hidden: Any, at: Any, kind: Kind) -> Any:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    attention, normed = block.self_attn, block.layer_norm1(hidden)
    asking = normed[torch.arange(len(hidden), device=hidden.device), at][:, None]
    queries = _heads(attention, attention.q_proj(asking))
    keys, values = (
        _heads(attention, project(normed)) for project in (attention.k_proj, attention.v_proj)
    )
    seen = None
    if kind == "text":
        places = torch.arange(hidden.shape[1], device=hidden.device)
        seen = (places[None] <= at[:, None])[:, None, None]  # (batch, head, query, key)
    found = scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
    return found.transpose(1, 2).flatten(1)  # (batch, width)


def _heads(attention: Any, projected: Any) -> Any:
    shape = (*projected.shape[:2], -1, attention.head_dim)
    return projected.reshape(shape).transpose(1, 2)  # (batch, head, token, head width)
