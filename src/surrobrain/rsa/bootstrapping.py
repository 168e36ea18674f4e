"""How models would fare with other persons, other conditions, or both."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, whole
from surrobrain.errors import NotEnough
from surrobrain.rsa.condensed import positions
from surrobrain.rsa.group import gathered
from surrobrain.rsa.kendall import tau_a
from surrobrain.rsa.model_scores import ModelScores, evaluate
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.units import Method, unit
from surrobrain.seeds import Seed, generator
from surrobrain.statistics.false_discovery import false_discovery

__all__ = ["Bootstrap", "bootstrap"]

Over = Literal["both", "persons", "conditions"]


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Scores of models with their errors, and how they compare.

    Parameters
    ----------
    scores : array, shape (n_models,)
        Mean similarity over persons.
    covariance : array, shape (n_models, n_models)
        Of the errors of the scores, before any correction.
    error : array, shape (n_models,)
        Standard error of every score.
    low, high : array, shape (n_models,)
        95 % interval.
    p : array, shape (n_models,)
        One-sided, of a score above zero.
    difference_p : array, shape (n_models, n_models)
        Two-sided, of two models scoring differently; paired over the same resamples, adjusted for
        the false discovery rate over all pairs. NaN on the diagonal.
    models : tuple of str
        Their names.
    over : str
        What was resampled.
    n_draws : int
        How often.
    ceiling : tuple of float
        Lower and upper noise ceiling; NaN for one person.

    Examples
    --------
    >>> names = [f"image {k}" for k in range(12)]
    >>> rng = np.random.default_rng(0)
    >>> model = RDMs(rng.uniform(size=(1, 66)), names, ["cnn"])
    >>> persons = RDMs(model.values + 0.3 * rng.normal(size=(8, 66)), names)
    >>> found = bootstrap(model, persons, n_draws=100)
    >>> bool(found.low[0] < found.scores[0] < found.high[0])
    True
    """

    scores: Float[np.ndarray, "models"]
    covariance: Float[np.ndarray, "models models"]
    error: Float[np.ndarray, "models"]
    low: Float[np.ndarray, "models"]
    high: Float[np.ndarray, "models"]
    p: Float[np.ndarray, "models"]
    difference_p: Float[np.ndarray, "models models"]
    models: tuple[str, ...]
    over: Over
    n_draws: int
    ceiling: tuple[float, float]


def bootstrap(
    models: RDMs,
    persons: RDMs,
    *,
    method: Method = "spearman",
    over: Over = "both",
    n_draws: int = 1000,
    seed: Seed = 0,
) -> Bootstrap:
    """Estimate how sure scores are, and which models differ.

    Parameters
    ----------
    models : RDMs
        One row per model, which must not have been fitted to these persons.
    persons : RDMs
        One row per person.
    method : str
        As in `surrobrain.rsa.compare`.
    over : {"both", "persons", "conditions"}
        To what one wants to generalize: other persons, other conditions, or both at once.
    n_draws : int
        Resamples.
    seed : int or Generator
        Decides the resamples.

    Returns
    -------
    Bootstrap

    Raises
    ------
    NotEnough
        There are fewer than two persons (unless over conditions alone) or fewer than six
        conditions.

    Notes
    -----
    A condition drawn twice has no distance to itself: such pairs are left out. Resampling both
    factors counts the noise of the measurement three times; it is taken out as in [1]_, with m and
    n the numbers of persons and conditions:
    ``m/(m-1) v_m + n/(n-1) v_n - m n/((m-1)(n-1)) (v_mn - v_m - v_n)``, kept between the largest
    of the single variances and the uncorrected one. Intervals and tests are Student's, with
    min(m, n) - 1 degrees of freedom. With few conditions the error is too
    large rather than too small: in simulations about 1.5 times the true one with 12 to 30.

    References
    ----------
    .. [1] Schütt et al. (2023), Statistical inference on representational geometries. eLife
       12:e82566.

    Examples
    --------
    >>> names = [f"image {k}" for k in range(12)]
    >>> rng = np.random.default_rng(0)
    >>> model = RDMs(rng.uniform(size=(1, 66)), names, ["cnn"])
    >>> persons = RDMs(model.values + 0.3 * rng.normal(size=(8, 66)), names)
    >>> bool(bootstrap(model, persons, n_draws=100).p[0] < 0.01)
    True
    """
    choice(over, ("both", "persons", "conditions"), "resampling")
    group = gathered(persons, least=1 if over == "conditions" else 2, like=models)
    n, m = models.n_conditions, group.n_persons
    if n < 6 and over != "persons":
        raise NotEnough(f"{n} conditions are too few to be resampled; at least 6 are needed")
    overall = evaluate(models, persons, method=method)
    (rows,) = group.each_time()
    rng, drawn = generator(seed), np.empty((3, whole(n_draws, "n_draws", low=10), models.n_rdms))
    whose = rng.integers(m, size=(n_draws, m))
    for k in range(n_draws):
        each = overall.values
        drawn[0, k] = each[whose[k]].mean(axis=0)
        if over != "persons":
            each = _resampled(np.asarray(models.values), rows, rng.integers(n, size=n), method)
        drawn[1, k], drawn[2, k] = each.mean(axis=0), each[whose[k]].mean(axis=0)
    spreads = np.stack([np.cov(draws, rowvar=False).reshape(models.n_rdms, -1) for draws in drawn])
    variance = _differences(spreads)
    if over == "both":
        variance = _corrected(variance, m, n)
    else:
        size = m if over == "persons" else n
        variance = variance[0 if over == "persons" else 1] * size / (size - 1)
    freedom = {"both": min(m, n), "persons": m, "conditions": n}[over] - 1
    return _tested(overall, spreads[("persons", "conditions", "both").index(over)], variance,
                   freedom, over, n_draws)  # fmt: skip


