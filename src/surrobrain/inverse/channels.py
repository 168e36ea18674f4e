"""From regions to the channels of a lead field, in torch: gradients come back through it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.observers.lead_field import LeadField

__all__ = ["without_channels"]


def without_channels(network: Network) -> tuple[Network, Callable[[Any], Any]]:
    """Return a network seen at its regions, and what its channels see of their samples.

    Parameters
    ----------
    network : Network
        Any; one that is not seen through a `LeadField` is returned as it is.

    Returns
    -------
    network : Network
        The same, seen at its regions.
    seen : callable
        Tensor of shape (n_times, n_regions) -> tensor of shape (n_times, n_channels).
    """
    observer = network.observer
    if not isinstance(observer, LeadField):
        return network, lambda samples: samples
    at_regions = Identity(observer.sfreq, quantity=observer.quantity)
    gain = observer.gain
    if observer.reference == "average":
        gain = gain - gain.mean(axis=0)

    def seen(samples: Any) -> Any:
        return samples @ samples.new_tensor(gain.T)

    return dataclasses.replace(network, observer=at_regions), seen
