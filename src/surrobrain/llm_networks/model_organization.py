"""How a model's patterns are organized: diverse, consistent, compact."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from surrobrain.llm_networks.group_encoding import GroupEncoding
from surrobrain.llm_networks.network_matching import Links
from surrobrain.llm_networks.pattern_choice import matched_similarity
from surrobrain.llm_networks.patterns import Patterns

__all__ = ["ModelComparison", "Organization", "gini", "organization"]


@dataclass(frozen=True, eq=False)
class Organization:
    """Numbers of one model, comparable among models with equally many patterns.

    Parameters
    ----------
    model : str
        What the model is called.
    n_neurons, n_layers, n_patterns : int
        What was described, and by how much. Patterns that are silent do not count.
    effective_rank : float
        exp of the entropy of the eigenvalues of the patterns' correlations, between 1 and
        n_patterns.
    diversity : float
        Mean of 1 - |r| over pairs of patterns.
    consistency : dict of str to float
        Per network, mean correlation of the maps of its patterns, each with the sign of its
        correlation with the network; NaN for fewer than two.
    gini : float
        Mean over patterns of the Gini coefficient of |codes| over neurons: 0 spread evenly, 1 in
        one neuron.
    layer_entropy : float
        Mean over patterns of the entropy of their weight over layers, over its largest: 0 in one
        layer, 1 spread evenly.
    n_matched : int
        Patterns that follow a network.
    n_networks : int
        Networks that some pattern follows.
    across_subjects : float
        Mean over people and patterns of the correlation of a map with that of the others; NaN
        without people.
    across_seeds : float
        Mean |r| of best-matched patterns of another seed; NaN without another seed.
    """

    model: str
    n_neurons: int
    n_layers: int
    n_patterns: int
    effective_rank: float
    diversity: float
    consistency: dict[str, float]
    gini: float
    layer_entropy: float
    n_matched: int
    n_networks: int
    across_subjects: float = field(default=float("nan"))
    across_seeds: float = field(default=float("nan"))


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """Models side by side, in the order of their size.

    Parameters
    ----------
    models : tuple of Organization
        At least two, with patterns of one number and one story.
    """

    models: tuple[Organization, ...]

    def __post_init__(self) -> None:  # noqa: D105
        if len(self.models) < 2:
            raise ValueError(f"{len(self.models)} model arrived; two are needed to compare them")
        ordered = tuple(sorted(self.models, key=lambda m: m.n_neurons))
        object.__setattr__(self, "models", ordered)


def organization(
    links: Links, *, people: GroupEncoding | None = None, other_seeds: Sequence[Patterns] = ()
) -> Organization:
    """Measure diversity, consistency and compactness of the patterns of a model.

    Parameters
    ----------
    links : Links
        From `match`.
    people : GroupEncoding, optional
        For the consistency across people.
    other_seeds : sequence of Patterns
        Of the same responses, for the consistency across seeds.

    Returns
    -------
    Organization

    Notes
    -----
    The formulas are proposals of this package. With the eigenvalues l of the correlation matrix of
    K patterns and p = l / sum(l), the effective rank is ``exp(-sum p log p)``. The Gini coefficient
    of sorted sizes c_1 <= ... <= c_N is ``2 sum_i i c_i / (N sum c) - (N + 1) / N``.

    Examples
    --------
    >>> from surrobrain.llm_networks.model_organization import gini
    >>> round(float(gini(np.array([[0.0, 0.0, 0.0, 1.0]]))[0]), 2)
    0.75
    """
    patterns = links.patterns
    used = np.abs(patterns.codes).sum(axis=1) > 0
    used &= patterns.time_courses.std(axis=0) > 1e-12
    if used.sum() < 2:
        raise ValueError(f"{int(used.sum())} patterns are in use; two are needed to compare them")
    r = np.corrcoef(patterns.time_courses[:, used].T)
    weights = patterns.layer_weights()[used]
    matched = links.matched
    seeds = [matched_similarity(patterns.time_courses, o.time_courses) for o in other_seeds]
    return Organization(
        patterns.model, patterns.n_neurons, len(np.unique(patterns.layers)), int(used.sum()),
        _effective_rank(r), float(1 - np.abs(r[np.triu_indices(len(r), 1)]).mean()),
        _consistency(links), float(gini(np.abs(patterns.codes[used]).astype(np.float64)).mean()),
        float(_relative_entropy(weights).mean()), len(matched), len({j for _, j in matched}),
        float("nan") if people is None else float(people.replication.mean()),
        float(np.mean(seeds)) if seeds else float("nan"),
    )  # fmt: skip


def gini(sizes: Float[np.ndarray, "rows values"]) -> Float[np.ndarray, "rows"]:
    """Return the Gini coefficient of every row of sizes, none below 0; 0 for rows of zeros."""
    n = sizes.shape[1]
    total = sizes.sum(axis=1)
    ranked = (np.sort(sizes, axis=1) * np.arange(1, n + 1)).sum(axis=1)
    return np.where(total > 0, 2 * ranked / (n * np.where(total > 0, total, 1)) - (n + 1) / n, 0.0)


def _effective_rank(r: np.ndarray) -> float:
    values = np.maximum(np.linalg.eigvalsh(r), 0)
    share = values / values.sum()
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def _relative_entropy(shares: np.ndarray) -> np.ndarray:
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return -(shares * logs).sum(axis=1) / max(np.log(shares.shape[1]), 1e-300)


def _consistency(links: Links) -> dict[str, float]:
    found = {}
    for j, name in enumerate(links.networks.names):
        mine = [k for k, other in links.matched if other == j]
        if len(mine) < 2:
            found[name] = float("nan")
            continue
        signs = np.sign(links.correlation[mine, j])[:, None]
        r = np.corrcoef(links.maps.values[mine] * signs)
        found[name] = float(r[np.triu_indices(len(mine), 1)].mean())
    return found
