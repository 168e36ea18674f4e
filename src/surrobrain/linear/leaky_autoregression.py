"""Vector autoregression whose regions keep as much of themselves as the data say."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.linear.autoregression import Autoregression, choose_ridge

__all__ = ["solve_leaky_autoregression"]


def solve_leaky_autoregression(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    *,
    drives: Float[np.ndarray, "windows inputs"] | None = None,
    ridge: float | None = None,
) -> Autoregression:
    """Fit the next sample with a penalty on what regions do to each other alone.

    Use it for units with a leak: what each keeps of itself is a parameter of its own, as free as
    offset and input are.

    Parameters
    ----------
    windows : array, shape (n_windows, memory, n_regions)
        The last samples, oldest first, in order of time; all regions in one unit.
    targets : array, shape (n_windows, n_regions)
        The sample after each window.
    drives : array, shape (n_windows, n_inputs), optional
        External input of the step to that sample.
    ridge : float, optional
        Penalty; absent, it is chosen by `choose_ridge`.

    Returns
    -------
    Autoregression
        Coefficients in float64.

    Notes
    -----
    ::

        minimize |Y - X (K + B)|^2 + ridge * |B|^2

    with K a region's own past, which costs nothing. `solve_autoregression` fixes K as the
    regression of a region on itself alone instead, which takes for its own what its neighbors
    did; both agree without a penalty, and where it is infinite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> windows = rng.normal(size=(200, 1, 2))
    >>> true = np.array([[0.5, 0.2], [0.0, 0.3]])
    >>> found = solve_leaky_autoregression(windows, windows[:, 0] @ true.T, ridge=1e-6)
    >>> bool(abs(found.coefficients[0] - true).max() < 1e-6)
    True
    """
    n_windows, memory, n_regions = windows.shape
    if ridge is None:
        ridge = choose_ridge(*_without(drives, windows, targets))
    ridge = number(ridge, "ridge", low=0.0)
    past, future = windows.reshape(n_windows, -1).astype(np.float64), targets.astype(np.float64)
    u = np.zeros((n_windows, 0)) if drives is None else drives.astype(np.float64)
    means = past.mean(axis=0), future.mean(axis=0), u.mean(axis=0)
    x, y = (rest for rest in _without(u, past - means[0], future - means[1]))
    gram, cross = x.T @ x, x.T @ y
    inverse = np.linalg.pinv(gram + ridge * np.eye(len(gram)), hermitian=True)
    shared, moved = inverse @ cross, inverse @ gram  # moved: what the others take over of a past
    flat = shared.copy()
    for i in range(n_regions):
        own = np.arange(memory) * n_regions + i
        left = gram[np.ix_(own, own)] - gram[own] @ moved[:, own]
        kept = np.linalg.pinv(left, hermitian=True) @ (cross[own, i] - gram[own] @ shared[:, i])
        flat[:, i] -= moved[:, own] @ kept
        flat[own, i] += kept
    effect = np.linalg.lstsq(u - means[2], future - means[1] - (past - means[0]) @ flat)[0]
    return Autoregression(
        coefficients=flat.reshape(memory, n_regions, n_regions).transpose(0, 2, 1),
        intercept=means[1] - means[0] @ flat - means[2] @ effect,
        ridge=ridge,
        drive=effect.T,
    )


def _without(drives: np.ndarray | None, *values: np.ndarray) -> list[Any]:
    """Return what a regression on external inputs leaves of arrays, in their shapes [1]_.

    References
    ----------
    .. [1] Frisch & Waugh (1933), Partial time regressions as compared with individual trends.
    """
    if drives is None or not drives.shape[1]:
        return list(values)
    u = drives - drives.mean(axis=0)
    left = []
    for given in values:
        flat = given.reshape(len(given), -1).astype(np.float64)
        rest = flat - u @ np.linalg.lstsq(u, flat - flat.mean(axis=0))[0]
        left.append(rest.reshape(given.shape))
    return left
