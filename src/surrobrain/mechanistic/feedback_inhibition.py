"""Feedback inhibition control: inhibition that keeps every region at its resting rate."""

import dataclasses
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.couplings.additive import Additive
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
from surrobrain.mechanistic.nodes.wong_wang import firing_rate
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["excitation_at", "feedback_inhibition", "inhibitory_current"]

_BAND = 0.005  # nA around the target: what Deco et al. accept
_STEP = 0.03  # nA of error that one iteration answers to: the response is that near the target


def feedback_inhibition(
    network: Network,
    *,
    method: Literal["analytic", "iterative"] = "analytic",
    target: float = -0.026,
    duration: float = 30.0,
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
    target : float
        Excitatory current above threshold, I_E - b_E / a_E, in nA; -0.026 is a rate of 3.06 Hz.
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
        The nodes have no such balance, or the coupling is not additive.
    ValueError
        Some region gets so much or so little excitation that no positive J_I balances it.
    NotConverged
        The simulations did not come near the target in every region, or cannot, because the
        balance is not stable under this coupling.

    Notes
    -----
    With the excitatory gating S_E of the target in all regions, the inhibitory current solves
    ``I_I = W_I I_0 + J_N S_E - w_II tau_I H(I_I)`` (plus feed-forward input), and J_I is what is
    left of the excitatory current over S_I. The iteration moves J_I by Newton steps: the error
    of the mean currents, passed through the linear response of the whole network, until it is
    half of 0.005 nA, so that another draw of the noise stays within 0.005 nA. J_I balances
    each region's mean but adds to its loop: beyond some coupling the balance exists
    and is unstable, and only "iterative" tells.

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
    if not isinstance(network.coupling_form, Additive):
        raise TypeError(
            f"feedback inhibition balances additive coupling, but "
            f"{type(network.coupling_form).__name__} arrived; give the network a number G"
        )
    rest = _Rest.of(network, target)
    balanced, error = _with(network, rest.J_I), np.zeros(network.n_regions)
    if method == "analytic":
        return balanced
    for _ in range(max_iterations):
        excess, inhibition = _simulated(balanced, duration=duration, seed=seed)
        error = excess - target
        if (np.abs(error) < _BAND / 2).all():
            return balanced
        now: Any = balanced.node
        bounded = np.clip(error, -_STEP, _STEP)
        balanced = _with(network, now.J_I + rest.response(now.J_I) @ bounded / inhibition)
    worst = int(np.argmax(np.abs(error)))
    raise NotConverged(
        f"after {max_iterations} simulations the current of region {network.regions[worst]} is "
        f"still {error[worst]:g} nA from its target; simulate longer than {duration:g} s, or with "
        "less noise or coupling"
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


@dataclass(frozen=True, eq=False)
class _Rest:
    """The fixed point at which every region is at the target, and what it answers to a push.

    gain is dS_E / dI_E; relay is dS_I per input to I; excited is what reaches I_E, inhibited what
    reaches I_I, per S_E of every region.
    """

    J_I: Float[np.ndarray, "regions"]
    gain: Float[np.ndarray, "regions"]
    relay: Float[np.ndarray, "regions"]
    excited: Float[np.ndarray, "regions regions"]
    inhibited: Float[np.ndarray, "regions regions"]

    @classmethod
    def of(cls, network: Network, target: float) -> "_Rest":
        """Solve for the gatings at the target, and for the J_I that holds them there."""
        n = network.n_regions
        values = {k: np.broadcast_to(v, n) for k, v in parameters(network.node).items()}
        p = SimpleNamespace(**values)
        rate, slope = _rate(p.a_E * target, p.d_E)
        released = p.tau_E * p.gamma
        S_E = excitation_at(np, p, target)
        targets, sources, weights, _ = network.connectome.edges()
        tracts = np.zeros((n, n))
        np.add.at(tracts, (targets, sources), weights)
        form: Any = network.coupling_form
        tracts = (p.J_N * np.broadcast_to(form.strength, n))[:, None] * tracts
        excited = tracts + np.diag(p.w_plus * p.J_N)
        inhibited = p.feed_forward[:, None] * tracts + np.diag(p.J_N)
        base = p.W_I * p.I0 + inhibited @ S_E
        rate_I, slope_I = _rate(p.a_I * inhibitory_current(np, p, base) - p.b_I, p.d_I)
        relay = p.tau_I * p.a_I * slope_I
        J_I = (p.W_E * p.I0 + excited @ S_E - target - p.b_E / p.a_E) / (p.tau_I * rate_I)
        gain = released * p.a_E * slope / (1 + released * rate) ** 2
        return cls(J_I, gain, relay / (1 + p.w_II * relay), excited, inhibited)

    def response(self, J_I: Float[np.ndarray, "regions"]) -> Float[np.ndarray, "regions regions"]:
        """Return what has to be added to the currents from outside for a unit change of each.

        Raises
        ------
        NotConverged
            A change would grow by itself: the fixed point is unstable.
        """
        back = (self.excited - (J_I * self.relay)[:, None] * self.inhibited) * self.gain
        needed = np.eye(len(J_I)) - back
        if np.linalg.eigvals(needed).real.min() <= 0:
            raise NotConverged(
                "the balance of this network is unstable: tracts excite the regions together by "
                "more than their inhibition takes back; use weaker coupling"
            )
        return needed


def excitation_at(xp: Any, p: Any, target: float) -> Any:
    """Return the excitatory gating that belongs to a current above threshold, in nA."""
    opened = p.tau_E * p.gamma * firing_rate(xp, p.a_E * target, p.d_E)
    return opened / (1 + opened)


def inhibitory_current(xp: Any, p: Any, base: Any) -> Any:
    """Return I_I in nA: what reaches I from elsewhere, less the inhibition that it causes."""
    low, high = base - p.w_II * p.tau_I * (xp.abs(p.a_I * base) + 1e3), base
    for _ in range(200):  # bisection: the current falls as the inhibition it causes grows
        current = (low + high) / 2
        caused = p.w_II * p.tau_I * firing_rate(xp, p.a_I * current - p.b_I, p.d_I)
        above = current - base + caused > 0
        low, high = xp.where(above, low, current), xp.where(above, current, high)
    return low


def _rate(
    excess: Float[np.ndarray, "regions"], d: Float[np.ndarray, "regions"]
) -> tuple[Float[np.ndarray, "regions"], Float[np.ndarray, "regions"]]:
    """Return the firing rate, and its slope by the excess over threshold."""
    shift = 1e-4 / d
    ends = [firing_rate(np, excess + h, d) for h in (-shift, shift)]
    return firing_rate(np, excess, d), (ends[1] - ends[0]) / (2 * shift)


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
