"""Linear dynamics in continuous time, read from samples that come slowly.

Between two samples regions excite each other many times, so the noise of neighbors is correlated
by the time it is seen. Least squares ignores that correlation; here it is evidence.
"""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.errors import NotConverged
from surrobrain.linear.autoregression import Autoregression

__all__ = ["solve_ornstein_uhlenbeck"]

_WIDEST = 10.0  # of the logarithm of a noise's standard deviation around its start


def solve_ornstein_uhlenbeck(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    *,
    ridge: float = 0.0,
    max_iterations: int = 200,
) -> Autoregression:
    """Fit a linear system that is driven by independent noise in every region.

    Use it when the samples are nearly the state of the system (a firing rate, a local field
    potential) and the drive of different regions is independent. It then needs fewer samples
    than least squares for the same accuracy. A hemodynamic response breaks both conditions.

    Parameters
    ----------
    windows : array, shape (n_windows, memory, n_regions)
        The last samples, oldest first. Only the newest acts: the process has no memory.
    targets : array, shape (n_windows, n_regions)
        The sample after each window.
    ridge : float
        Penalty on what regions do to each other, as of independent normal priors with variance
        1 / ridge on the off-diagonal of J; scale all regions alike before.
    max_iterations : int
        Iterations of L-BFGS at most.

    Returns
    -------
    Autoregression
        Coefficients of the newest sample; those of older ones are zero.

    Raises
    ------
    NotConverged
        No maximum of the likelihood was found: the data are no such process, or there are fewer
        than two windows for each region.

    Notes
    -----
    The process dx = J x dt + diag(s) dW, sampled once per unit of time, is an autoregression with
    F = exp(J) and noise covariance Q, the integral of exp(J t) diag(s^2) exp(J t)' over one
    sample. Both come from one matrix exponential [1]_. J and s maximize the exact likelihood,
    or, with a ridge, the posterior density; its gradient is the adjoint of that exponential.

    References
    ----------
    .. [1] Van Loan (1978), Computing integrals involving the matrix exponential.

    Examples
    --------
    >>> from scipy.linalg import expm
    >>> drift = np.array([[-1.0, 0.5], [0.0, -1.0]])
    >>> noise, fine = np.random.default_rng(0).normal(size=(40_000, 2)), [np.zeros(2)]
    >>> for kick in noise:
    ...     fine.append(fine[-1] + 0.1 * drift @ fine[-1] + kick)
    >>> x = np.array(fine[::10])
    >>> found = solve_ornstein_uhlenbeck(x[:-1, None], x[1:]).coefficients[0]
    >>> bool(abs(found - expm(drift)).max() < 0.05)
    True
    """
    from scipy.optimize import minimize

    ridge = number(ridge, "ridge", low=0.0)
    past, future = windows[:, -1].astype(np.float64), targets.astype(np.float64)
    past_mean, future_mean = past.mean(axis=0), future.mean(axis=0)
    past, future = past - past_mean, future - future_mean
    n_windows, n = past.shape
    if n_windows < 2 * n:
        raise NotConverged(
            f"{n} regions need at least {2 * n} windows for a likelihood with a maximum, but "
            f"{n_windows} arrived; use a longer recording or solve_autoregression"
        )
    moments = past.T @ past / n_windows, future.T @ past / n_windows, future.T @ future / n_windows
    start = _start(*moments)
    noises = [(v - _WIDEST, v + _WIDEST) for v in start[n * n :].tolist()]
    with np.errstate(over="ignore", invalid="ignore"):  # a step too far has an infinite value
        found = minimize(
            _penalized,
            start,
            args=(ridge / n_windows, *moments),
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None)] * (n * n) + noises,
            options={"maxiter": max_iterations, "maxcor": 20, "ftol": 1e-9, "gtol": 1e-4},
        )
    step = _transition(found.x[: n * n].reshape(n, n), np.exp(2 * found.x[n * n :]))[0]
    if not (np.isfinite(found.fun) and np.isfinite(step).all() and found.status in (0, 1)):
        raise NotConverged(
            "no continuous-time system with independent noise explains these samples; "
            "use solve_autoregression"
        )
    coefficients = np.concatenate([np.zeros((windows.shape[1] - 1, n, n)), step[None]])
    return Autoregression(coefficients, future_mean - past_mean @ step.T, ridge, np.zeros((n, 0)))


def _start(past: np.ndarray, lagged: np.ndarray, future: np.ndarray) -> np.ndarray:
    """Begin with the logarithm of the least-squares map, to first order around its diagonal."""
    step = np.linalg.lstsq(past, lagged.T, rcond=None)[0].T
    own = np.clip(np.diag(step), 0.05, 0.98)
    drift = step / np.sqrt(np.outer(own, own))
    np.fill_diagonal(drift, np.log(own))
    noise = np.diag(future - step @ past @ step.T)
    strength = noise * 2 * np.log(own) / (own**2 - 1)  # exact for one region alone
    floor = 1e-9 * np.diag(future)
    return np.concatenate([drift.ravel(), 0.5 * np.log(np.maximum(strength, floor))])


def _transition(drift: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the one-sample map, and the generator with its exponential for the gradient."""
    from scipy.linalg import expm

    n = len(drift)
    generator = np.zeros((2 * n, 2 * n))
    generator[:n, :n], generator[:n, n:], generator[n:, n:] = -drift, np.diag(noise), drift.T
    exponential = expm(generator)
    return exponential[n:, n:].T, generator, exponential


def _penalized(
    parameters: np.ndarray, price: float, *moments: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return -2 log posterior density per sample, up to a constant, with its gradient."""
    value, gradient = _negative_log_likelihood(parameters, *moments)
    if not (price and np.isfinite(value)):
        return value, gradient
    n = len(moments[0])
    between = parameters[: n * n].reshape(n, n) * (1 - np.eye(n))
    gradient[: n * n] += 2 * price * between.ravel()
    return value + price * float(np.square(between).sum()), gradient


def _negative_log_likelihood(
    parameters: np.ndarray, past: np.ndarray, lagged: np.ndarray, future: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return -2 log likelihood per sample, up to a constant, with its gradient."""
    from scipy.linalg import expm_frechet

    n = len(past)
    drift, noise = parameters[: n * n].reshape(n, n), np.exp(2 * parameters[n * n :])
    step, generator, exponential = _transition(drift, noise)
    spread = step @ exponential[:n, n:]
    residual = future - step @ lagged.T - lagged @ step.T + step @ past @ step.T
    sign, logdet = np.linalg.slogdet((spread + spread.T) / 2)
    if sign <= 0 or not np.isfinite(logdet):
        return np.inf, np.zeros_like(parameters)
    precision = np.linalg.inv((spread + spread.T) / 2)
    by_spread = precision - precision @ residual @ precision
    by_step = 2 * precision @ (step @ past - lagged) + by_spread @ exponential[:n, n:].T
    by_exponential = np.zeros_like(generator)
    by_exponential[:n, n:], by_exponential[n:, n:] = step.T @ by_spread, by_step.T
    back = np.asarray(expm_frechet(generator.T, by_exponential, compute_expm=False))
    by_drift = back[n:, n:].T - back[:n, :n]
    by_noise = np.diag(back[:n, n:]) * 2 * noise
    value = logdet + float((precision * residual).sum())
    return value, np.concatenate([by_drift.ravel(), by_noise])
