"""Reducing the neurons of a language model to a few time courses."""

import itertools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, finite, whole
from surrobrain.lazy import need
from surrobrain.linear.dictionary import solve_dictionary
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.llm_networks.patterns import Patterns
from surrobrain.seeds import Seed, generator

__all__ = ["METHODS", "find_patterns", "unit_responses"]

_COLUMNS = 4096  # neurons that are standardized together
_CONSTANT = 1e-8

Learned = tuple[np.ndarray, np.ndarray, dict[str, float | int | str]]


def find_patterns(
    neurons: Responses, n_patterns: int = 64, *, method: str = "dictionary", sparsity: float = 0.1,
    seed: Seed = 0,
) -> Patterns:  # fmt: skip
    """Find a few time courses whose sums are the responses of all neurons.

    Parameters
    ----------
    neurons : Responses
        Of one or several runs.
    n_patterns : int, default 64
        Time courses.
    method : {"dictionary", "ica", "kmeans"}
        Sparse dictionary learning; independent component analysis of the neurons (spatial: codes
        are independent); or k-means, where every neuron belongs to one time course. The last two
        need scikit-learn.
    sparsity : float, default 0.1
        Of the dictionary: weight of absolute codes, for responses of norm 1.
    seed : int or Generator
        Where learning begins.

    Returns
    -------
    Patterns
        With a row for every volume. From the trimmed ones nothing is learned: there, time courses
        are what fits the responses best, given the codes.

    Raises
    ------
    ValueError
        A neuron is constant; there are more patterns than neurons or, for ICA, than volumes.
    MissingDependency
        scikit-learn is not installed.

    Notes
    -----
    Every neuron is centered and scaled to norm 1 over the untrimmed volumes of all runs (centered
    in each). Dictionary: `solve_dictionary`. ICA: FastICA with a cubic contrast, at most 300
    iterations, tolerance 1e-4. The sign of a pattern makes its strong codes positive on the whole.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 300))
    >>> patterns = find_patterns(Responses(values, tr=2.0), 4, sparsity=0.02)
    >>> patterns.time_courses.shape, patterns.facts["relative_error"] < 0.05
    ((60, 4), True)
    """
    choice(method, METHODS, "method")
    whole(n_patterns, "n_patterns", low=1)
    x = unit_responses(neurons)
    kept = neurons.kept
    inside = np.ascontiguousarray(x[kept])
    _refuse_many(n_patterns, inside, method)
    if method == "dictionary":
        learned = _dictionary(inside, n_patterns, sparsity, seed)
    else:
        learned = METHODS[method](inside, n_patterns, seed)
    courses, codes, facts = _signed(learned)
    whole_courses = np.zeros((len(x), n_patterns), dtype=np.float32)
    whole_courses[kept] = courses
    whole_courses[~kept] = _extended(x[~kept], codes)
    told: dict[str, float | int | str] = {"method": method, "n_patterns": n_patterns, **facts}
    if isinstance(seed, int | np.integer):
        told["seed"] = int(seed)
    return Patterns(
        whole_courses, codes, tr=neurons.tr, neurons=neurons.neurons, method=method,
        word_counts=neurons.word_counts, runs=neurons.runs, trim=neurons.trim, facts=told,
    )  # fmt: skip


def unit_responses(neurons: Responses) -> Float[np.ndarray, "times neurons"]:
    """Return responses that are centered in every run and have norm 1, by untrimmed volumes.

    Parameters
    ----------
    neurons : Responses

    Returns
    -------
    array, shape (n_times, n_neurons)
        In float32, with the trimmed volumes, which are scaled alike.

    Raises
    ------
    ValueError
        A neuron is constant, or not finite.
    """
    kept, bounds = neurons.kept, np.cumsum([0, *neurons.runs])
    found = np.empty(neurons.values.shape, dtype=np.float32)
    for k in range(0, neurons.n_neurons, _COLUMNS):
        some = slice(k, k + _COLUMNS)
        x = finite(np.array(neurons.values[:, some], dtype=np.float64), "responses")
        for first, last in itertools.pairwise(bounds):
            x[first:last] -= x[first:last][kept[first:last]].mean(axis=0)
        norm = np.linalg.norm(x[kept], axis=0)
        constant = np.flatnonzero(norm < _CONSTANT * np.sqrt(kept.sum()))
        if len(constant):
            name = neurons.neurons.pick(constant[:1] + k).named()[0]
            raise ValueError(
                f"the neuron {name} is constant over the untrimmed volumes; leave such neurons "
                "out with neurons.pick(...)"
            )
        found[:, some] = x / norm
    return found


