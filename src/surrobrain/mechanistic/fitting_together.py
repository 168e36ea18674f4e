"""What does not go together in a network, said before any time is spent."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite
from surrobrain.data.connectome import Connectome
from surrobrain.data.sparse_connectome import SparseConnectome
from surrobrain.mechanistic.node import Node, Value, pathways

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["checked_inputs", "checked_receptivity", "refuse_forbidden", "refuse_short_delays"]


def refuse_forbidden(node: Node, connectome: Connectome | SparseConnectome) -> None:
    """Refuse weights that the node's equations do not allow, naming the first pair."""
    if not node.forbids:
        return
    targets, sources, weights, _ = connectome.edges()
    there = targets * connectome.n_regions + sources
    back = sources * connectome.n_regions + targets
    at = np.searchsorted(there, back).clip(max=max(0, len(there) - 1))
    reverse = np.where(there[at] == back, weights[at], 0.0) if len(there) else weights
    bad = {
        "negative": weights < 0,
        "asymmetric": ~np.isclose(weights, reverse, rtol=1e-6, atol=0.0),
    }
    for kind in sorted(node.forbids):
        if bad[kind].any():
            k = int(np.argmax(bad[kind]))
            source, target = connectome.names[sources[k]], connectome.names[targets[k]]
            raise ValueError(
                f"{type(node).__name__} does not allow {kind} weights, but {weights[k]:g} "
                f"arrived from {source} to {target}"
                + (f" against {reverse[k]:g} back" if kind == "asymmetric" else "")
                + "; change the connectome, or choose a node that allows them"
            )


def refuse_short_delays(network: "Network") -> None:
    """Refuse delays within a step: a stage cannot hear what is sent later in the same step."""
    for wiring in network.wirings if network.reach else ():
        short = wiring.steps < 1
        if short.any():
            k = int(np.argmax(short))
            source, target = (network.regions[x[k]] for x in (wiring.sources, wiring.targets))
            raise ValueError(
                f"the stepper {network.stepper!r} needs every delay to be at least one step of "
                f"{network.dt_seconds:g} s, but the connection from {source} to {target} has "
                f"{wiring.steps[k]} steps; use a smaller dt or stepper='euler', or remove it "
                "(connectome.without_self() removes those of regions with themselves)"
            )


def checked_inputs(
    network: "Network", inputs: np.ndarray, n_times: int
) -> Float[np.ndarray, "rows regions channels"]:
    """Return the drive as it is received, with its axis of channels, or say what does not fit.

    Raises
    ------
    ValueError
        The inputs do not fit the samples, the regions or the steps.
    """
    n_drives = sum(way == "tracts" for way in pathways(network.node, network.n_channels))
    per_sample, rest = divmod(len(inputs), max(n_times, 1))
    good = inputs.ndim in (2, 3) and inputs.shape[1] == network.n_regions and not rest
    if inputs.ndim == 3:
        good = good and inputs.shape[2] <= n_drives
    if not good or (n_times and not per_sample):
        raise ValueError(
            f"inputs must have shape {(n_times, network.n_regions)}, or k rows per sample, and "
            f"may have a third axis of up to {n_drives} channels, but {inputs.shape} arrived"
        )
    if n_times and network.steps_per_sample % per_sample:
        raise ValueError(
            f"{per_sample} rows of input per sample arrived, but a sample has "
            f"{network.steps_per_sample} steps; use a number that divides them"
        )
    whole = inputs if inputs.ndim == 3 else inputs[:, :, None]
    return whole * np.reshape(network.receptivity, (1, -1, 1))


def checked_receptivity(receptivity: Value, n_regions: int) -> None:
    """Refuse a receptivity that is neither one number nor one per region.

    Raises
    ------
    ValueError
        The message says what arrived.
    """
    given = finite(np.asarray(receptivity, dtype=np.float64), "receptivity")
    if given.shape not in ((), (n_regions,)):
        raise ValueError(
            f"receptivity must be one number, or one for each of {n_regions} regions, but shape "
            f"{given.shape} arrived"
        )
