"""Whether models score above zero in the population that persons were drawn from."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.rsa.model_scores import ModelScores
from surrobrain.rsa.significance import Correction, Significance, judged
from surrobrain.seeds import Seed, generator

__all__ = ["sign_flip_test"]


def sign_flip_test(
    scores: ModelScores,
    *,
    correction: Correction = "max",
    n_draws: int = 4999,
    seed: Seed = 0,
) -> Significance:
    """Test whether models score above zero in the population persons were drawn from.

    Parameters
    ----------
    scores : ModelScores
        Of several persons, by a method whose chance level is zero (no cosine).
    correction : {"max", "cluster"}
        Of p over models and times: by the largest value, or by the mass of runs of times.
    n_draws : int
        Random sign flips; all of them when there are no more.
    seed : int or Generator
        Decides the flips.

    Returns
    -------
    Significance
        The statistic is Student's t over persons.

    Raises
    ------
    NotEnough
        There are fewer than 5 persons, with whom no p below 0.05 is possible.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal([0.0, 0.3], 0.1, size=(12, 1, 2))
    >>> persons = tuple("abcdefghijkl")
    >>> scores = ModelScores(values, ("cnn",), persons, "spearman", None, np.array([0.0, 0.1]))
    >>> sign_flip_test(scores).significant
    array([[False,  True]])
    """
    n = len(scores.persons)
    if n < 5:
        raise NotEnough(
            f"{n} persons have {2**n} sign flips, too few for p < 0.05; 5 are needed, or test "
            "against shuffled conditions with rsa.permutation_test"
        )
    _refuse_cosine(scores.method)
    values = scores.values.reshape(n, len(scores.models), -1)
    if 2**n <= n_draws + 1:  # all flips but the identity, which counts as the observation itself
        codes = np.arange(1, 2**n)
        signs = 1.0 - 2.0 * (codes[:, None] >> np.arange(n) & 1)
    else:
        signs = generator(seed).choice([-1.0, 1.0], size=(whole(n_draws, "n_draws", low=1), n))
    observed = _student(values.mean(axis=0), values)
    null = _student(np.einsum("dn,nmt->dmt", signs, values) / n, values)
    return judged(
        observed, null, correction=correction, statistic="t",
        models=scores.models, times=scores.times,
    )  # fmt: skip


def _student(
    mean: Float[np.ndarray, "*draws models times"], values: Float[np.ndarray, "n models times"]
) -> Float[np.ndarray, "*draws models times"]:
    """T value of a mean of flipped values: their squares do not change when signs do."""
    n = len(values)
    variance = np.maximum((values**2).mean(axis=0) - mean**2, 1e-12) * n / (n - 1)
    return mean / np.sqrt(variance / n)


def _refuse_cosine(method: str) -> None:
    if method.endswith("cosine"):
        raise ValueError(
            f"a {method} of unrelated RDMs is not zero, so that signs cannot be flipped; use a "
            "correlation, or rsa.permutation_test"
        )
