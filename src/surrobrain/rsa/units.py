"""RDMs as vectors whose dot product is their similarity."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.files import scratch
from surrobrain.rsa.pair_noise import decorrelator
from surrobrain.rsa.ranks import average_ranks
from surrobrain.rsa.rdms import RDMs

__all__ = ["METHODS", "RANKED", "Method", "poolable", "room", "unit", "units"]

Method = Literal[
    "pearson", "spearman", "kendall", "rho_a", "cosine", "whitened_pearson", "whitened_cosine"
]
METHODS = frozenset(Method.__args__)  # pyright: ignore[reportAttributeAccessIssue]
RANKED = frozenset({"spearman", "kendall", "rho_a"})
_CENTERED = frozenset({"pearson", "spearman", "whitened_pearson", "rho_a"})
_IN_MEMORY = 2**25  # numbers; more are kept in single precision in a scratch file


def unit(
    row: Float[np.ndarray, "pairs"],
    *,
    method: Method,
    covariance: Float[np.ndarray, "n n"] | None = None,
    name: str = "",
) -> Float[np.ndarray, "pairs"]:
    """Return one RDM as the vector that a method compares by a dot product.

    Parameters
    ----------
    row : array, shape (n_pairs,)
        One RDM.
    method : str
        Any but "kendall", which is no dot product.
    covariance : array, shape (n_conditions, n_conditions), optional
        For the whitened methods; see `surrobrain.rsa.pair_noise.decorrelator`.
    name : str
        Of the RDM, for messages.

    Returns
    -------
    array, shape (n_pairs,)
        Of length one, except for rho_a with ties, where it is shorter.

    Raises
    ------
    ValueError
        All dissimilarities are the same, or zero for a cosine.

    Examples
    --------
    >>> bool(np.isclose(np.linalg.norm(unit(np.array([1.0, 5.0, 2.0]), method="spearman")), 1))
    True
    """
    vector = average_ranks(row) if method in RANKED else row.astype(np.float64)
    size = np.linalg.norm(vector)
    if method in _CENTERED:
        vector = vector - vector.mean()
    if method.startswith("whitened"):
        vector = decorrelator(covariance)(vector)
    length = np.linalg.norm(vector)
    if not length > 1e-12 * size:
        what = "the same for all pairs" if method in _CENTERED else "zero for all pairs"
        raise ValueError(
            f"RDM {name or 'given'} is {what}, so that {method} is not defined; leave it out"
        )
    if method == "rho_a":
        n = len(row)
        return vector * np.sqrt(12 / (n**3 - n))
    return vector / length


def units(
    rdms: RDMs, *, method: Method, covariance: Float[np.ndarray, "n n"] | None = None
) -> Float[np.ndarray, "rdms pairs"]:
    """Return every RDM as such a vector; many large ones lie in a scratch file on disk."""
    choice(method, METHODS - {"kendall"}, "method")
    out = room(rdms.values.shape)
    for k, row in enumerate(rdms.rows()):
        out[k] = unit(row, method=method, covariance=covariance, name=rdms.label(k))
    return out


def room(shape: tuple[int, int]) -> Float[np.ndarray, "rdms pairs"]:
    """Return an empty array in memory, or a large one in single precision in a scratch file."""
    return np.empty(shape) if shape[0] * shape[1] <= _IN_MEMORY else scratch(shape, np.float32)


def poolable(row: Float[np.ndarray, "pairs"], *, method: Method) -> Float[np.ndarray, "pairs"]:
    """Return an RDM in the form whose mean over persons fits the method best.

    Ranks for rank methods, zero mean and unit variance for Pearson correlations, unit length for
    cosines.
    """
    if method in RANKED:
        return average_ranks(row)
    return unit(row, method="pearson" if method.endswith("pearson") else "cosine")
