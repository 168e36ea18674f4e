"""A network with other numbers in it, by the names under which its parameters are known."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from surrobrain.checks import choice
from surrobrain.mechanistic.node import parameters

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["check_name", "replaced", "value_of"]

_WHOLE = ("speed", "receptivity")  # numbers of the network itself


def replaced(network: "Network", values: Mapping[str, Any]) -> "Network":
    """Return a network with some of its numbers replaced.

    Parameters
    ----------
    network : Network
        What stays otherwise.
    values : mapping of str to float or array
        Parameters of the node by name; "coupling" (its strength), "noise" (its sigma), "speed",
        "receptivity"; "weights", shape (n_regions, n_regions), of the connections that exist; and
        numbers of the other parts by their path: "observer.efficacy", "coupling.midpoint",
        "noise.tau".

    Raises
    ------
    ValueError
        There is no such parameter, or a value is out of its range.
    """
    own: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {"coupling": {}, "noise": {}, "observer": {}}
    changes: dict[str, Any] = {}
    for name, value in values.items():
        check_name(network, name)
        part, _, inner = name.partition(".")
        plain = float(value) if np.ndim(value) == 0 else np.asarray(value)
        if inner:
            parts[part][inner] = plain
        elif name == "coupling":
            parts["coupling"]["strength"] = plain
        elif name == "noise":
            parts["noise"]["sigma"] = plain
        elif name in _WHOLE:
            changes[name] = plain
        elif name == "weights":
            weights = np.where(network.connectome.weights != 0, plain, 0.0)  # pyright: ignore
            changes["connectome"] = dataclasses.replace(network.connectome, weights=weights)
        else:
            own[name] = plain
    if own:
        changes["node"] = dataclasses.replace(network.node, **own)  # pyright: ignore
    forms = {"coupling": network.coupling_form, "noise": network.noise_kind}
    for part, inner in parts.items():
        if inner:
            old: Any = forms.get(part, network.observer)
            changes[part] = dataclasses.replace(old, **inner)
    return dataclasses.replace(network, **changes)


def value_of(network: "Network", name: str) -> Any:
    """Return the number or the regional numbers that a network has under a name."""
    check_name(network, name)
    part, _, inner = name.partition(".")
    if inner:
        return getattr(_parts(network)[part], inner)
    if name == "coupling":
        return network.coupling_form.strength
    if name == "noise":
        return network.noise_kind.sigma
    if name in _WHOLE:
        return getattr(network, name)
    return network.connectome.weights if name == "weights" else getattr(network.node, name)


def check_name(network: "Network", name: str) -> None:
    """Refuse a name under which the network has no number.

    Raises
    ------
    ValueError
        The message lists what there is.
    """
    inner = [
        f"{part}.{field.name}"
        for part, owner in _parts(network).items()
        for field in dataclasses.fields(owner)
        if field.name not in ("strength", "sigma")
        and isinstance(getattr(owner, field.name), (int, float))
    ]
    own = (*parameters(network.node), "coupling", "noise", *_WHOLE, "weights", *inner)
    choice(name, own, "parameter")


def _parts(network: "Network") -> dict[str, Any]:
    return {
        "coupling": network.coupling_form,
        "noise": network.noise_kind,
        "observer": network.observer,
    }
