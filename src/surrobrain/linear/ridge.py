"""Ridge regression with a penalty of its own for every target."""

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float, Real

from surrobrain.checks import finite, whole
from surrobrain.linear.arrays import namespace, placed, returned
from surrobrain.linear.folds import Fold, contiguous_folds
from surrobrain.linear.held_out import in_chunks, losses_of_features, losses_of_kernel

__all__ = [
    "RidgeCV", "both", "fall_at_edge", "held_out_r2", "kernel_of", "null_loss",
    "penalties", "solve_kernel_ridge", "solve_ridge", "warn_at_edges",
]  # fmt: skip

_STEEP = 1e-3  # of the loss, per step of the grid
_NOTHING = 1e-12  # loss that rounding leaves of a constant
_ON_EDGE = 0.05  # share of targets from which the grid of penalties is too narrow

Features = Float[np.ndarray, "times features"]
Targets = Float[np.ndarray, "times targets"]


def solve_ridge(
    features: Features, targets: Targets, *,
    alpha: float | Real[np.ndarray, "targets"], device: str | None = None,
) -> Float[np.ndarray, "features targets"]:  # fmt: skip
    """Return the coefficients of a ridge regression without a constant.

    Parameters
    ----------
    features : array, shape (n_times, n_features)
        Centered, where a constant is not wanted in them.
    targets : array, shape (n_times, n_targets)
        What is explained.
    alpha : float or array, shape (n_targets,)
        Penalty, one for all or one for each; zero where there are more samples than features.
    device : str, optional
        Compute with torch on that device.

    Returns
    -------
    array, shape (n_features, n_targets)

    Raises
    ------
    ValueError
        A penalty is negative, or zero where the features are not independent.

    Notes
    -----
    Minimizes ``|y - X b|^2 + alpha |b|^2``; through X'X where there are fewer features than
    samples, and through the kernel X X' otherwise.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(100, 2))
    >>> solve_ridge(x, x @ np.array([[1.0], [2.0]]), alpha=1e-9).round(6).ravel()
    array([1., 2.])
    """
    alphas = np.broadcast_to(np.asarray(alpha, dtype=np.float64), targets.shape[1:])
    if (alphas < 0).any():
        raise ValueError(f"penalties must not be negative, but {alphas.min():g} arrived")
    if len(features) < features.shape[1]:
        _refuse_free(alphas, features, decided=False)
        kernel = kernel_of(features, device=device)
        dual = solve_kernel_ridge(kernel, targets, alpha=alphas, device=device)
        return returned(placed(features.T, device) @ placed(dual, device))
    x = placed(features, device)
    values, vectors = namespace(device).linalg.eigh(_double(x.T @ x))
    values = np.maximum(returned(values), 0.0)
    _refuse_free(alphas, features, decided=bool(values[0] > 1e-12 * values[-1]))
    return _rotated_solution(values, vectors, x.T, targets, alphas, device)


def solve_kernel_ridge(
    kernel: Float[np.ndarray, "times times"], targets: Targets, *,
    alpha: float | Real[np.ndarray, "targets"], device: str | None = None,
) -> Float[np.ndarray, "times targets"]:  # fmt: skip
    """Return the dual coefficients of a ridge regression: ``(K + alpha)^-1 y``.

    Parameters
    ----------
    kernel : array, shape (n_times, n_times)
        Products of samples.
    targets : array, shape (n_times, n_targets)
        What is explained.
    alpha : float or array, shape (n_targets,)
        Penalty above zero, one for all or one for each.
    device : str, optional
        Compute with torch on that device.

    Returns
    -------
    array, shape (n_times, n_targets)
        Coefficients of the features are X' times these.
    """
    alphas = np.broadcast_to(np.asarray(alpha, dtype=np.float64), targets.shape[1:])
    values, vectors = namespace(device).linalg.eigh(placed(kernel, device))
    return _rotated_solution(
        np.maximum(returned(values), 0.0), vectors, None, targets, alphas, device
    )


def _rotated_solution(
    values: np.ndarray, vectors: Any, onto: Any, targets: Targets, alphas: np.ndarray,
    device: str | None,
) -> Float[np.ndarray, "inputs targets"]:  # fmt: skip
    """Return Q (l + a)^-1 Q' onto y for every target, one stretch of targets after the other."""
    dtype = targets.dtype.type
    turn = placed(returned(vectors).astype(dtype), device)
    found = np.empty((len(values), targets.shape[1]), dtype=dtype)

    def one(some: slice) -> None:
        y = placed(np.ascontiguousarray(targets[:, some]), device)
        rotated = turn.T @ (y if onto is None else onto @ y)
        shrunk = placed((1.0 / (values[:, None] + alphas[some])).astype(dtype), device)
        found[:, some] = returned(turn @ (rotated * shrunk))

    in_chunks(one, targets.shape[1], device=device)
    return found


