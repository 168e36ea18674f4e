"""Where the neurons of a feed-forward block are, found by the structure of a model."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from surrobrain.checks import choice
from surrobrain.pretrained.language import LanguageModel

__all__ = ["SITES", "Site", "body_of", "listening", "sites_of"]

SITES = ("ffn_out", "ffn_act")

_ATTENTION = ("attn", "attention")


@dataclass(frozen=True, eq=False)
class Site:
    """The feed-forward neurons of one layer.

    Parameters
    ----------
    layer : int
        From 0.
    module : torch.nn.Module
        The second linear map of the feed-forward block.
    width : int
        Neurons.
    before : bool
        Whether they are what goes into the map, or what comes out.
    """

    layer: int
    module: Any
    width: int
    before: bool


def sites_of(
    language: LanguageModel, *, site: str = "ffn_out", layers: Sequence[int] | None = None
) -> tuple[Site, ...]:
    """Find the feed-forward neurons of a transformer, whatever its parts are called.

    Parameters
    ----------
    language : LanguageModel
    site : {"ffn_out", "ffn_act"}
        Output of the second linear map of every feed-forward block, as wide as the model; or its
        input, the activations between both maps.
    layers : sequence of int, optional
        From 0, negative ones from the end; by default all.

    Returns
    -------
    tuple of Site
        One per layer, ascending.

    Raises
    ------
    ValueError
        There is no such layer or site, or the model has no plain feed-forward blocks (a mixture of
        experts, a state-space model).

    Notes
    -----
    The map is the last linear one of a layer, outside of its attention, whose output is as wide as
    the model: ``down_proj`` of Llama, Mistral and Qwen, ``c_proj`` of GPT-2, ``output.dense`` of
    BERT, ``dense_4h_to_h`` of GPT-NeoX.
    """
    choice(site, SITES, "site")
    network = body_of(language)
    config = network.config
    config = config.get_text_config() if hasattr(config, "get_text_config") else config
    blocks = _blocks(network, int(config.num_hidden_layers))
    if blocks is None:
        raise ValueError(
            f"{language.name} ({language.model_type}) has no layers with attention that could be "
            "told apart; models like GPT-2, Llama and BERT can be read"
        )
    found = []
    for layer in _asked(layers, len(blocks), language.name):
        module, n_in, n_out = _second_map(blocks[layer], int(config.hidden_size), language, layer)
        before = site == "ffn_act"
        found.append(Site(layer, module, n_in if before else n_out, before))
    return tuple(found)


@contextmanager
def listening(sites: Sequence[Site], receive: Callable[[int, Any], None]) -> Iterator[None]:
    """Call ``receive(k, values)`` for site k whenever the model reads something.

    Parameters
    ----------
    sites : sequence of Site
    receive : function
        Gets a tensor of shape (n_tokens, width); one text at a time must be read.
    """
    handles = []
    try:
        for k, site in enumerate(sites):
            handles.append(_hooked(k, site, receive))
        yield
    finally:
        for handle in handles:
            handle.remove()


def body_of(language: LanguageModel) -> Any:
    """Return the layers of a model, without the head that makes logits."""
    network = language.model
    if hasattr(network, "get_base_model"):  # peft: the adapter lives in the layers of the base
        network = network.get_base_model()
    return network.base_model


def _hooked(k: int, site: Site, receive: Callable[[int, Any], None]) -> Any:
    if site.before:
        return site.module.register_forward_pre_hook(
            lambda module, given: receive(k, given[0].reshape(-1, site.width))
        )
    return site.module.register_forward_hook(
        lambda module, given, out: receive(k, out.reshape(-1, site.width))
    )


def _blocks(network: Any, n_layers: int) -> Any:
    import torch

    for module in network.modules():
        if isinstance(module, torch.nn.ModuleList) and len(module) == n_layers:
            names = [name.lower() for name, _ in module[0].named_modules()]
            if any(_is_attention(name) for name in names):
                return module
    return None


def _is_attention(name: str) -> bool:
    return any(word in part for part in name.lower().split(".") for word in _ATTENTION)


def _second_map(
    block: Any, width: int, language: LanguageModel, layer: int
) -> tuple[Any, int, int]:
    found, inside = None, ""
    for name, module in block.named_modules():
        if "experts" in name:
            found = None
            break
        if _is_attention(name) or (inside and name.startswith(inside)):
            continue
        sizes = _sizes(module)
        if sizes is not None:
            inside = f"{name}."  # an adapter keeps maps of its own inside of one
            if sizes[1] == width:
                found = (module, *sizes)
    if found is None:
        raise ValueError(
            f"layer {layer} of {language.name} ({language.model_type}) has no feed-forward block "
            "with a second linear map; its neurons cannot be listened to"
        )
    return found


def _sizes(module: Any) -> tuple[int, int] | None:
    """Return inputs and outputs of a linear map, also of GPT-2's kind; None for anything else."""
    if hasattr(module, "in_features") and hasattr(module, "out_features"):
        return int(module.in_features), int(module.out_features)
    if hasattr(module, "nx") and hasattr(module, "nf"):
        return int(module.nx), int(module.nf)
    return None


def _asked(layers: Sequence[int] | None, n_layers: int, name: str) -> list[int]:
    if layers is None:
        return list(range(n_layers))
    for layer in layers:
        if not -n_layers <= layer < n_layers:
            raise ValueError(f"{name} has layers 0 to {n_layers - 1}, but layer {layer} was asked")
    if not len(layers):
        raise ValueError("no layer was asked for; give at least one, or leave layers out")
    return sorted({layer % n_layers for layer in layers})
