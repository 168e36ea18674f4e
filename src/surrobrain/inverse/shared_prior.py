"""The prior that several people share, found from all of them: empirical Bayes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole

__all__ = ["SharedPrior", "shared_prior"]

_ITERATIONS = 2000
_STILL = 1e-5  # relative change of a spread per iteration
_LEAST, _MOST = 1e-3, 1.0  # standard deviations of the first prior, which people were drawn from

Unknowns = Float[np.ndarray, "unknowns"]
PerPerson = Float[np.ndarray, "people unknowns"]


@dataclass(frozen=True, eq=False)
class SharedPrior:
    """Where people lie, how far apart, and every person given the others.

    Parameters
    ----------
    mean, sd : array, shape (n_unknowns,)
        Of the normal distribution of people; it is never wider than the prior, whose sd is 1.
    mean_error : array, shape (n_unknowns,)
        Standard deviation of the mean given all data.
    u, spread : array, shape (n_people, n_unknowns)
        Mean and standard deviation of every person given all data.
    settled : bool
        Whether the iteration came to rest.
    """

    mean: Unknowns
    sd: Unknowns
    mean_error: Unknowns
    u: PerPerson
    spread: PerPerson
    settled: bool


def shared_prior(
    information: Float[np.ndarray, "people unknowns unknowns"], pull: PerPerson, start: Unknowns
) -> SharedPrior:
    """Return the normal distribution that people were drawn from, and every person given it.

    Parameters
    ----------
    information : array, shape (n_people, n_unknowns, n_unknowns)
        G of the log likelihood ``-u' G u / 2 + h' u`` of each person; may be singular.
    pull : array, shape (n_people, n_unknowns)
        h of the same.
    start : array, shape (n_unknowns,)
        Spread to start from.

    Returns
    -------
    SharedPrior

    Raises
    ------
    ValueError
        There are fewer than two people: one has no spread.

    Notes
    -----
    u_i ~ N(m, diag(s^2)), m ~ N(0, 1). EM [1]_ over s, with m and all u_i integrated out together
    (so that few people do not look too much alike), under the prior p(s) ~ s, which keeps a
    spread from falling to zero by chance [2]_: ``s^2 = sum_i E (u_i - m)^2 / (n_people - 1)``.

    References
    ----------
    .. [1] Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM
       algorithm. J R Stat Soc B 39:1.
    .. [2] Chung et al. (2013), A nondegenerate penalized likelihood estimator for variance
       parameters in multilevel models. Psychometrika 78:685.

    Examples
    --------
    >>> information, told = np.full((4, 1, 1), 25.0), np.array([[0.9], [1.1], [0.8], [1.2]])
    >>> found = shared_prior(information, 25.0 * told, np.ones(1))
    >>> found.mean.round(1), bool(np.ptp(found.u) < np.ptp(told))
    (array([1.]), True)
    """
    n = whole(len(pull), "number of people", low=2)
    sd, settled = np.array(start, dtype=np.float64), False
    for _ in range(_ITERATIONS):
        given = _given(information, pull, sd)
        new = np.clip(np.sqrt(given.squares / (n - 1)), _LEAST, _MOST)
        settled = bool(np.abs(np.log(new / sd)).max() < _STILL)
        sd = new
        if settled:
            break
    given = _given(information, pull, sd)
    return SharedPrior(given.mean, sd, given.mean_error, given.u, given.spread, settled)


@dataclass(frozen=True, eq=False)
class _Given:
    """Group mean and people given a spread; squares are E sum_i (u_i - m)^2."""

    mean: Unknowns
    mean_error: Unknowns
    u: PerPerson
    spread: PerPerson
    squares: Unknowns


def _given(
    information: Float[np.ndarray, "people unknowns unknowns"], pull: PerPerson, sd: Unknowns
) -> _Given:
    precision = np.diag(1 / sd**2)
    inner = np.linalg.inv(information + precision)  # of a person, were the mean known
    back = inner @ precision  # how a person follows the mean
    told = np.eye(len(sd)) + (precision - precision @ back).sum(axis=0)
    covariance = np.linalg.inv(told)
    alone = (inner @ pull[..., None])[..., 0]
    mean = covariance @ (precision @ alone.sum(axis=0))
    u = alone + back @ mean
    with_mean = back @ covariance
    own = _diagonals(inner + with_mean @ np.swapaxes(back, 1, 2))
    apart = own + np.diag(covariance) - 2 * _diagonals(with_mean)  # variance of u_i - m
    squares = (np.square(u - mean) + apart).sum(axis=0)
    return _Given(mean, np.sqrt(np.diag(covariance)), u, np.sqrt(own), squares)


def _diagonals(matrices: Float[np.ndarray, "people n n"]) -> Float[np.ndarray, "people n"]:
    return np.diagonal(matrices, axis1=1, axis2=2)
