"""Encodings and links in folders, for the next step and the next day."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.llm_networks.arrays_on_disk import read_result_folder, write_result_folder
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.brain_networks import BrainNetworks
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.network_matching import Links, MatchRecipe
from surrobrain.llm_networks.patterns import read_patterns
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, Encoding
from surrobrain.llm_networks.voxel_maps import Maps

__all__ = ["read_encoding", "read_links", "save_encoding", "save_links"]

_SCORES = (
    "r", "r2", "r_controls", "r2_controls", "unique", "p", "p_unique", "null_spread",
)  # fmt: skip
_LINKED = ("correlation", "dice", "iou", "p", "q", "null", "network_of")


def save_encoding(encoding: Encoding, folder: str | Path) -> Path:
    """Write an encoding with its patterns into a folder, for `read_encoding`."""
    target = Path(folder)
    encoding.patterns.save(target / "patterns")
    bold, recipe = encoding.bold, encoding.recipe
    arrays = {name: getattr(encoding, name) for name in _SCORES}
    arrays |= {"maps": encoding.maps.values, "bold": bold.values, **bold.space.arrays()}
    if encoding.ceiling is not None:
        arrays["ceiling"] = encoding.ceiling
    finite = bool(np.isfinite(encoding.condition))
    facts = {
        "bands": list(encoding.bands), "shows": encoding.maps.kind, "kind_of_space":
        bold.space.kind, "tr": bold.tr, "names": list(bold.names), "runs": list(bold.runs),
        "subject": bold.subject, "left_out": bold.left_out,
        "condition": encoding.condition if finite else None,
        "recipe": dataclasses.asdict(recipe),
    }  # fmt: skip
    return write_result_folder(target, "encoding", arrays, facts)


def read_encoding(folder: str | Path) -> Encoding:
    """Read an encoding that was saved."""
    arrays, facts = read_result_folder(folder, "encoding")
    n = arrays["r"].shape[0]
    space = BrainSpace.from_arrays(facts["kind_of_space"], n, arrays)
    bold = Bold(
        arrays["bold"], facts["tr"], space, tuple(facts["names"]), tuple(facts["runs"]),
        facts["subject"], facts["left_out"],
    )  # fmt: skip
    recipe: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in facts["recipe"].items()
    }
    scores: dict[str, Any] = {name: arrays[name] for name in _SCORES}
    return Encoding(
        read_patterns(Path(folder) / "patterns"), bold, tuple(facts["bands"]), **scores,
        maps=Maps(arrays["maps"], facts["shows"]),
        condition=float("inf") if facts["condition"] is None else facts["condition"],
        ceiling=arrays.get("ceiling"), recipe=EncodeRecipe(**recipe),
    )  # fmt: skip


def save_links(links: Links, folder: str | Path) -> Path:
    """Write links with their patterns into a folder, for `read_links`."""
    target = Path(folder)
    links.patterns.save(target / "patterns")
    arrays = {name: getattr(links, name) for name in _LINKED}
    arrays |= {"maps": links.maps.values, "networks": links.networks.maps, **links.space.arrays()}
    facts = {
        "shows": links.maps.kind, "kind_of_space": links.space.kind, "method": links.method,
        "networks": list(links.networks.names), "recipe": dataclasses.asdict(links.recipe),
    }  # fmt: skip
    return write_result_folder(target, "links", arrays, facts)


def read_links(folder: str | Path) -> Links:
    """Read links that were saved."""
    arrays, facts = read_result_folder(folder, "links")
    space = BrainSpace.from_arrays(facts["kind_of_space"], arrays["maps"].shape[1], arrays)
    found: dict[str, Any] = {name: arrays[name] for name in _LINKED}
    return Links(
        read_patterns(Path(folder) / "patterns"), Maps(arrays["maps"], facts["shows"]), space,
        BrainNetworks(arrays["networks"], tuple(facts["networks"])), **found,
        recipe=MatchRecipe(**facts["recipe"]), method=facts["method"],
    )  # fmt: skip
