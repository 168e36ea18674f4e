"""Banded ridge regression: every feature space has a penalty of its own, for every target."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real

from surrobrain.checks import whole
from surrobrain.linear.arrays import placed
from surrobrain.linear.folds import Fold, contiguous_folds
from surrobrain.linear.held_out import losses_of_kernel
from surrobrain.linear.ridge import (
    both,
    fall_at_edge,
    held_out_r2,
    kernel_of,
    null_loss,
    penalties,
    solve_kernel_ridge,
    solve_ridge,
    warn_at_edges,
)
from surrobrain.progress import progress
from surrobrain.seeds import Seed, generator

__all__ = ["BandedRidgeCV", "solve_banded_ridge"]

_CONCENTRATIONS = (0.1, 1.0)  # few spaces at a time, or any mixture
Bands = Mapping[str, Float[np.ndarray, "times features"]]
Targets = Float[np.ndarray, "times targets"]


def solve_banded_ridge(
    bands: Bands, targets: Targets, *, alphas: Real[np.ndarray, "bands targets"],
    device: str | None = None,
) -> dict[str, Float[np.ndarray, "features targets"]]:  # fmt: skip
    """Return the coefficients of a banded ridge regression without a constant.

    Parameters
    ----------
    bands : mapping of str to array, shape (n_times, n_features)
        Feature spaces by name.
    targets : array, shape (n_times, n_targets)
        What is explained.
    alphas : array, shape (n_bands, n_targets)
        Penalty of every space for every target, above zero.
    device : str, optional
        Compute with torch on that device.

    Returns
    -------
    dict of str to array, shape (n_features, n_targets)

    Raises
    ------
    ValueError
        A penalty is not above zero, or there is not one for every space and target.

    Notes
    -----
    Minimizes ``|y - sum_b X_b w_b|^2 + sum_b a_b |w_b|^2``: an ordinary ridge regression of
    ``X_b / sqrt(a_b)`` with a penalty of 1.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 2))
    >>> bands = {"a": x[:, :1], "b": x[:, 1:]}
    >>> found = solve_banded_ridge(bands, x @ np.ones((2, 1)), alphas=np.array([[1e-9], [1e9]]))
    >>> found["a"].round(1).item(), found["b"].round(1).item()
    (1.2, 0.0)
    """
    alphas = np.asarray(alphas, dtype=np.float64)
    if alphas.shape != (len(bands), targets.shape[1]) or not (alphas > 0).all():
        raise ValueError(
            f"alphas must be above 0, one for each of {len(bands)} feature spaces and "
            f"{targets.shape[1]} targets, but {alphas.shape} arrived"
        )
    found = {
        name: np.empty((x.shape[1], targets.shape[1]), targets.dtype) for name, x in bands.items()
    }
    unique, which = np.unique(alphas, axis=1, return_inverse=True)
    for k, column in enumerate(unique.T):
        some = np.flatnonzero(which.ravel() == k)
        roots = [np.sqrt(a) for a in column]
        scaled = [x / root for x, root in zip(bands.values(), roots, strict=True)]
        solved = solve_ridge(
            np.concatenate(scaled, axis=1), targets[:, some], alpha=1.0, device=device
        )
        stops = np.cumsum([x.shape[1] for x in scaled])[:-1]
        for name, part, root in zip(bands, np.split(solved, stops), roots, strict=True):
            found[name][:, some] = part / root
    return found


class BandedRidgeCV:
    """Ridge regression on several feature spaces that weighs them anew for every target.

    One penalty for all features lets a large and noisy space drown a small and telling one.

    Parameters
    ----------
    alphas : array, shape (n_alphas,), optional
        As in `RidgeCV`.
    n_draws : int, default 60
        Weightings of the spaces that are tried, one half of them sparse, beside equal weights and
        every space alone.
    n_folds, gap, fit_intercept
        As in `RidgeCV`.
    seed : int or Generator, default 0
        Decides the weightings.
    device : str, optional
        As in `RidgeCV`.

    Attributes
    ----------
    gamma_ : array, shape (n_bands, n_targets)
        Weight of every space, summing to 1; its penalty is ``alpha_ / gamma_``.
    alpha_ : array, shape (n_targets,)
        Penalty.
    held_out_r2_ : array, shape (n_targets,)
        R2 of the held-out stretches; optimistic by the choice.
    coef_ : dict of str to array, shape (n_features, n_targets)
        Coefficients.

    Notes
    -----
    Random search over the kernels ``sum_b gamma_b X_b X_b'`` [1]_; every weighting costs as much as
    one `RidgeCV` on the kernel.

    References
    ----------
    .. [1] Dupre la Tour et al. (2022), Feature-space selection with banded ridge regression.
       NeuroImage 264:119728.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bands = {"told": rng.normal(size=(100, 2)), "noise": rng.normal(size=(100, 50))}
    >>> y = bands["told"] @ np.ones((2, 1)) + 0.5 * rng.normal(size=(100, 1))
    >>> banded = BandedRidgeCV(alphas=np.logspace(-2, 4, 13), n_draws=20).fit(bands, y)
    >>> bool(banded.gamma_[0, 0] > 0.8), banded.predict(bands).shape
    (True, (100, 1))
    """

    def __init__(
        self, *, alphas: Real[np.ndarray, "alphas"] | None = None, n_draws: int = 60,
        n_folds: int = 5, gap: int = 0, fit_intercept: bool = True, seed: Seed = 0,
        device: str | None = None,
    ) -> None:  # fmt: skip
        self.alphas = alphas
        self.n_draws = n_draws
        self.n_folds = n_folds
        self.gap = gap
        self.fit_intercept = fit_intercept
        self.seed = seed
        self.device = device

    def fit(
        self, bands: Bands, targets: Targets, *, folds: list[Fold] | None = None
    ) -> "BandedRidgeCV":
        """Choose weights and penalties, and learn coefficients.

        Parameters
        ----------
        bands : mapping of str to array, shape (n_times, n_features)
            Feature spaces by name, on comparable scales.
        targets : array, shape (n_times, n_targets)
            Responses of voxels, parcels or sensors.
        folds : list of Fold, optional
            In place of contiguous ones.
        """
        ready = {name: both(x, targets) for name, x in bands.items()}
        targets = next(iter(ready.values()))[1]
        spaces = {name: pair[0].astype(targets.dtype, copy=False) for name, pair in ready.items()}
        alphas = penalties(self.alphas)
        if folds is None:
            folds = contiguous_folds(len(targets), self.n_folds, gap=self.gap)
        weightings = _weightings(len(spaces), self.n_draws, self.seed)
        best, of_alpha, smallest, fall = self._search(spaces, targets, alphas, weightings, folds)
        self.gamma_, self.alpha_ = weightings[best].T, alphas[of_alpha]
        self.held_out_r2_ = held_out_r2(smallest, targets, folds)
        warn_at_edges(fall)
        self._learn(spaces, targets, best)
        return self

    def _search(
        self, spaces: Bands, targets: Targets, alphas: np.ndarray, weightings: np.ndarray,
        folds: list[Fold],
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
        """Return weighting, penalty, loss and fall at the edge of every target."""
        kernels = np.stack([kernel_of(x, device=self.device) for x in spaces.values()])
        n_targets = targets.shape[1]
        best, of_alpha = np.zeros(n_targets, dtype=np.int64), np.zeros(n_targets, dtype=np.int64)
        null = null_loss(targets, folds, center=self.fit_intercept)
        smallest, fall = np.full(n_targets, np.inf), np.zeros(n_targets)
        with progress(len(weightings), label="banded ridge") as report:
            for k, gamma in enumerate(weightings):
                kernel = placed(np.tensordot(gamma, kernels, axes=1), self.device)
                losses = losses_of_kernel(
                    kernel, targets, alphas, folds=folds, center=self.fit_intercept,
                    device=self.device,
                )  # fmt: skip
                lowest = losses.argmin(axis=0)
                loss = losses[lowest, np.arange(n_targets)]
                won = loss < smallest
                best[won], of_alpha[won], smallest[won] = k, lowest[won], loss[won]
                fall[won] = fall_at_edge(losses, null)[won]
                report(k + 1, "")
        return best, of_alpha, smallest, fall

    def _learn(self, spaces: Bands, targets: Targets, best: np.ndarray) -> None:
        keep = self.fit_intercept
        self._middle = {name: x.mean(axis=0) * keep for name, x in spaces.items()}
        self._x = {name: x - self._middle[name] for name, x in spaces.items()}
        self._level = targets.mean(axis=0) * keep
        kernels = np.stack([kernel_of(x, device=self.device) for x in self._x.values()])
        self._dual = np.empty(targets.shape, dtype=targets.dtype)
        for k in np.unique(best):
            some = best == k
            kernel = np.tensordot(self.gamma_[:, some][:, 0], kernels, axes=1)
            self._dual[:, some] = solve_kernel_ridge(
                kernel, np.ascontiguousarray(targets[:, some] - self._level[some]),
                alpha=self.alpha_[some], device=self.device,
            )  # fmt: skip

    @property
    def coef_(self) -> dict[str, Float[np.ndarray, "features targets"]]:  # noqa: D102
        return {
            name: (x.T @ self._dual) * gamma
            for (name, x), gamma in zip(self._x.items(), self.gamma_, strict=True)
        }

    def predict_parts(self, bands: Bands) -> Float[np.ndarray, "bands times targets"]:
        """Return what every feature space adds to the prediction, without the constant."""
        if list(bands) != list(self._x):
            raise ValueError(
                f"the regression has learned {', '.join(self._x)}, but {', '.join(bands)} arrived"
            )
        parts = [
            ((bands[name] - self._middle[name]) @ x.T) @ self._dual * gamma
            for (name, x), gamma in zip(self._x.items(), self.gamma_, strict=True)
        ]
        return np.stack(parts)

    def predict(self, bands: Bands) -> Targets:
        """Return the expected targets of new samples."""
        return self.predict_parts(bands).sum(axis=0) + self._level


def _weightings(n_bands: int, n_draws: int, seed: Seed) -> Float[np.ndarray, "weightings bands"]:
    """Return equal weights, every space alone, and draws on the simplex."""
    whole(n_bands, "number of feature spaces", low=1)
    whole(n_draws, "n_draws")
    fixed = [np.full((1, n_bands), 1 / n_bands), np.eye(n_bands)]
    if n_bands == 1:
        return np.ones((1, 1))
    rng = generator(seed)
    drawn = [
        rng.dirichlet(np.full(n_bands, _CONCENTRATIONS[k % len(_CONCENTRATIONS)]))
        for k in range(n_draws)
    ]
    return np.concatenate([*fixed, np.array(drawn).reshape(-1, n_bands)])
