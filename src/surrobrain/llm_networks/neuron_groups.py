"""Which neurons belong to a pattern, and in which layers they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import positive
from surrobrain.llm_networks.network_matching import Links
from surrobrain.llm_networks.patterns import Patterns

__all__ = [
    "NeuronGroup", "find_neuron_groups", "layer_enrichment", "network_neurons", "neuron_scores",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class NeuronGroup:
    """Neurons in which a pattern, or those of a network, are strong.

    Parameters
    ----------
    name : str
        Such as ``"pattern 3"`` or the name of a network.
    positive, negative : array of int
        Columns of the patterns' neurons with a strong code of either sign.
    layers : array of int, shape (n_layers,)
        Layers that the model has.
    counts : array of int, shape (n_layers,)
        Members in each.
    p : array, shape (n_layers,)
        Hypergeometric probability of so many or more members in a layer, were they drawn at random.
    """

    name: str
    positive: Int[np.ndarray, "_"]
    negative: Int[np.ndarray, "_"]
    layers: Int[np.ndarray, "layers"]
    counts: Int[np.ndarray, "layers"]
    p: Float[np.ndarray, "layers"]

    @property
    def members(self) -> Int[np.ndarray, "_"]:
        """Both halves, ascending."""
        return np.union1d(self.positive, self.negative)

    @property
    def profile(self) -> Float[np.ndarray, "layers"]:
        """Share of the members in each layer."""
        return self.counts / max(1, int(self.counts.sum()))


def find_neuron_groups(patterns: Patterns, *, threshold: float = 1.96) -> list[NeuronGroup]:
    """Return the neurons of every pattern.

    Parameters
    ----------
    patterns : Patterns
        With a code per pattern and neuron.
    threshold : float, default 1.96
        Standard deviations over neurons from the mean code; on both sides, as the sign of a pattern
        is arbitrary. A code of 0 never counts.

    Returns
    -------
    list of NeuronGroup
        One per pattern.

    Examples
    --------
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> codes = np.zeros((1, 40))
    >>> codes[0, :2] = 1.0, -1.0
    >>> neurons = Neurons(np.repeat([0, 1], 20), np.tile(np.arange(20), 2))
    >>> group = find_neuron_groups(Patterns(np.ones((5, 1)), codes, 2.0, neurons))[0]
    >>> group.members, group.counts
    (array([0, 1]), array([2, 0]))
    """
    positive(threshold, "threshold")
    found = []
    for k, code in enumerate(patterns.codes.astype(np.float64)):
        spread = code.std()
        z = (code - code.mean()) / (spread if spread > 0 else np.inf)
        strong = (np.abs(z) > threshold) & (code != 0)
        found.append(_group(f"pattern {k}", patterns, np.where(strong, np.sign(code), 0)))
    return found


def network_neurons(links: Links, *, threshold: float = 1.96) -> list[NeuronGroup]:
    """Return the neurons of every network: those of all patterns that were matched with it.

    Parameters
    ----------
    links : Links
        From `match`.
    threshold : float
        As for `find_neuron_groups`.

    Returns
    -------
    list of NeuronGroup
        One per network with a match. The sign of a neuron is that of its strongest code times the
        sign of the pattern's correlation with the network.
    """
    of_pattern = find_neuron_groups(links.patterns, threshold=threshold)
    found = []
    for j, name in enumerate(links.networks.names):
        mine = [k for k, other in links.matched if other == j]
        if not mine:
            continue
        signed = np.stack([
            _strong(of_pattern[k], links.patterns.codes[k]) * np.sign(links.correlation[k, j])
            for k in mine
        ])  # fmt: skip
        largest = np.abs(signed).argmax(axis=0)
        sign = np.sign(signed[largest, np.arange(signed.shape[1])])
        found.append(_group(name, links.patterns, sign))
    return found


def neuron_scores(links: Links) -> Float[np.ndarray, "networks neurons"]:
    """Return how much of what follows each network is in every neuron.

    Parameters
    ----------
    links : Links
        From `match`.

    Returns
    -------
    array, shape (n_networks, n_neurons)
        ``|sum_k r_kj d_k' D c_n|`` for the correlation r of the map of pattern k with network j,
        time courses d, and what the patterns reconstruct of a neuron, D c_n. All patterns count, so
        that no threshold decides; single groups come from `network_neurons`.
    """
    patterns = links.patterns
    kept = np.concatenate([
        np.arange(patterns.trim, n - patterns.trim) + first
        for n, first in zip(patterns.runs, np.cumsum([0, *patterns.runs[:-1]]), strict=True)
    ])  # fmt: skip
    courses = patterns.time_courses[kept].astype(np.float64)
    shared = (links.correlation.T @ courses.T) @ courses  # (network, pattern)
    return np.abs(shared @ patterns.codes.astype(np.float64))


def layer_enrichment(
    counts: Int[np.ndarray, "layers"], sizes: Int[np.ndarray, "layers"]
) -> Float[np.ndarray, "layers"]:
    """Return how likely so many or more members of a layer are, were all drawn at random.

    Parameters
    ----------
    counts : array of int, shape (n_layers,)
        Members of a group in each layer.
    sizes : array of int, shape (n_layers,)
        Neurons of each layer.

    Examples
    --------
    >>> layer_enrichment(np.array([2, 0]), np.array([2, 2])).round(3)
    array([0.167, 1.   ])
    """
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.sf(counts - 1, sizes.sum(), sizes, counts.sum()))


def _strong(group: NeuronGroup, code: np.ndarray) -> np.ndarray:
    kept = np.zeros(len(code))
    kept[group.members] = code[group.members]
    return kept


def _group(name: str, patterns: Patterns, sign: Sequence[float] | np.ndarray) -> NeuronGroup:
    layers, place = np.unique(patterns.layers, return_inverse=True)
    sign = np.asarray(sign)
    sizes = np.bincount(place, minlength=len(layers))
    counts = np.bincount(place[sign != 0], minlength=len(layers))
    return NeuronGroup(
        name, np.flatnonzero(sign > 0), np.flatnonzero(sign < 0), layers, counts,
        layer_enrichment(counts, sizes),
    )  # fmt: skip