def _differences(spreads: Float[np.ndarray, "3 models models"]) -> Float[np.ndarray, "3 k k"]:
    """Return the variance of every difference of two models, and of models on the diagonal."""
    own = np.diagonal(spreads, axis1=1, axis2=2)
    apart = own[:, :, None] + own[:, None] - 2 * spreads
    return np.where(np.eye(own.shape[1], dtype=bool), own[:, :, None], apart)


def _corrected(variance: Float[np.ndarray, "3 k k"], m: int, n: int) -> Float[np.ndarray, "k k"]:
    """Take out what resampling two factors counts too often."""
    persons, conditions, both = variance
    wide, tall = persons * m / (m - 1), conditions * n / (n - 1)
    factor = m * n / ((m - 1) * (n - 1))
    corrected = wide + tall - factor * (both - persons - conditions)
    return np.minimum(np.maximum(np.maximum(corrected, wide), tall), np.maximum(both, 0))


def _tested(
    overall: ModelScores,
    covariance: Float[np.ndarray, "k k"],
    variance: Float[np.ndarray, "k k"],
    freedom: int,
    over: Over,
    n_draws: int,
) -> Bootstrap:
    from scipy.special import stdtr, stdtrit

    error = np.sqrt(np.maximum(variance, 1e-24))
    scores, own = overall.mean, np.diagonal(error)
    margin = stdtrit(freedom, 0.975) * own
    apart = np.triu_indices(len(scores), 1)
    t = np.abs(scores[:, None] - scores[None])[apart] / error[apart]
    difference_p = np.full(error.shape, np.nan)
    difference_p[apart] = false_discovery(2 * stdtr(freedom, -t))
    difference_p.T[apart] = difference_p[apart]
    ends = overall.ceiling
    return Bootstrap(
        scores, covariance, own.copy(), scores - margin, scores + margin,
        np.asarray(stdtr(freedom, -scores / own)), difference_p, overall.models, over, n_draws,
        (np.nan, np.nan) if ends is None else (float(ends.lower), float(ends.upper)),
    )  # fmt: skip


def _resampled(
    models: np.ndarray, persons: np.ndarray, order: np.ndarray, method: Method
) -> Float[np.ndarray, "persons models"]:
    """Score models on conditions that were drawn with replacement."""
    where = positions(np.sort(order), n_conditions=len(order))
    where = where[where >= 0]
    if method == "kendall":
        return np.array([[tau_a(p[where], q[where]) for q in models] for p in persons])
    ours, theirs = ([unit(r[where], method=method) for r in rows] for rows in (persons, models))
    return np.stack(ours) @ np.stack(theirs).T
