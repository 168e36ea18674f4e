"""A CLIP model with a small set of weights that can be trained, in memory and in files."""

import copy
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.checks import existing_file, whole
from surrobrain.clip_hba.digests import base_digest
from surrobrain.clip_hba.towers import Kind, blocks
from surrobrain.files import sha256, write_json
from surrobrain.pretrained.adapters import (
    ADAPTER_FILE,
    Adapter,
    adapt,
    load_adapter,
    save_weights,
)
from surrobrain.pretrained.vision import Preparation, VisionModel, load_vision

__all__ = ["CARD", "Clip", "copied", "load", "load_clip", "merged", "save_clip"]

CARD = "card.json"


@dataclass(frozen=True, eq=False)
class Clip:
    """A CLIP model some of whose output projections have an adapter.

    Parameters
    ----------
    vision : VisionModel
        With the adapter in it; all else is frozen.
    adapter : Adapter
        What is trained.
    vision_blocks, text_blocks : tuple of int
        Blocks whose output projection is trained, from 0.

    Examples
    --------
    >>> from surrobrain.clip_hba import load
    >>> load("no/such/folder", local_files_only=True)
    Traceback (most recent call last):
    FileNotFoundError: no CLIP model 'no/such/folder' could be loaded: ...
    """

    vision: VisionModel
    adapter: Adapter
    vision_blocks: tuple[int, ...]
    text_blocks: tuple[int, ...]

    @property
    def network(self) -> Any:
        """The CLIPModel itself."""
        return self.vision.network

    @property
    def name(self) -> str:
        """Name of the model that was adapted."""
        return self.vision.name

    @property
    def device(self) -> str:
        """Where it computes."""
        return self.vision.device

    def trained(self) -> dict[str, Any]:
        """Return the parameters that training changes, by name."""
        named = self.network.named_parameters()
        return {name: value for name, value in named if value.requires_grad}

    def prepared(self, preparation: Preparation) -> "Clip":
        """Return the same model with other ways to prepare images; weights are shared."""
        vision = dataclasses.replace(self.vision, preparation=preparation)
        return dataclasses.replace(self, vision=vision)


def load(
    model: str | Path | VisionModel, *, adapter: str | Adapter = "dora", rank: int = 32,
    vision_blocks: int = 2, text_blocks: int = 1, seed: int = 0, local_files_only: bool = False,
) -> Clip:  # fmt: skip
    """Load CLIP and make the output projections of its last blocks trainable, and nothing else.

    Parameters
    ----------
    model : str, Path or VisionModel
        ``"ViT-L/14"``, another name of Hugging Face, a folder, or what
        `surrobrain.pretrained.load_vision` returned (to choose device and preparation).
    adapter : {"dora", "lora"} or Adapter
        The kind, with alpha = rank / 2 and no dropout; or all of it.
    rank : int
        Of the change of a projection, where only a kind is given.
    vision_blocks, text_blocks : int
        How many of the last blocks of either tower; 0 leaves a tower as it is.
    seed : int
        Decides the first weights of the adapter.
    local_files_only : bool
        Never ask the hub: use what was downloaded before.

    Returns
    -------
    Clip
        Computes exactly what the model computed without the adapter.

    Raises
    ------
    FileNotFoundError
        There is no such model.
    ValueError
        The model has fewer blocks, or nothing would be trained.

    Notes
    -----
    ``self_attn.out_proj`` of the last 2 of 24 vision blocks and the last of 12 text blocks of
    ViT-L/14, rank 32, make 183,040 numbers in DoRA [1]_; peft's start is that of the paper, a
    change of zero.

    References
    ----------
    .. [1] Liu et al. (2024), DoRA: weight-decomposed low-rank adaptation. ICML.

    Examples
    --------
    >>> load("no/such/folder", local_files_only=True)
    Traceback (most recent call last):
    FileNotFoundError: no CLIP model 'no/such/folder' could be loaded: ...
    """
    if not isinstance(model, VisionModel):
        model = load_vision(model, local_files_only=local_files_only)
    chosen = {
        "vision": _last(model, "vision", vision_blocks),
        "text": _last(model, "text", text_blocks),
    }
    if isinstance(adapter, str):
        adapter = Adapter(adapter, rank, alpha=rank / 2, dropout=0.0)
    modules = tuple(
        f"{kind}_model.encoder.layers.{k}.self_attn.out_proj"
        for kind, places in chosen.items()
        for k in places
    )
    if adapter.method == "full" or not modules:
        found = "method='full'" if modules else "no block of either tower"
        raise ValueError(
            f"{found} arrived, but small changes of output projections are trained; choose 'dora' "
            "or 'lora', and at least one block"
        )
    adapter = dataclasses.replace(adapter, modules=modules)
    # a copy, so that the model that was handed in stays as it is; its weights are shared
    network = _copied(model.model)
    ready = dataclasses.replace(model, model=adapt(network, adapter, seed=seed).eval())
    return Clip(ready, adapter, chosen["vision"], chosen["text"])


