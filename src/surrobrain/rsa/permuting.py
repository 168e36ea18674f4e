"""Whether models fit better than with shuffled names of conditions."""

import math

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotEnough
from surrobrain.rsa.comparison import products
from surrobrain.rsa.condensed import n_conditions_of, positions
from surrobrain.rsa.group import Persons, gathered
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.significance import Correction, Significance, judged
from surrobrain.rsa.units import Method, room, unit
from surrobrain.seeds import Seed, generator

__all__ = ["permutation_test"]

_BATCH = 2**24  # numbers of shuffled RDMs in memory at once


def permutation_test(
    models: RDMs,
    persons: Persons,
    *,
    method: Method = "spearman",
    correction: Correction = "max",
    n_draws: int = 1000,
    seed: Seed = 0,
) -> Significance:
    """Test models against shuffled names of conditions: for these persons and these conditions.

    Parameters
    ----------
    models : RDMs
        One row per model.
    persons : RDMs, or mapping of str to RDMs
        One row per person; or one movie per person. One person is enough.
    method : str
        As in `surrobrain.rsa.compare`, but for "kendall", whose ranking "rho_a" has at the cost
        of a sort.
    correction : {"max", "cluster"}
        Of p over models and times: by the largest value, or by the mass of runs of times.
    n_draws : int
        Permutations of rows and columns together.
    seed : int or Generator
        Decides the permutations.

    Returns
    -------
    Significance
        The statistic is the mean similarity over persons.

    Raises
    ------
    NotEnough
        The conditions have fewer permutations than are to be drawn.

    Examples
    --------
    >>> names = [f"image {k}" for k in range(10)]
    >>> model = RDMs(np.random.default_rng(0).uniform(size=(1, 45)), names, ["cnn"])
    >>> person = RDMs(model.values + 0.1, names)
    >>> float(permutation_test(model, person, n_draws=199).p[0, 0])
    0.005
    """
    if method == "kendall" or models.times is not None:
        raise ValueError(
            "a permutation test takes still models and a method that is a product; for kendall "
            'take method="rho_a", which ranks models alike'
        )
    n = models.n_conditions
    if math.factorial(min(n, 20)) <= n_draws:
        raise NotEnough(
            f"{n} conditions have {math.factorial(n)} permutations, but {n_draws} are to be drawn; "
            "7 conditions are needed for 1000"
        )
    group = gathered(persons, like=models)
    brain = room((group.n_times, models.n_pairs))
    for k, rows in enumerate(group.each_time()):
        # a mean of products is a product with the mean: persons are averaged first
        brain[k] = np.mean([unit(row, method=method) for row in rows], axis=0)
    own = np.stack(
        [
            unit(row, method=method, name=name)
            for row, name in zip(models.rows(), models.names, strict=True)
        ]
    )
    return judged(
        products(own, brain), _shuffled(own, brain, n_draws=n_draws, rng=generator(seed)),
        correction=correction, statistic="similarity", models=tuple(models.names),
        times=group.times,
    )  # fmt: skip


def _shuffled(
    models: Float[np.ndarray, "models pairs"],
    brain: Float[np.ndarray, "times pairs"],
    *,
    n_draws: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "draws models times"]:
    """Score models whose conditions are shuffled; ranks and lengths do not change by that."""
    n, null = n_conditions_of(models.shape[1]), np.empty((n_draws, len(models), len(brain)))
    step = max(1, _BATCH // models.size)
    for start in range(0, n_draws, step):
        orders = [rng.permutation(n) for _ in range(min(step, n_draws - start))]
        shuffled = np.stack([models[:, positions(order, n_conditions=n)] for order in orders])
        flat = products(shuffled.reshape(-1, models.shape[1]), brain)
        null[start : start + step] = flat.reshape(-1, *null.shape[1:])
    return null
