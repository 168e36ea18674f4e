"""How alike two sets of RDMs are."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.rsa.kendall import tau_a
from surrobrain.rsa.matching import matched
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.units import METHODS, Method, unit, units

__all__ = ["compare", "products", "similarities"]

_BLOCK = 2**14  # pairs of conditions that are multiplied at once


def compare(
    first: RDMs,
    second: RDMs,
    *,
    method: Method = "spearman",
    covariance: Float[np.ndarray, "n n"] | None = None,
) -> Float[np.ndarray, "*scores"]:
    """Compare RDMs, conditions matched by name.

    Parameters
    ----------
    first, second : RDMs
        Two movies of the same times are compared time by time, anything else all with all. (All
        times of one movie with all of another: `surrobrain.rsa.generalization`.)
    method : str
        ``"pearson"``; ``"spearman"``; ``"kendall"`` (tau-a) and ``"rho_a"``, its quick relative,
        which do not favor models with ties; ``"cosine"`` for distances with a true zero, such as
        crossnobis; ``"whitened_pearson"`` and ``"whitened_cosine"``, which know that pairs with a
        common condition err together.
    covariance : array, shape (n_conditions, n_conditions), optional
        For the whitened methods, how the noise of conditions covaries (conditions in the order of
        ``first``); by default independent and alike.

    Returns
    -------
    array, shape (n_times,) for two movies, else (n_first, n_second)
        One is perfect.

    Raises
    ------
    ValueError
        Conditions or times differ, or an RDM is constant; the message names it.

    Notes
    -----
    Schütt et al. (2023), Statistical inference on representational geometries. eLife 12:e82566;
    see `surrobrain.rsa.units` and `surrobrain.rsa.pair_noise` for the equations.

    Examples
    --------
    >>> a = RDMs(np.array([[0.1, 0.9, 0.8]]), ["cat", "dog", "car"])
    >>> b = RDMs(np.array([[0.8, 0.7, 0.2]]), ["car", "dog", "cat"])
    >>> compare(a, b).round(6)
    array([[0.5]])
    """
    choice(method, METHODS, "method")
    second = matched(first, second)
    if first.times is None or second.times is None:
        return similarities(first, second, method=method, covariance=covariance)
    if len(first.times) != len(second.times) or not np.allclose(first.times, second.times):
        raise ValueError(
            f"two movies are compared time by time, but one has {_span(first.times)} and the other "
            f"{_span(second.times)}; cut both to the same times with .at"
        )
    scores = np.empty(first.n_rdms)
    for k, (x, y) in enumerate(zip(first.rows(), second.rows(), strict=True)):
        if method == "kendall":
            scores[k] = tau_a(x, y)
        else:
            a, b = (
                unit(row, method=method, covariance=covariance, name=rdms.label(k))
                for row, rdms in ((x, first), (y, second))
            )
            scores[k] = a @ b
    return scores


def similarities(
    first: RDMs,
    second: RDMs,
    *,
    method: Method,
    covariance: Float[np.ndarray, "n n"] | None = None,
) -> Float[np.ndarray, "first second"]:
    """Compare all with all; conditions must be in the same order already."""
    if method == "kendall":
        return np.array([[tau_a(x, y) for y in second.rows()] for x in first.rows()])
    a = units(first, method=method, covariance=covariance)
    b = a if second is first else units(second, method=method, covariance=covariance)
    return products(a, b)


def products(
    first: Float[np.ndarray, "first pairs"], second: Float[np.ndarray, "second pairs"]
) -> Float[np.ndarray, "first second"]:
    """Multiply all with all in pieces, so that what lies on disk is never in memory at once."""
    total = np.zeros((len(first), len(second)))
    for start in range(0, first.shape[1], _BLOCK):
        columns = slice(start, start + _BLOCK)
        total += first[:, columns] @ second[:, columns].T
    return total


def _span(times: np.ndarray) -> str:
    return f"{len(times)} times from {times[0]:g} to {times[-1]:g} s"