def _refuse_free(alphas: np.ndarray, features: Features, *, decided: bool) -> None:
    if (alphas == 0).any() and not decided:
        raise ValueError(
            f"{features.shape[1]} features of {len(features)} samples do not decide the "
            "coefficients without a penalty; give alpha above 0, or fewer features"
        )


def kernel_of(features: Features, *, device: str | None = None) -> Float[np.ndarray, "times times"]:
    """Return the products of samples, in double precision.

    Parameters
    ----------
    features : array, shape (n_times, n_features)
        Multiplied in their own precision.
    device : str, optional
        Compute with torch on that device.

    Returns
    -------
    array, shape (n_times, n_times)
    """
    x = placed(features, device)
    return returned(x @ x.T).astype(np.float64)


class RidgeCV:
    """Ridge regression whose penalty is chosen for every target by held-out stretches of time.

    Parameters
    ----------
    alphas : array, shape (n_alphas,), optional
        Penalties that are tried, ascending; by default 20 from 1 to 1e6, for standardized features.
    n_folds : int, default 5
        Contiguous stretches that are held out in turn.
    gap : int, default 0
        Samples left out beside each stretch: the longest delay of the features.
    fit_intercept : bool, default True
        Center features and targets by what is learned from, in every fold.
    device : str, optional
        Compute with torch on that device, such as "cuda"; by default with NumPy.

    Attributes
    ----------
    alpha_ : array, shape (n_targets,)
        The penalty that was chosen.
    held_out_r2_ : array, shape (n_targets,)
        R2 of the held-out stretches with it; optimistic by the choice.
    coef_ : array, shape (n_features, n_targets)
        Coefficients.
    intercept_ : array, shape (n_targets,)
        Constant.

    Notes
    -----
    All penalties of a fold are scored from about a dozen basis predictions, see `shrinkage_basis`;
    targets go through in stretches of 256, so that a prediction is never kept. Penalties are
    compared by the mean over folds of the mean squared error.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(200, 3))
    >>> y = x @ np.ones((3, 2)) + 3 * rng.normal(size=(200, 2))
    >>> ridge = RidgeCV(alphas=np.logspace(-1, 4, 11)).fit(x, y)
    >>> bool((ridge.held_out_r2_ > 0.1).all()), ridge.predict(x).shape
    (True, (200, 2))
    """

    def __init__(
        self, *, alphas: Real[np.ndarray, "alphas"] | None = None, n_folds: int = 5, gap: int = 0,
        fit_intercept: bool = True, device: str | None = None,
    ) -> None:  # fmt: skip
        self.alphas = alphas
        self.n_folds = n_folds
        self.gap = gap
        self.fit_intercept = fit_intercept
        self.device = device

    def fit(
        self, features: Features, targets: Targets, *, folds: list[Fold] | None = None
    ) -> "RidgeCV":
        """Choose penalties and learn coefficients.

        Parameters
        ----------
        features : array, shape (n_times, n_features)
            On comparable scales: the penalty is one for all of them.
        targets : array, shape (n_times, n_targets)
            Responses of voxels, parcels or sensors.
        folds : list of Fold, optional
            In place of contiguous ones.
        """
        features, targets = both(features, targets)
        alphas = penalties(self.alphas)
        if folds is None:
            folds = contiguous_folds(len(targets), self.n_folds, gap=self.gap)
        asked = {"folds": folds, "center": self.fit_intercept, "device": self.device}
        if len(features) <= features.shape[1]:
            kernel = placed(kernel_of(features, device=self.device), self.device)
            losses = losses_of_kernel(kernel, targets, alphas, **asked)
        else:
            losses = losses_of_features(features, targets, alphas, **asked)
        best = losses.argmin(axis=0)
        self.alpha_ = alphas[best]
        self.held_out_r2_ = held_out_r2(losses.min(axis=0), targets, folds)
        null = null_loss(targets, folds, center=self.fit_intercept)
        warn_at_edges(fall_at_edge(losses, null))
        self._learn(features, targets)
        return self

    def _learn(self, features: Features, targets: Targets) -> None:
        """Solve with all samples; with few of them, coefficients are kept as those of samples."""
        self._middle = features.mean(axis=0) * self.fit_intercept
        self._level = targets.mean(axis=0) * self.fit_intercept
        x, y = features - self._middle, targets - self._level
        self._x: Features | None = None
        if len(x) > x.shape[1]:
            self._found = solve_ridge(x, y, alpha=self.alpha_, device=self.device)
            return
        self._x, kernel = x, kernel_of(x, device=self.device)
        self._found = solve_kernel_ridge(kernel, y, alpha=self.alpha_, device=self.device)

    @property
    def coef_(self) -> Float[np.ndarray, "features targets"]:  # noqa: D102
        return self._found if self._x is None else self._x.T @ self._found

    @property
    def intercept_(self) -> Float[np.ndarray, "targets"]:  # noqa: D102
        return self._level - self._middle @ self.coef_

    def predict(self, features: Features) -> Targets:
        """Return the expected targets of new samples."""
        centered = np.asarray(features) - self._middle
        if centered.shape[1:] != np.shape(self._middle):
            raise ValueError(
                f"the regression has learned {len(self._middle)} features, but "
                f"{centered.shape[1]} arrived"
            )
        if self._x is not None:
            centered = centered @ self._x.T
        return centered @ self._found + self._level


