"""Are posteriors as wide as they say? Simulation-based calibration and coverage."""

import numpy as np
from jaxtyping import Float, Int, Real

__all__ = ["expected_coverage", "rank_uniformity", "ranks"]


def ranks(
    draws: Float[np.ndarray, "tests draws unknowns"], truths: Float[np.ndarray, "tests unknowns"]
) -> Int[np.ndarray, "tests unknowns"]:
    """Return how many draws of each posterior lie below the truth.

    Parameters
    ----------
    draws : array, shape (n_tests, n_draws, n_unknowns)
        Independent draws of the posterior of each test.
    truths : array, shape (n_tests, n_unknowns)
        What each test was simulated with, drawn from the prior.

    Returns
    -------
    array, shape (n_tests, n_unknowns)
        From 0 to n_draws.

    Notes
    -----
    Where truths come from the prior and posteriors are right, ranks are uniform [1]_. Ranks that
    crowd at both ends say that the posteriors are too narrow, in the middle too wide, at one end
    that they are shifted.

    References
    ----------
    .. [1] Talts et al. (2018), Validating Bayesian inference algorithms with simulation-based
       calibration. arXiv:1804.06788.

    Examples
    --------
    >>> ranks(np.array([[[0.1], [0.2], [0.3]]]), np.array([[0.25]]))
    array([[2]])
    """
    return (draws < truths[:, None]).sum(axis=1)


def rank_uniformity(
    found: Int[np.ndarray, "tests unknowns"], n_draws: int, *, n_bins: int | None = None
) -> Float[np.ndarray, "unknowns"]:
    """Return, per unknown, the p value of ranks being uniform.

    Parameters
    ----------
    found : array, shape (n_tests, n_unknowns)
        From `ranks`.
    n_draws : int
        Draws of each posterior.
    n_bins : int, optional
        Of the histogram; by default so many that five tests or more are expected in each, at
        most 20.

    Returns
    -------
    array, shape (n_unknowns,)
        Of a chi-squared test of the histogram.

    Raises
    ------
    ValueError
        There are fewer than 10 tests.

    Examples
    --------
    >>> even = np.arange(100)[:, None]
    >>> float(rank_uniformity(even, 99)[0]) > 0.9, float(rank_uniformity(even // 2, 99)[0]) < 0.01
    (True, True)
    """
    from scipy.stats import chi2

    n_tests = len(found)
    if n_tests < 10:
        raise ValueError(f"uniformity needs 10 tests or more, but {n_tests} arrived")
    bins = n_bins or int(np.clip(n_tests // 5, 2, min(20, n_draws + 1)))
    edges = np.linspace(0, n_draws + 1, bins + 1)
    width = np.diff(np.ceil(edges))  # ranks that fall into each bin
    expected = n_tests * width / (n_draws + 1)
    counts = np.stack([np.histogram(column, np.ceil(edges) - 0.5)[0] for column in found.T])
    statistic = ((counts - expected) ** 2 / expected).sum(axis=1)
    return np.asarray(chi2.sf(statistic, bins - 1))


def expected_coverage(
    draws: Float[np.ndarray, "tests draws unknowns"],
    truths: Float[np.ndarray, "tests unknowns"],
    levels: Real[np.ndarray, "levels"],
) -> Float[np.ndarray, "levels unknowns"]:
    """Return how often central intervals of the posterior hold the truth.

    Parameters
    ----------
    draws : array, shape (n_tests, n_draws, n_unknowns)
        Draws of the posterior of each test.
    truths : array, shape (n_tests, n_unknowns)
        What each test was simulated with, drawn from the prior.
    levels : array, shape (n_levels,)
        Probability of each interval, between 0 and 1.

    Returns
    -------
    array, shape (n_levels, n_unknowns)
        Share of the tests. Below the level, posteriors are too narrow; above it, too wide.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draws, truths = rng.normal(size=(2000, 500, 1)), rng.normal(size=(2000, 1))
    >>> expected_coverage(draws, truths, np.array([0.5, 0.9])).round(1).ravel()
    array([0.5, 0.9])
    """
    tails = (1 - np.asarray(levels, dtype=np.float64)) / 2
    low, high = (np.quantile(draws, q, axis=1) for q in (tails, 1 - tails))
    return ((low <= truths) & (truths <= high)).mean(axis=1)
