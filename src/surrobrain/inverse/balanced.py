"""Inhibition that follows from the other unknowns, so that every region rests at its rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from surrobrain.mechanistic.feedback_inhibition import (
    excitation_at,
    feedback_inhibition,
    inhibitory_current,
)
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.nodes.wong_wang import firing_rate

__all__ = ["Balanced", "balanced"]


@dataclass(frozen=True, eq=False)
class Balanced:
    """The J_I that holds all regions at the target, whatever the other parameters are.

    Parameters
    ----------
    network : Network
        Where parameters that are not unknown are read.
    target : float
        Excitatory current above threshold in nA.
    """

    network: Network
    target: float

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return nothing: it has no coordinate of its own."""
        return ()

    def natural(self, u: Any, /) -> Any:
        """Return nothing."""
        return u

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return J_I, shape (..., n_regions), NaN where none that is positive balances a region."""
        import torch

        from surrobrain.mechanistic.torch_lanes import functions, place_of

        xp = functions(place_of("cpu", "float64"))
        p, tracts = self._spelled(found, natural.shape[:-1])
        S_E = excitation_at(xp, p, self.target)
        arriving = p.J_N * p.coupling * (S_E @ tracts.T)
        base = p.W_I * p.I0 + p.J_N * S_E + p.feed_forward * arriving
        with torch.no_grad():
            current = inhibitory_current(xp, p, base)
            slope = 1 + p.w_II * p.tau_I * p.a_I * _slope(xp, p.a_I * current - p.b_I, p.d_I)
        # a step of Newton's method from the solution: its gradient is that of the solution
        caused = p.w_II * p.tau_I * firing_rate(xp, p.a_I * current - p.b_I, p.d_I)
        current = current - (current - base + caused) / slope
        S_I = p.tau_I * firing_rate(xp, p.a_I * current - p.b_I, p.d_I)
        excess = p.W_E * p.I0 + p.w_plus * p.J_N * S_E + arriving - self.target - p.b_E / p.a_E
        return torch.where(excess > 0, excess / S_I, torch.nan)

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return nothing."""
        return value.new_zeros(0)

    def _spelled(self, found: Mapping[str, Any], lead: tuple[int, ...]) -> tuple[Any, Any]:
        """Return all parameters, shape (..., n_regions), and the weights."""
        import torch

        network, n = self.network, self.network.n_regions
        form: Any = network.coupling_form
        known = {**parameters(network.node), "coupling": form.strength}
        values = {
            name: torch.as_tensor(np.broadcast_to(np.asarray(value, float), (*lead, n)).copy())
            for name, value in known.items()
        }
        for name, value in found.items():
            regional = value[..., None] if value.ndim == len(lead) else value
            values[name] = regional.expand(*lead, n)
        targets, sources, weights, _ = network.connectome.edges()
        tracts = np.zeros((n, n))
        np.add.at(tracts, (targets, sources), weights)
        return SimpleNamespace(**values), torch.as_tensor(tracts)


def balanced(network: Network, *, target: float = -0.026) -> Balanced:
    """Let J_I follow from the other unknowns: what ``feedback_inhibition`` finds analytically.

    Unlike ``FreeNetwork(..., then=feedback_inhibition)`` it has a gradient, so that gradient
    searches and the linearization can be used.

    Parameters
    ----------
    network : Network
        The one that is to be fitted, of ``DynamicMeanField`` regions.
    target : float
        Excitatory current above threshold in nA.

    Returns
    -------
    Balanced
        What `FreeNetwork` takes for "J_I".

    Raises
    ------
    TypeError
        The nodes have no such balance, or the coupling is not additive.
    ValueError
        No positive inhibition balances the network as it is.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.inverse.free_network import FreeNetwork
    >>> from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
    >>> network = sb.Network(DynamicMeanField(), sb.examples.ring(3), noise=0.01)
    >>> strength = sb.priors.Uniform(0.5, 1.5)
    >>> free = FreeNetwork(network, {"coupling": strength, "J_I": balanced(network)})
    >>> free.names
    ('coupling',)
    """
    feedback_inhibition(network, target=target)
    return Balanced(network, target)


def _slope(xp: Any, excess: Any, d: Any) -> Any:
    """Return how the rate rises with the excess over threshold."""
    shift = 1e-4 / d
    ends = [firing_rate(xp, excess + h, d) for h in (-shift, shift)]
    return (ends[1] - ends[0]) / (2 * shift)
