"""Which patterns of a language model follow which networks of the brain."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.llm_networks.brain_networks import BrainNetworks
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.group_encoding import GroupEncoding
from surrobrain.llm_networks.overlap import SCORES, agreements
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.llm_networks.spatial_nulls import NullMaps, null_maps
from surrobrain.llm_networks.voxel_encoding import Encoding
from surrobrain.llm_networks.voxel_maps import Maps
from surrobrain.progress import progress
from surrobrain.seeds import Seed
from surrobrain.statistics.false_discovery import false_discovery

__all__ = ["Links", "MatchRecipe", "match"]


@dataclass(frozen=True)
class MatchRecipe:
    """How maps are compared with networks.

    Parameters
    ----------
    score : {"correlation", "dice", "iou"}
        What is tested; a correlation by its size, as the sign of a pattern is arbitrary, but only
        where the map is stronger inside the network than elsewhere.
    assign : {"best", "hungarian"}
        The best network of every pattern, or one pattern per network at most.
    null : {"auto", "spin", "variogram"}
        Null maps of the same smoothness.
    n_null : int
        Per pattern.
    threshold : float
        Standard deviations over the brain beyond which a map is strong, for dice and iou.
    rate : float
        False discovery rate over all pairs.

    Examples
    --------
    >>> MatchRecipe(score="dice").rate
    0.05
    """

    score: str = "correlation"
    assign: str = "best"
    null: str = "auto"
    n_null: int = 1000
    threshold: float = 1.96
    rate: float = 0.05

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.score, SCORES, "score")
        choice(self.assign, ("best", "hungarian"), "assign")
        choice(self.null, ("auto", "spin", "variogram"), "null")


@dataclass(frozen=True, eq=False)
class Links:
    """Patterns beside networks.

    Parameters
    ----------
    patterns : Patterns
        Whose maps were matched.
    maps : Maps
        One per pattern.
    space : BrainSpace
        Where they lie.
    networks : BrainNetworks
        Templates.
    correlation, dice, iou : array, shape (n_patterns, n_networks)
        All three scores.
    p, q : array, shape (n_patterns, n_networks)
        Of the score that was tested, by null maps, and its false discovery rate over all pairs.
    null : array, shape (n_patterns, n_networks)
        95th percentile of the tested score under the null.
    network_of : array of int, shape (n_patterns,)
        Network to which each pattern was assigned; -1 for none.
    recipe : MatchRecipe
        How.
    method : str
        Null model that was used.
    """

    patterns: Patterns
    maps: Maps
    space: BrainSpace
    networks: BrainNetworks
    correlation: Float[np.ndarray, "patterns networks"]
    dice: Float[np.ndarray, "patterns networks"]
    iou: Float[np.ndarray, "patterns networks"]
    p: Float[np.ndarray, "patterns networks"]
    q: Float[np.ndarray, "patterns networks"]
    null: Float[np.ndarray, "patterns networks"]
    network_of: Int[np.ndarray, "patterns"]
    recipe: MatchRecipe
    method: str

    @property
    def score(self) -> Float[np.ndarray, "patterns networks"]:
        """Score that was tested."""
        return getattr(self, self.recipe.score)

    @property
    def finest_rate(self) -> float:
        """False discovery rate that a single pair can reach by so few null maps."""
        return min(1.0, self.p.size / (1 + self.recipe.n_null))

    @property
    def matched(self) -> list[tuple[int, int]]:
        """Pairs of pattern and network that were assigned and are discoveries."""
        pairs = enumerate(self.network_of.tolist())
        return [(k, j) for k, j in pairs if j >= 0 and self.q[k, j] <= self.recipe.rate]

    def patterns_of(self, network: str) -> list[int]:
        """Return the patterns that were matched with a network."""
        j = self.networks.names.index(choice(network, self.networks.names, "network"))
        return [k for k, other in self.matched if other == j]


def match(
    encoding: Encoding | GroupEncoding, networks: BrainNetworks, *,
    recipe: MatchRecipe | None = None, seed: Seed = 0,
) -> Links:  # fmt: skip
    """Compare the map of every pattern with every network, against maps that are as smooth.

    Parameters
    ----------
    encoding : Encoding or GroupEncoding
        With a map per pattern.
    networks : BrainNetworks
        Templates in the same places.
    recipe : MatchRecipe, optional
        Score, assignment, null model.
    seed : int or Generator
        Decides null maps.

    Returns
    -------
    Links

    Raises
    ------
    ValueError
        Networks and maps differ in their places, or these are unknown or too few.

    Notes
    -----
    ``p = (1 + b) / (1 + n)`` for b null maps of the pattern that agree with the network as well;
    Benjamini and Hochberg over all pairs. An overlap above 0.2, a habit of the field, is no test.
    A map says where a pattern adds to predictions that were not held out: read it beside the gain
    of the encoding.

    Examples
    --------
    >>> from surrobrain.llm_networks import Bold, BrainSpace, EncodeRecipe, Patterns, encode
    >>> from surrobrain.llm_networks import networks_from_labels
    >>> from surrobrain.llm_networks.neurons import Neurons
    >>> rng = np.random.default_rng(0)
    >>> courses, neurons = rng.normal(size=(150, 2)), Neurons(np.zeros(2, int), np.arange(2))
    >>> patterns = Patterns(courses, np.eye(2), 2.0, neurons, word_counts=rng.poisson(5, 150))
    >>> voxels = np.argwhere(np.ones((6, 6, 4)))
    >>> front = networks_from_labels(1 + (voxels[:, 1] > 2), ["back", "front"])
    >>> driven = np.roll(courses, 2, axis=0) @ front.maps + rng.normal(size=(150, 144))
    >>> bold = Bold(driven, 2.0, BrainSpace("volume", 144, 4.0 * voxels, voxels))
    >>> encoding = encode(patterns, bold, recipe=EncodeRecipe(n_draws=2, n_permutations=99))
    >>> match(encoding, front, recipe=MatchRecipe(n_null=199)).matched
    [(0, 0), (1, 1)]
    """
    recipe = recipe or MatchRecipe()
    values, space = encoding.maps.values, encoding.bold.space
    if networks.maps.shape[1] != values.shape[1]:
        raise ValueError(
            f"maps have {values.shape[1]} places, but networks {networks.maps.shape[1]}; read the "
            "networks with space=encoding.bold.space"
        )
    nulls = null_maps(values, space, n_null=recipe.n_null, method=recipe.null, seed=seed)
    scores = {
        name: agreements(values, networks.maps, score=name, threshold=recipe.threshold)
        for name in SCORES
    }
    p, limit = _tested(values, nulls, networks, recipe)
    q = false_discovery(p.ravel()).reshape(p.shape)
    assigned = _assigned(_sizes(values, networks, recipe), recipe.assign)
    return Links(
        encoding.patterns, encoding.maps, space, networks, scores["correlation"], scores["dice"],
        scores["iou"], p, q, limit, assigned, recipe, nulls.method,
    )  # fmt: skip


def _tested(
    values: np.ndarray, nulls: NullMaps, networks: BrainNetworks, recipe: MatchRecipe
) -> tuple[np.ndarray, np.ndarray]:
    """Return p values and the 95th percentile of the null, both per pattern and network."""
    found = _sizes(values, networks, recipe)
    p, limit = np.ones_like(found), np.zeros_like(found)
    with progress(len(found), label="null maps") as report:
        for k, own in enumerate(found):
            drawn = _sizes(nulls(k), networks, recipe)
            reached = (drawn >= own - 1e-12).sum(axis=0)
            p[k], limit[k] = (1 + reached) / (1 + len(drawn)), np.quantile(drawn, 0.95, axis=0)
            report(k + 1, "")
    return p, limit


def _sizes(maps: np.ndarray, networks: BrainNetworks, recipe: MatchRecipe) -> np.ndarray:
    """Return the size of the score, and 0 where a map is weaker inside a network than outside.

    Otherwise a network that a map leaves out would correlate with it, by the wrong sign.
    """
    size = np.abs(agreements(maps, networks.maps, score=recipe.score, threshold=recipe.threshold))
    if recipe.score != "correlation":
        return size
    away = np.abs(maps)  # of zero, which no map is centered to
    known = np.isfinite(away).astype(np.float64)
    away = np.nan_to_num(away)
    inside = networks.members.astype(np.float64)
    within = away @ inside.T / np.maximum(known @ inside.T, 1)
    middle = away.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.where(within > middle, size, 0.0)


def _assigned(size: np.ndarray, how: str) -> np.ndarray:
    if how == "best":
        return size.argmax(axis=1)
    from scipy.optimize import linear_sum_assignment

    found = np.full(len(size), -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(-size)
    found[rows] = columns
    return found