def copied(clip: Clip) -> Clip:
    """Return a copy that can be trained on its own; frozen weights are shared, not copied."""
    vision = dataclasses.replace(clip.vision, model=_copied(clip.vision.model))
    return dataclasses.replace(clip, vision=vision)


def merged(clip: Clip) -> VisionModel:
    """Return a plain CLIP model that computes what the adapted one does.

    The way from one stage to the next, which puts an adapter of its own on it.
    """
    network = _copied(clip.vision.model, changed=True).merge_and_unload()
    return dataclasses.replace(clip.vision, model=network.requires_grad_(requires_grad=False))


def save_clip(clip: Clip, folder: str | Path, *, more: dict[str, Any] | None = None) -> Path:
    """Write the adapter and a card that says to which model it belongs.

    Parameters
    ----------
    clip : Clip
    folder : path
        Gets ``adapter_model.safetensors``, ``adapter_config.json`` and, last, ``card.json``.
    more : dict, optional
        Goes into the card, as JSON can hold it.

    Returns
    -------
    Path
        The folder.
    """
    weights = save_weights(clip.vision.model, folder)
    card = {
        "format": 1,
        "model": clip.name,
        "model_sha256": base_digest(clip.network),
        "adapter": dataclasses.asdict(clip.adapter),
        "adapter_sha256": sha256(weights),
        "vision_blocks": clip.vision_blocks,
        "text_blocks": clip.text_blocks,
        "preparation": dataclasses.asdict(clip.vision.preparation),
        **(more or {}),
    }
    write_json(Path(folder) / CARD, card)
    return Path(folder)


def load_clip(folder: str | Path, *, model: str | Path | VisionModel | None = None) -> Clip:
    """Read what `save_clip` wrote and put it on the model it was trained for.

    Parameters
    ----------
    folder : path
        With a card and an adapter.
    model : str, Path or VisionModel, optional
        The model, where its name in the card does not lead to it.

    Returns
    -------
    Clip

    Raises
    ------
    FileNotFoundError
        There is no card.
    ValueError
        The weights of the model are not those for which the adapter was trained, or the adapter
        is not the one the card speaks of.
    """
    card = json.loads(existing_file(Path(folder) / CARD).read_text(encoding="utf-8"))
    if sha256(existing_file(Path(folder) / ADAPTER_FILE)) != card["adapter_sha256"]:
        raise ValueError(
            f"{ADAPTER_FILE} in {str(folder)!r} is not the one of which {CARD} speaks; one of the "
            "two was replaced or damaged: save the model again"
        )
    if not isinstance(model, VisionModel):
        model = load_vision(card["model"] if model is None else model)
    if base_digest(model.network) != card["model_sha256"]:
        raise ValueError(
            f"the adapter in {str(folder)!r} was trained for {card['model']!r} with other weights "
            f"than {model.name!r} has here; load the model it was trained for"
        )
    told = card["adapter"]
    adapter = Adapter(**{**told, "modules": tuple(told["modules"])})
    network = load_adapter(_copied(model.model), folder)
    for name, value in network.named_parameters():
        value.requires_grad_(requires_grad="lora_" in name)
    ready = dataclasses.replace(
        model, model=network, preparation=Preparation(**card["preparation"])
    )
    return Clip(ready, adapter, tuple(card["vision_blocks"]), tuple(card["text_blocks"]))


def _last(model: VisionModel, kind: Kind, number: int) -> tuple[int, ...]:
    there = len(blocks(model.network, kind))
    if whole(number, f"{kind}_blocks") > there:
        raise ValueError(
            f"{kind}_blocks={number} arrived, but the {kind} tower of {model.name} has {there} "
            "blocks"
        )
    return tuple(range(there - number, there))


def _copied(network: Any, *, changed: bool = False) -> Any:
    """Copy modules and what is trained; share the rest, unless it will be changed in place.

    Merging changes the frozen weight beside an adapter.
    """
    beside = {id(p) for name, p in network.named_parameters() if changed and ".base_layer." in name}
    shared = [p for p in network.parameters() if not p.requires_grad and id(p) not in beside]
    return copy.deepcopy(network, {id(p): p for p in shared})
