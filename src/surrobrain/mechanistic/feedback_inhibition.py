"""Feedback inhibition control: inhibition that keeps every region at its resting rate."""

import dataclasses
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
from surrobrain.mechanistic.nodes.wong_wang import firing_rate
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["feedback_inhibition"]

_TARGET, _BAND = -0.026, 0.005  # nA of I_E - b_E / a_E, and how far from it is near enough


def feedback_inhibition(
    network: Network,
    *,
    method: Literal["analytic", "iterative"] = "analytic",
    duration: float = 10.0,
    max_iterations: int = 50,
    seed: int = 0,
) -> Network:
    """Return a network whose regions all rest near 3 Hz, whatever their long-range input.

    Parameters
    ----------
    network : Network
        Of ``DynamicMeanField`` regions, with additive coupling.
    method : {"analytic", "iterative"}
        Solve for the balance without noise [1]_, or simulate and adjust until it holds with
        the noise of the network [2]_.
    duration : float
        Seconds simulated per iteration.
    max_iterations : int
        Simulations at most.
    seed : int
        Decides their noise.

    Returns
    -------
    Network
        A copy with its own inhibitory weight J_I in every region.

    Raises
    ------
    TypeError
        The nodes have no such balance.
    ValueError
        Some region gets so much or so little excitation that no positive J_I balances it.
    NotConverged
        The simulations did not come near the target in every region.

    Notes
    -----
    Target: I_E - b_E / a_E = -0.026 nA in every region, a rate of 3.06 Hz. With the excitatory
    gating S_E of that rate in all regions, the inhibitory current solves
    ``I_I = W_I I_0 + J_N S_E - w_II tau_I H(I_I)`` (plus feed-forward input), and J_I is what is
    left of the excitatory current over S_I. The iteration moves every J_I by a Newton step on
    the mean current of the last simulation, near enough within 0.005 nA.

    References
    ----------
    .. [1] Demirtas et al. (2019), Hierarchical heterogeneity across human cortex shapes large-scale
       neural dynamics. Neuron 101:1181.
    .. [2] Deco et al. (2014), How local excitation-inhibition ratio impacts the whole brain
       dynamics. J Neurosci 34:7886.

    Examples
    --------
    >>> import surrobrain as sb
    >>> balanced = feedback_inhibition(sb.Network(DynamicMeanField(), sb.examples.ring(3)))
    >>> balanced.node.J_I.shape
    (3,)
    """
    choice(method, ("analytic", "iterative"), "method")
    if not isinstance(network.node, DynamicMeanField):
        raise TypeError(
            f"feedback inhibition balances DynamicMeanField regions, but "
            f"{type(network.node).__name__} arrived"
        )
    balanced, excess = _with(network, _analytic(network)), np.zeros(network.n_regions)
    if method == "analytic":
        return balanced
    for _ in range(max_iterations):
        excess, inhibition = _simulated(balanced, duration=duration, seed=seed)
        if (np.abs(excess - _TARGET) < _BAND).all():
            return balanced
        now: Any = balanced.node
        balanced = _with(network, now.J_I + (excess - _TARGET) / inhibition)
    worst = int(np.argmax(np.abs(excess - _TARGET)))
    raise NotConverged(
        f"after {max_iterations} simulations the current of region {network.regions[worst]} is "
        f"still {excess[worst] - _TARGET:g} nA from its target; simulate longer than "
        f"{duration:g} s, or with less noise or coupling"
    )


def _with(network: Network, J_I: Float[np.ndarray, "regions"]) -> Network:
    if not (J_I > 0).all():
        k = int(np.argmin(J_I))
        raise ValueError(
            f"no positive inhibition balances region {network.regions[k]}: J_I would be "
            f"{J_I[k]:g} nA; its excitation is too weak for the resting rate"
        )
    node: Any = network.node
    return dataclasses.replace(network, node=dataclasses.replace(node, J_I=J_I))


def _analytic(network: Network) -> Float[np.ndarray, "regions"]:
    """Return J_I of every region from the fixed point in which all are at the target."""
    n = network.n_regions
    values = {k: np.broadcast_to(v, n) for k, v in parameters(network.node).items()}
    p = SimpleNamespace(**values)
    current_E = _TARGET + p.b_E / p.a_E
    rate_E = firing_rate(np, p.a_E * current_E - p.b_E, p.d_E)
    S_E = p.tau_E * p.gamma * rate_E / (1 + p.tau_E * p.gamma * rate_E)
    targets, sources, weights, _ = network.connectome.edges()
    total = np.bincount(targets, weights * S_E[sources], n)
    row, form = network.connectome.row_sums, network.coupling_form
    tracts = p.J_N * form.receive(np, form.send(np, (total,), form), (S_E,), row, form)[0]
    base = p.W_I * p.I0 + p.J_N * S_E + p.feed_forward * tracts
    current_I, low, high = base, base - p.w_II * p.tau_I * (np.abs(p.a_I * base) + 1e3), base
    for _ in range(200):  # bisection: the current falls as the inhibition it causes grows
        current_I = (low + high) / 2
        rate_I = firing_rate(np, p.a_I * current_I - p.b_I, p.d_I)
        above = current_I - base + p.w_II * p.tau_I * rate_I > 0
        low, high = np.where(above, low, current_I), np.where(above, current_I, high)
    S_I = p.tau_I * firing_rate(np, p.a_I * current_I - p.b_I, p.d_I)
    return (p.W_E * p.I0 + p.w_plus * p.J_N * S_E + tracts - current_E) / S_I


def _simulated(
    network: Network, *, duration: float, seed: int
) -> tuple[Float[np.ndarray, "regions"], Float[np.ndarray, "regions"]]:
    """Return the mean of I_E - b_E / a_E, and the mean of S_I, over a simulation."""

    def seen(quantity: str) -> Float[np.ndarray, "regions"]:
        look = dataclasses.replace(network, observer=Identity(quantity=quantity))
        n_times = max(1, round(duration * look.sfreq))
        return look.run(n_times, seed=seed).values.mean(axis=0)

    p: Any = network.node
    n = network.n_regions
    S_E, S_I = seen("output"), seen("inhibition")
    targets, sources, weights, _ = network.connectome.edges()
    total = np.bincount(targets, weights * S_E[sources], n)
    form = network.coupling_form
    tracts = form.receive(np, (total,), (S_E,), network.connectome.row_sums, form)[0]
    current = p.W_E * p.I0 + p.w_plus * p.J_N * S_E + p.J_N * tracts - p.J_I * S_I
    return current - p.b_E / p.a_E, S_I
