"""Vector autoregression: the next sample as a linear map of the last few, by ridge regression."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number

__all__ = ["Autoregression", "choose_ridge", "solve_autoregression"]

_GRID = np.logspace(-6, 3, 19)
_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Autoregression:
    """A linear map from the last samples to the next one.

    Parameters
    ----------
    coefficients : array, shape (memory, n_regions, n_regions)
        ``coefficients[k, i, j]`` runs from region j, sample k of the window, to region i. The
        oldest sample comes first, as in a window; the newest is ``coefficients[-1]``.
    intercept : array, shape (n_regions,)
        Added to every prediction.
    ridge : float
        The penalty that was used.
    drive : array, shape (n_regions, n_inputs)
        What one unit of each external input adds; empty without inputs.
    """

    coefficients: Float[np.ndarray, "memory regions regions"]
    intercept: Float[np.ndarray, "regions"]
    ridge: float
    drive: Float[np.ndarray, "regions inputs"]

    def predict(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        drives: Float[np.ndarray, "windows inputs"] | None = None,
    ) -> Float[np.ndarray, "windows regions"]:
        """Return the expected next sample after each window, under an external input."""
        memory, n_regions, _ = self.coefficients.shape
        flat = np.ascontiguousarray(self.coefficients.transpose(0, 2, 1))
        own = windows.reshape(len(windows), -1) @ flat.reshape(memory * n_regions, -1)
        driven = 0.0 if drives is None else drives @ self.drive.T
        return own + driven + self.intercept


def solve_autoregression(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    *,
    drives: Float[np.ndarray, "windows inputs"] | None = None,
    ridge: float | None = None,
) -> Autoregression:
    """Fit the next sample as a linear map of the window before it.

    Parameters
    ----------
    windows : array, shape (n_windows, memory, n_regions)
        The last samples, oldest first, in order of time; all regions in one unit.
    targets : array, shape (n_windows, n_regions)
        The sample after each window.
    drives : array, shape (n_windows, n_inputs), optional
        External input of the step to that sample; its effect is not penalized.
    ridge : float, optional
        Penalty; 0 is least squares. By default it is chosen by `choose_ridge`.

    Returns
    -------
    Autoregression
        Coefficients in float64.

    Notes
    -----
    Each region is first predicted from its own past, by least squares. The penalty pulls
    towards that, not towards zero: the more ridge, the less regions act on each other, while
    the persistence of slow signals survives [1]_::

        minimize |Y - X B|^2 + ridge * |B - B_own|^2

    References
    ----------
    .. [1] Litterman (1986), Forecasting with Bayesian vector autoregressions.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> windows = rng.normal(size=(200, 1, 2))
    >>> true = np.array([[0.5, 0.2], [0.0, 0.3]])
    >>> np.round(solve_autoregression(windows, windows[:, 0] @ true.T, ridge=0.0).coefficients, 6)
    array([[[0.5, 0.2],
            [0. , 0.3]]])
    """
    _, memory, n_regions = windows.shape
    if drives is not None and drives.shape[1]:
        return _driven(windows, targets, drives, ridge)
    if ridge is None:
        ridge = choose_ridge(windows, targets)
    ridge = number(ridge, "ridge", low=0.0)
    past, future, past_mean, future_mean = _centered(windows, targets)
    if ridge == 0:
        flat = np.linalg.lstsq(past, future, rcond=None)[0]
    else:
        gram, cross = past.T @ past, past.T @ future
        own = _own_past(gram, cross)
        flat = own + _shrunk(gram, cross - gram @ own, np.array([ridge]))[0]
    return Autoregression(
        coefficients=flat.reshape(memory, n_regions, n_regions).transpose(0, 2, 1),
        intercept=future_mean - past_mean @ flat,
        ridge=ridge,
        drive=np.zeros((n_regions, 0)),
    )


def _driven(
    windows: np.ndarray, targets: np.ndarray, drives: np.ndarray, ridge: float | None
) -> Autoregression:
    """Solve for what the inputs leave unexplained, then for the inputs: both at once [1]_.

    References
    ----------
    .. [1] Frisch & Waugh (1933), Partial time regressions as compared with individual trends.
    """
    u = drives.astype(np.float64)
    centered = u - u.mean(axis=0)
    flat = windows.reshape(len(windows), -1).astype(np.float64)

    def rest(values: np.ndarray) -> np.ndarray:
        return values - centered @ np.linalg.lstsq(centered, values - values.mean(axis=0))[0]

    solved = solve_autoregression(rest(flat).reshape(windows.shape), rest(targets), ridge=ridge)
    left = targets - solved.predict(windows.astype(np.float64))
    effect = np.linalg.lstsq(centered, left - left.mean(axis=0))[0]
    intercept = solved.intercept + left.mean(axis=0) - u.mean(axis=0) @ effect
    return Autoregression(solved.coefficients, intercept, solved.ridge, effect.T)


def choose_ridge(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
) -> float:
    """Choose the ridge penalty that predicts left-out stretches of time best.

    Parameters
    ----------
    windows, targets : array
        As for `solve_autoregression`, in order of time.

    Returns
    -------
    float
        One of 19 penalties between 1e-6 and 1e3 times the mean square of the windows.

    Raises
    ------
    ValueError
        Fewer than 10 windows.

    Notes
    -----
    Five contiguous stretches are left out in turn. Shuffled folds would put neighbors in time
    on both sides and choose too little penalty.
    """
    if len(windows) < 2 * _FOLDS:
        raise ValueError(
            f"choosing the ridge needs at least {2 * _FOLDS} windows, but {len(windows)} arrived; "
            "use a longer recording, a shorter memory, or give ridge=..."
        )
    past, future, _, _ = _centered(windows, targets)
    folds = [
        (p.T @ p, p.T @ f, p, f)
        for p, f in zip(np.array_split(past, _FOLDS), np.array_split(future, _FOLDS), strict=True)
    ]
    gram, cross = past.T @ past, past.T @ future
    ridges = _GRID * np.trace(gram) / len(gram)
    errors = np.zeros(len(ridges))
    for fold_gram, fold_cross, left_past, left_future in folds:
        kept_gram, kept_cross = gram - fold_gram, cross - fold_cross
        own = _own_past(kept_gram, kept_cross)
        residual = left_future - left_past @ own
        for k, change in enumerate(_shrunk(kept_gram, kept_cross - kept_gram @ own, ridges)):
            errors[k] += np.square(residual - left_past @ change).sum()
    return float(ridges[errors.argmin()])


def _centered(
    windows: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    past = windows.reshape(len(windows), -1).astype(np.float64)
    future = targets.astype(np.float64)
    past_mean, future_mean = past.mean(axis=0), future.mean(axis=0)
    return past - past_mean, future - future_mean, past_mean, future_mean


def _own_past(gram: np.ndarray, cross: np.ndarray) -> np.ndarray:
    """Least squares of every region on its own past alone, as one sparse coefficient matrix."""
    n_regions = cross.shape[1]
    memory = len(gram) // n_regions
    region = np.arange(n_regions)
    lags = np.arange(memory)[:, None] * n_regions + region  # (memory, region)
    blocks = gram[lags[:, None], lags[None, :]].transpose(2, 0, 1)  # (region, memory, memory)
    right = cross[lags, region].T[..., None]
    own = np.zeros_like(cross)
    own[lags, region] = (np.linalg.pinv(blocks, hermitian=True) @ right)[..., 0].T
    return own


def _shrunk(gram: np.ndarray, cross: np.ndarray, ridges: np.ndarray) -> list[np.ndarray]:
    """Solve (gram + ridge I) B = cross for many penalties with one eigendecomposition."""
    values, vectors = np.linalg.eigh(gram)
    rotated = vectors.T @ cross
    return [vectors @ (rotated / (np.maximum(values, 0) + r)[:, None]) for r in ridges]