def both(features: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return features and targets in one precision, or say why they do not go together."""
    features, targets = finite(features, "features"), finite(targets, "targets")
    if features.ndim != 2 or targets.ndim != 2 or len(features) != len(targets):
        raise ValueError(
            f"features {features.shape} and targets {targets.shape} must be (n_times, n_features) "
            "and (n_times, n_targets), with the same samples"
        )
    whole(targets.shape[1], "number of targets", low=1)
    single = features.dtype == targets.dtype == np.float32
    dtype = np.float32 if single else np.float64
    return features.astype(dtype, copy=False), targets.astype(dtype, copy=False)


def penalties(alphas: Real[np.ndarray, "alphas"] | None) -> Float[np.ndarray, "alphas"]:
    """Return the grid of penalties, ascending and above zero."""
    given = np.logspace(0, 6, 20) if alphas is None else np.asarray(alphas, dtype=np.float64)
    if given.ndim != 1 or not len(given) or not (given > 0).all() or (np.diff(given) <= 0).any():
        raise ValueError(f"alphas must be ascending numbers above 0, but {given} arrived")
    return given


def held_out_r2(
    loss: np.ndarray, targets: np.ndarray, folds: list[Fold]
) -> Float[np.ndarray, "targets"]:
    """Return the R2 over held-out stretches of a mean squared error; NaN for a constant target."""
    spread = np.mean([np.var(targets[f.test], axis=0, dtype=np.float64) for f in folds], axis=0)
    alive = np.ptp(targets, axis=0) > 0
    return np.where(alive, 1 - loss / np.where(alive, spread, 1.0), np.nan)


def fall_at_edge(
    losses: Float[np.ndarray, "alphas targets"], null: Float[np.ndarray, "targets"]
) -> Float[np.ndarray, "targets"]:
    """Return by how much the loss still falls at the edge of the grid, where it is lowest there.

    Signed: negative at the smallest penalty, positive at the largest, 0 inside the grid. In units
    of the loss itself; on the plateaus at both ends of a wide grid it is next to nothing. A loss
    above the null, that of no features at all, would fall to it beyond the largest penalty.
    """
    n_alphas, best = len(losses), losses.argmin(axis=0)
    if n_alphas < 2:
        return np.zeros(losses.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (losses[1] - losses[0]) / losses[0]
        high = np.maximum(losses[-2] - losses[-1], losses[-1] - null) / losses[-1]
    fall = np.where(best == 0, -low, np.where(best == n_alphas - 1, high, 0.0))
    return np.where(losses.max(axis=0) > _NOTHING, fall, 0.0)


def null_loss(
    targets: Float[np.ndarray, "times targets"], folds: list[Fold], *, center: bool
) -> Float[np.ndarray, "targets"]:
    """Return the mean squared error of predicting the mean of what is learned from, or zero."""
    found = np.zeros(targets.shape[1])
    for fold in folds:
        level = targets[fold.train].mean(axis=0) * center
        found += np.square(targets[fold.test] - level).mean(axis=0) / len(folds)
    return found


def warn_at_edges(fall: Float[np.ndarray, "targets"]) -> None:
    """Warn where a better penalty may lie outside the grid, see `fall_at_edge`."""
    for share, word in (((fall < -_STEEP).mean(), "below"), ((fall > _STEEP).mean(), "above")):
        if share > _ON_EDGE:
            warnings.warn(
                f"the best penalty of {share:.0%} of the targets lies {word} the grid of alphas; "
                "widen it",
                stacklevel=3,
            )


def _double(values: Any) -> Any:
    return values.astype(np.float64) if isinstance(values, np.ndarray) else values.double()