def _refuse_many(n_patterns: int, inside: np.ndarray, method: str) -> None:
    n_times, n_neurons = inside.shape
    most = min(n_times, n_neurons) if method == "ica" else n_neurons
    if n_patterns > most:
        raise ValueError(
            f"{n_times} untrimmed volumes of {n_neurons} neurons do not decide {n_patterns} "
            f"patterns by {method}; ask for {most} or fewer"
        )


def _dictionary(x: np.ndarray, n_patterns: int, sparsity: float, seed: Seed) -> Learned:
    found = solve_dictionary(x, n_atoms=n_patterns, sparsity=sparsity, seed=seed)
    facts: dict[str, float | int | str] = {
        "sparsity": sparsity,
        "objective": found.objective,
        "relative_error": found.relative_error,
        "codes_per_neuron": float((found.codes != 0).sum(axis=0).mean()),
        "patterns_in_use": int((found.codes != 0).any(axis=1).sum()),
        "rounds": found.n_rounds,
    }
    return found.atoms, found.codes, facts


def _ica(x: np.ndarray, n_patterns: int, seed: Seed) -> Learned:
    need("sklearn", extra="networks")
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    ica = FastICA(
        n_patterns, fun="cube", max_iter=300, tol=1e-4, whiten="unit-variance",
        random_state=_number(seed),
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:  # told as a fact instead
        warnings.simplefilter("always", ConvergenceWarning)
        sources: Any = ica.fit_transform(x.T)
    stuck = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    courses: Any = ica.mixing_
    codes = sources.T
    facts = {"converged": int(not stuck), **_error(x, courses, codes)}
    return courses, codes, facts


def _kmeans(x: np.ndarray, n_patterns: int, seed: Seed) -> Learned:
    need("sklearn", extra="networks")
    from sklearn.cluster import KMeans

    given: dict[str, Any] = {"n_init": 4, "random_state": _number(seed)}
    found = KMeans(n_patterns, **given).fit(x.T)
    centers: Any = found.cluster_centers_
    courses = centers.T / np.maximum(np.linalg.norm(centers, axis=1), 1e-12)
    codes = np.zeros((n_patterns, x.shape[1]), dtype=np.float32)
    each = np.arange(x.shape[1])
    codes[found.labels_, each] = (x * courses[:, found.labels_]).sum(axis=0)
    return courses, codes, _error(x, courses, codes)


METHODS: Mapping[str, Callable[..., Learned]] = {
    "dictionary": _dictionary, "ica": _ica, "kmeans": _kmeans,
}  # fmt: skip


def _error(x: np.ndarray, courses: np.ndarray, codes: np.ndarray) -> dict[str, float | int | str]:
    left = np.square(x - courses @ codes).sum(dtype=np.float64)
    return {"relative_error": float(left / np.square(x).sum(dtype=np.float64))}


def _number(seed: Seed) -> int:
    return int(generator(seed).integers(2**31))


def _signed(learned: Learned) -> Learned:
    """Give time courses norm 1, and the sign that makes their strong codes positive."""
    courses, codes, facts = learned
    norm = np.maximum(np.linalg.norm(courses, axis=0), 1e-12)
    scale = norm * np.where((codes * np.abs(codes)).sum(axis=1) < 0, -1, 1)
    courses, codes = courses / scale, codes * scale[:, None]
    return courses.astype(np.float32), codes.astype(np.float32), facts


def _extended(x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the time courses of volumes that took no part, by least squares given the codes."""
    c = codes.astype(np.float64)
    gram = c @ c.T
    small = 1e-6 * float(np.trace(gram)) / len(gram) + 1e-12
    return np.linalg.solve(gram + small * np.eye(len(gram)), c @ x.T).T
