"""A network as JSON values and arrays, and back: what is saved of it."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.catalog import load
from surrobrain.data.connectome import Connectome
from surrobrain.data.sparse_connectome import SparseConnectome
from surrobrain.mechanistic.populations import rebuilt

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["from_parts", "to_parts"]

_FOLDERS = {
    "node": "nodes", "observer": "observers", "coupling": "couplings", "noise": "noises",
}  # fmt: skip
_PLAIN = ("speed", "delays", "stepper", "dt", "settle", "dtype")


def to_parts(
    network: "Network",
) -> tuple[dict[str, Any], dict[str, Float[np.ndarray, "..."]]]:
    """Return JSON values and arrays from which ``from_parts`` makes a network's arguments."""
    config: dict[str, Any] = {name: getattr(network, name) for name in _PLAIN}
    arrays = network.connectome.to_arrays()
    config["names"] = list(network.regions)
    if np.ndim(network.receptivity):
        arrays["receptivity"] = np.asarray(network.receptivity)
    elif network.receptivity != 1:  # what was saved before it existed reads as it did
        config["receptivity"] = float(network.receptivity)
    pieces = {
        "node": network.node, "observer": network.observer,
        "coupling": network.coupling_form, "noise": network.noise_kind,
    }  # fmt: skip
    for part, piece in pieces.items():
        plain, own = _split(piece)
        config[part] = {"kind": type(piece).__name__, "fields": plain}
        if hasattr(piece, "kinds"):
            config[part]["populations"] = dict(piece.kinds)  # pyright: ignore
        arrays |= {f"{part}.{name}": value for name, value in own.items()}
    return config, arrays


def from_parts(
    config: Mapping[str, Any], arrays: Mapping[str, Float[np.ndarray, "..."]]
) -> dict[str, Any]:
    """Return the arguments of the network that ``to_parts`` took apart."""
    made: dict[str, Any] = {name: config[name] for name in _PLAIN}
    wired = SparseConnectome if "edges" in arrays else Connectome
    if "receptivity" in config or "receptivity" in arrays:
        made["receptivity"] = config.get("receptivity", arrays.get("receptivity"))
    made["connectome"] = wired.from_arrays(arrays, tuple(config["names"]))
    for part, folder in _FOLDERS.items():
        own = {
            name.removeprefix(f"{part}."): value
            for name, value in arrays.items()
            if name.startswith(f"{part}.")
        }
        values = _joined(config[part]["fields"], own)
        if "populations" in config[part]:
            made[part] = rebuilt(config[part]["populations"], values, names=config["names"])
            continue
        kind: Any = load(f"surrobrain.mechanistic.{folder}", config[part]["kind"])
        made[part] = kind(**values)
    return made


def _split(piece: Any) -> tuple[dict[str, Any], dict[str, Float[np.ndarray, "..."]]]:
    """Part the fields of a dataclass into JSON values and arrays; a dict goes one level deep."""
    plain, arrays = {}, {}
    for field in dataclasses.fields(piece):
        value = getattr(piece, field.name)
        entries = {field.name: value}
        if isinstance(value, Mapping):
            plain[field.name] = {}
            entries = {f"{field.name}.{key}": entry for key, entry in value.items()}
        for name, entry in entries.items():
            if isinstance(entry, np.ndarray) and entry.ndim:
                arrays[name] = entry
            elif "." in name:
                plain[field.name][name.partition(".")[2]] = _number(entry)
            else:
                plain[name] = _number(entry)
    return plain, arrays


def _joined(plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Undo ``_split``."""
    fields = {name: dict(v) if isinstance(v, Mapping) else v for name, v in plain.items()}
    for name, value in arrays.items():
        field, _, key = name.partition(".")
        if key:
            fields[field][key] = value
        else:
            fields[field] = value
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}


def _number(value: Any) -> Any:
    """Return NumPy numbers as Python's, and tuples as lists, which JSON knows."""
    if isinstance(value, tuple):
        return [_number(entry) for entry in value]
    return value.item() if isinstance(value, np.generic | np.ndarray) else value
