"""Small sets of trainable weights beside a large model that stays as it is."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.checks import choice, existing_file, number, positive, whole
from surrobrain.files import write_bytes, write_json, write_text
from surrobrain.lazy import need
from surrobrain.seeds import torch_chance

__all__ = ["Adapter", "adapt", "load_adapter", "n_trainable", "save_weights"]

ADAPTER_FILE, WEIGHTS_FILE = "adapter_model.safetensors", "model.safetensors"  # Hugging Face's own

# The linear layers of a block as the families name them; the first list that a model has in full
# is its own. Keys are left out, as Luo et al. (2024) did.
_FAMILIES = (
    ("q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),  # Llama, Mistral, Qwen
    ("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),  # Phi
    ("q_proj", "v_proj", "out_proj", "fc1", "fc2"),  # OPT, CLIP
    ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),  # GPT-NeoX, Falcon, Bloom
    ("c_attn", "c_proj", "c_fc"),  # GPT-2
)


@dataclass(frozen=True)
class Adapter:
    """Which weights are trained, by default those of Luo et al. (2024) for Llama-2-7B.

    Parameters
    ----------
    method : {"lora", "dora", "full"}
        Low-rank changes of linear layers (Hu et al. 2021), the same with a trained magnitude
        (Liu et al. 2024), or every weight of the model, as when it is trained from scratch.
    rank : int
        Of the change of a layer.
    alpha : float
        The change is multiplied by ``alpha / rank``.
    dropout : float
        Share of a layer's input that its change does not see while it is trained, below 1.
    modules : tuple of str
        Endings of the names of the layers, such as ``("q_proj", "layers.23.mlp.fc2")``; by
        default those of the model's family: query, value, output, and the feed-forward layers.

    Examples
    --------
    >>> Adapter(rank=256, alpha=512.0).rank
    256
    >>> Adapter("lore")
    Traceback (most recent call last):
    ValueError: there is no adapter 'lore'; did you mean 'lora'? available: dora, full, lora
    """

    method: str = "lora"
    rank: int = 8
    alpha: float = 32.0
    dropout: float = 0.1
    modules: tuple[str, ...] = ()

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.method, ("lora", "dora", "full"), "adapter")
        whole(self.rank, "rank", low=1)
        positive(self.alpha, "alpha")
        number(self.dropout, "dropout", low=0.0, high=0.99)


def adapt(model: Any, adapter: Adapter, *, seed: int) -> Any:
    """Make a model trainable where the adapter says, and nowhere else.

    Parameters
    ----------
    model : transformers model
        Changed in place, because a copy may not fit into memory. At the start its output is what
        it was. What is trained is kept in float32, whatever the rest is: a step of usual size is
        lost in half precision.
    adapter : Adapter
        Which weights.
    seed : int
        Decides the first weights of the adapter.

    Returns
    -------
    peft model, or with ``method="full"`` the model itself

    Raises
    ------
    ValueError
        The model has no layer of such a name (the message lists those it has), or an adapter.

    Examples
    --------
    >>> from transformers import GPT2Config, GPT2LMHeadModel
    >>> model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=8, n_head=2))
    >>> n_trainable(adapt(model, Adapter(rank=2), seed=0))
    256
    """
    if hasattr(model, "peft_config"):
        raise ValueError(
            "the model has an adapter already; load it anew, or make the adapter part of it first "
            "with model.merge_and_unload()"
        )
    if adapter.method == "full":
        return model.float().requires_grad_()
    peft = need("peft", extra="language")
    modules = _modules(model, adapter.modules)
    config = peft.LoraConfig(
        r=adapter.rank, lora_alpha=adapter.alpha, lora_dropout=adapter.dropout,
        target_modules=modules, use_dora=adapter.method == "dora",
        fan_in_fan_out=any(kind == "Conv1D" for kind in _linear(model, modules).values()),
        task_type="CAUSAL_LM" if hasattr(model, "prepare_inputs_for_generation") else None,
    )  # fmt: skip
    with torch_chance(seed), _without_deprecations():
        return peft.get_peft_model(model, config)


def n_trainable(model: Any) -> int:
    """Count the parameters that training would change.

    Examples
    --------
    >>> import torch
    >>> n_trainable(torch.nn.Linear(2, 3))
    9
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def save_weights(
    model: Any, folder: str | Path, *, weights: Mapping[str, Any] | None = None
) -> Path:
    """Write what was trained as Hugging Face reads it, each file whole or not at all.

    Parameters
    ----------
    model : what `adapt` returned
        An adapter is written without the model it belongs to.
    folder : path
        Gets ``adapter_model.safetensors`` and ``adapter_config.json``, or with
        ``method="full"`` ``model.safetensors`` and ``config.json``.
    weights : mapping of str to tensor, optional
        By name, where those of the model are not all at hand, as on several graphics cards.

    Returns
    -------
    path
        The file with the weights.
    """
    if not hasattr(model, "peft_config"):
        config = json.loads(model.config.to_json_string(use_diff=False))
        config.pop("_name_or_path", None)  # where the weights came from says nothing of these
        write_json(Path(folder) / "config.json", config)
        return _write_tensors(Path(folder) / WEIGHTS_FILE, _untied(model, weights))
    peft = need("peft", extra="language")
    config = model.peft_config["default"].to_dict() | {"inference_mode": True}
    base = config["base_model_name_or_path"]
    if base and Path(base).exists():
        config["base_model_name_or_path"] = str(Path(base).resolve())  # found from any folder
    write_text(Path(folder) / "adapter_config.json", json.dumps(config, indent=2, default=_plain))
    # "auto" would ask the Hugging Face hub whether the vocabulary was changed
    tensors = peft.get_peft_model_state_dict(model, weights, save_embedding_layers=False)
    return _write_tensors(Path(folder) / ADAPTER_FILE, tensors)


