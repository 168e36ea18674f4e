"""Network profile: what each region is to the others, and how the whole holds together."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.analysis.controllability import (
    average_controllability,
    modal_controllability,
    normalized,
)
from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.checks import whole
from surrobrain.data.connectome import Connectome
from surrobrain.seeds import stream

__all__ = ["Profile", "network_profile"]

_SWEEPS = 100


@dataclass(frozen=True, eq=False)
class Profile:
    """A network region by region, and as a whole.

    Parameters
    ----------
    names : tuple of str
        Region names.
    in_strength, out_strength : array, shape (n_regions,)
        Sum of the sizes of the weights that a region receives, and that it sends.
    average_controllability, modal_controllability : array, shape (n_regions,)
        How far its input moves the network, and how well it steers modes that die out fast.
    participation : array, shape (n_regions,)
        How evenly its weights are spread over modules: 0 within one, towards 1 over many.
    module : array of int, shape (n_regions,)
        Module of each region, the largest module first.
    modularity : float
        Segregation: weight within modules beyond what chance would put there.
    efficiency : float
        Integration: mean inverse length of the shortest paths, with lengths that are the largest
        weight over the weight; 1 where all regions are joined by it.
    """

    names: tuple[str, ...]
    in_strength: Float[np.ndarray, "regions"]
    out_strength: Float[np.ndarray, "regions"]
    average_controllability: Float[np.ndarray, "regions"]
    modal_controllability: Float[np.ndarray, "regions"]
    participation: Float[np.ndarray, "regions"]
    module: Int[np.ndarray, "regions"]
    modularity: float
    efficiency: float

    def input_hubs(self, n: int = 5) -> tuple[str, ...]:
        """Return the regions on which the others act most."""
        return self._first(self.in_strength, n)

    def output_hubs(self, n: int = 5) -> tuple[str, ...]:
        """Return the regions that act most on the others."""
        return self._first(self.out_strength, n)

    def _first(self, strength: Float[np.ndarray, "regions"], n: int) -> tuple[str, ...]:
        order = np.argsort(-strength, kind="stable")
        return tuple(self.names[k] for k in order[: whole(n, "n", low=1)])


def network_profile(network: Connectome | EffectiveConnectivity, *, seed: int = 0) -> Profile:
    """Return the profile of a connectome, or of what a model has learned in its place.

    Parameters
    ----------
    network : Connectome or EffectiveConnectivity
        Weights from j to i; a region's own is left out. Strengths, paths and modules take the sizes
        of weights, controllability takes them as they are.
    seed : int
        Decides the order in which regions are tried for modules.

    Returns
    -------
    Profile

    Raises
    ------
    ValueError
        There is no connection.

    Notes
    -----
    Modules are those that local moves and merging find to have the largest modularity
    ``Q = sum_ij (W_ij / m - in_i out_j / m^2) [same module]`` [1]_ [2]_. Participation is
    ``1 - sum_m (k_im / k_i)^2`` over weights in both directions [3]_, efficiency as in [4]_.

    References
    ----------
    .. [1] Blondel, Guillaume, Lambiotte & Lefebvre (2008), Fast unfolding of communities in large
       networks. J Stat Mech P10008.
    .. [2] Leicht & Newman (2008), Community structure in directed networks. Phys Rev Lett
       100:118703.
    .. [3] Guimerà & Amaral (2005), Functional cartography of complex metabolic networks. Nature
       433:895.
    .. [4] Latora & Marchiori (2001), Efficient behavior of small-world networks. Phys Rev Lett
       87:198701.

    Examples
    --------
    >>> ring = Connectome(np.roll(np.eye(4), 1, axis=0) * [2.0, 1.0, 1.0, 1.0], names=list("ABCD"))
    >>> network_profile(ring).output_hubs(1)
    ('A',)
    """
    weights = np.asarray(network.weights, dtype=float) * (1 - np.eye(len(network.names)))
    sizes = np.abs(weights)
    if not sizes.any():
        raise ValueError("the network has no connection, so it has no profile; give weights")
    system = normalized(weights)
    module = _modules(sizes, seed)
    same = module[:, None] == module
    return Profile(
        tuple(network.names), sizes.sum(axis=1), sizes.sum(axis=0),
        average_controllability(system), modal_controllability(system),
        _participation(sizes, module), module, float((_gain(sizes) * same).sum()),
        _efficiency(sizes),
    )  # fmt: skip


def _gain(sizes: np.ndarray) -> Float[np.ndarray, "regions regions"]:
    """Return the share of weight between two regions beyond what chance would put there."""
    total = sizes.sum()
    return sizes / total - np.outer(sizes.sum(axis=1), sizes.sum(axis=0)) / total**2


def _modules(sizes: np.ndarray, seed: int) -> Int[np.ndarray, "regions"]:
    """Move regions to better modules, then modules as if they were regions, until none moves."""
    gain = _gain(sizes)
    gain, rng = (gain + gain.T) / 2, stream(seed, 13)
    module = np.arange(len(gain))
    while True:
        labels, inverse = np.unique(module, return_inverse=True)
        belongs = np.eye(len(labels))[inverse]
        merged = _moved(belongs.T @ gain @ belongs, rng)
        following = merged[inverse]
        if len(np.unique(following)) == len(labels):
            break
        module = following
    module = _moved(gain, rng, np.unique(module, return_inverse=True)[1])
    labels, inverse, counts = np.unique(module, return_inverse=True, return_counts=True)
    place = np.argsort(np.argsort(-counts, kind="stable"))
    return place[inverse]


def _moved(
    gain: np.ndarray, rng: np.random.Generator, module: np.ndarray | None = None
) -> np.ndarray:
    """Move one after the other to the module where it adds most, until none wants to."""
    n = len(gain)
    module = np.arange(n) if module is None else module.copy()
    for _ in range(_SWEEPS):
        moved = False
        for k in rng.permutation(n):
            own = gain[k].copy()
            own[k] = 0.0
            offers = np.bincount(module, weights=own, minlength=n)
            best = int(np.argmax(offers))
            if offers[best] > offers[module[k]] + 1e-12:
                module[k], moved = best, True
        if not moved:
            break
    return module


def _participation(sizes: np.ndarray, module: np.ndarray) -> Float[np.ndarray, "regions"]:
    both = sizes + sizes.T
    belongs = np.eye(int(module.max()) + 1)[module]
    degree = np.maximum(both.sum(axis=1, keepdims=True), 1e-300)
    shares = both @ belongs / degree
    return np.where(both.any(axis=1), 1 - np.square(shares).sum(axis=1), 0.0)


def _efficiency(sizes: np.ndarray) -> float:
    from scipy.sparse.csgraph import dijkstra

    n = len(sizes)
    if n < 2:
        return 0.0
    with np.errstate(divide="ignore"):
        lengths = np.where(sizes > 0, sizes.max() / sizes, 0.0)
    away = dijkstra(lengths.T) + np.diag(np.full(n, np.inf))
    return float((1 / away).sum() / (n * (n - 1)))
