"""The balance of excitation and inhibition as one knob."""

from collections.abc import Sequence

import numpy as np

from surrobrain.checks import indices, positive
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.replaced import replaced, value_of

__all__ = ["INHIBITION", "scale_ei"]

INHIBITION: dict[str, str] = {
    "AdaptiveLinearNonlinear": "J_EI",  # largest inhibitory current into the excitatory cells
    "DynamicMeanField": "J_I",  # local feedback inhibition
    "JansenRit": "C4",  # contacts from inhibitory to pyramidal cells
    "LarterBreakspear": "a_ie",  # from inhibitory to excitatory cells
    "Wendling": "C4",  # contacts from slow inhibitory to pyramidal cells
    "WilsonCowan": "c_IE",  # from the inhibitory to the excitatory population
}


def scale_ei(network: Network, ratio: float, *, regions: Sequence[str | int] = ()) -> Network:
    """Return the network with its ratio of excitation to inhibition multiplied.

    Parameters
    ----------
    network : Network
        Of a node with an inhibitory population; ``INHIBITION`` lists which parameter of which node
        is the strength with which inhibition reaches the excitatory cells.
    ratio : float
        Above 1 for more excitation: that parameter is divided by it.
    regions : sequence of str or int, optional
        Where; everywhere by default.

    Returns
    -------
    Network
        A changed copy.

    Raises
    ------
    ValueError
        The node has no such parameter, or its value would leave its range.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.JansenRit(), sb.examples.ring(3))
    >>> scale_ei(network, 1.25, regions=[0]).node.C4
    array([27.  , 33.75, 33.75])
    """
    kind = type(network.node).__name__
    if kind not in INHIBITION:
        raise ValueError(
            f"{kind} has no strength of inhibition of its own; choose one of "
            f"{', '.join(INHIBITION)}, or change another parameter"
        )
    name, factor = INHIBITION[kind], 1 / positive(ratio, "ratio")
    own = value_of(network, name)
    if not regions:
        return replaced(network, {name: own * factor})
    values = np.broadcast_to(np.asarray(own, float), network.n_regions).copy()
    values[indices(regions, network.regions)] *= factor
    return replaced(network, {name: values})