def load_adapter(model: Any, folder: str | Path) -> Any:
    """Put a saved adapter beside the model it was trained for.

    Parameters
    ----------
    model : transformers model
        Changed in place; within ``with adapted.disable_adapter():`` it is what it was.
    folder : path
        Written by `save_weights`, or by peft as safetensors.

    Returns
    -------
    peft model

    Raises
    ------
    FileNotFoundError
        The folder holds no adapter in safetensors; pickled ones are not read.

    Examples
    --------
    >>> import tempfile
    >>> from transformers import GPT2Config, GPT2LMHeadModel
    >>> size = GPT2Config(n_layer=1, n_embd=8, n_head=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save_weights(adapt(GPT2LMHeadModel(size), Adapter(rank=2), seed=0), folder)
    ...     load_adapter(GPT2LMHeadModel(size), folder).peft_config["default"].r
    2
    """
    existing_file(Path(folder) / ADAPTER_FILE)
    peft = need("peft", extra="language")
    with _without_deprecations():
        return peft.PeftModel.from_pretrained(model, str(folder)).eval()


def _modules(model: Any, asked: tuple[str, ...]) -> list[str]:
    names = _linear(model)
    endings = {name.rpartition(".")[2] for name in names}
    if not asked:
        known = [family for family in _FAMILIES if endings.issuperset(family)]
        if known:
            return list(known[0])
    absent = [one for one in asked if not _linear(model, [one])]
    if absent or not asked:
        what = f"no linear layer named {absent[0]!r}" if absent else "layers of no family known"
        raise ValueError(
            f"the model has {what}; choose modules among {', '.join(sorted(endings))}, or the "
            "whole endings of their names"
        )
    return list(asked)


def _linear(model: Any, endings: list[str] | None = None) -> dict[str, str]:
    """Return kind by name of the linear layers whose names end so."""
    kinds = {name: type(module).__name__ for name, module in model.named_modules()}
    linear = {name: kind for name, kind in kinds.items() if kind in ("Linear", "Conv1D")}
    if endings is None:
        return linear
    return {
        name: kind for name, kind in linear.items()
        if any(f".{name}".endswith(f".{ending}") for ending in endings)
    }  # fmt: skip


def _untied(model: Any, weights: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the weights, those that the model has under two names once."""
    every = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    twice = every - {name for name, _ in model.named_parameters()}
    found = model.state_dict() if weights is None else weights
    return {name: value for name, value in found.items() if name not in twice}


def _write_tensors(path: Path, tensors: dict[str, Any]) -> Path:
    from safetensors.torch import save

    content = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    return write_bytes(path, save(content, metadata={"format": "pt"}))


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


@contextmanager
def _without_deprecations() -> Iterator[None]:
    """Keep to ourselves that peft asks transformers for an attribute by its old name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        yield
