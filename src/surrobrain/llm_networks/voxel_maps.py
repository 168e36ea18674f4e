"""A map of the brain for every pattern."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.linear.folds import contiguous_folds
from surrobrain.linear.ridge import RidgeCV
from surrobrain.llm_networks.regressors import Design

__all__ = ["Maps", "ordinary_t", "pattern_maps"]


@dataclass(frozen=True, eq=False)
class Maps:
    """One value per pattern and place.

    Parameters
    ----------
    values : array, shape (n_patterns, n_targets)
        See kind.
    kind : str
        ``"product"``, ``"coefficient"`` or ``"t"``.
    """

    values: Float[np.ndarray, "patterns targets"]
    kind: str

    @property
    def z(self) -> Float[np.ndarray, "patterns targets"]:
        """Standardized over the brain; 0 where a map is the same everywhere."""
        centered = self.values - self.values.mean(axis=1, keepdims=True)
        spread = centered.std(axis=1, keepdims=True)
        return np.divide(centered, spread, out=np.zeros_like(centered), where=spread > 0)


def pattern_maps(design: Design, *, kind: str, alphas: tuple[float, ...] | None = None) -> Maps:
    """Return what each pattern adds to the prediction of each target, controls taken out.

    Parameters
    ----------
    design : Design
        Regressors and responses; all volumes are used.
    kind : {"product", "coefficient", "t"}
        Product measure with the sign of the summed delays; ridge coefficient; t value.
    alphas : tuple of float, optional
        Penalties that are tried.

    Raises
    ------
    ValueError
        A t value is asked for with too few volumes.

    Notes
    -----
    Controls are regressed out of patterns and responses alike, so that a map shows what words per
    volume and loudness do not. The product measure of pattern k is ``sum_t p_k (2 y - p) / sum_t
    y^2`` where p_k is its part of the prediction p; over patterns it adds up to the R2 of the fit.
    """
    x = _standard(design.bands["patterns"])
    rest = [v for name, v in design.bands.items() if name != "patterns"]
    known = np.linalg.qr(_standard(np.concatenate(rest, axis=1)))[0]
    if kind == "t":
        return Maps(ordinary_t(x, design.responses, nuisance=known), "t")
    y = design.responses - known @ (known.T @ design.responses)
    x = x - known @ (known.T @ x)
    folds = contiguous_folds(len(x), 5, gap=design.gap, runs=design.runs)
    ridge = RidgeCV(alphas=None if alphas is None else np.array(alphas), fit_intercept=False)
    ridge.fit(x, y, folds=folds)
    weights = ridge.coef_
    # (delay, pattern, target)
    shaped = weights.reshape(-1, design.n_patterns, y.shape[1])
    if kind == "coefficient":
        return Maps(shaped.sum(axis=0), "coefficient")
    size = np.einsum("tv,tv->v", y, y)
    agreement = (2 * x.T @ y - x.T @ (x @ weights)).reshape(shaped.shape)
    product = np.einsum("dkv,dkv->kv", shaped, agreement) / np.where(size > 0, size, 1.0)
    return Maps(np.abs(product) * np.sign(shaped.sum(axis=0)), "product")


def ordinary_t(
    x: Float[np.ndarray, "times features"], y: Float[np.ndarray, "times targets"], *,
    nuisance: Float[np.ndarray, "times nuisances"] | None = None,
) -> Float[np.ndarray, "features targets"]:  # fmt: skip
    """Return t values of ordinary least squares with autoregressive noise of first order.

    Parameters
    ----------
    x : array, shape (n_times, n_features)
        Regressors of interest.
    y : array, shape (n_times, n_targets)
        Responses.
    nuisance : array, shape (n_times, n_nuisances), optional
        Further regressors.

    Returns
    -------
    array, shape (n_features, n_targets)

    Raises
    ------
    ValueError
        There are fewer samples than regressors, or the regressors depend on each other.

    Notes
    -----
    The correlation of neighboring residuals is estimated per target, rounded to steps of 0.05, and
    taken out of regressors and responses; targets of equal step share one solution.
    """
    whole = x if nuisance is None else np.concatenate([x, nuisance], axis=1)
    whole = np.concatenate([whole, np.ones((len(whole), 1))], axis=1)
    n, f = whole.shape
    if n - 1 <= f:
        raise ValueError(
            f"{n} volumes cannot tell {f} regressors apart without a penalty; use maps="
            "'coefficient' or 'product', fewer patterns, or more volumes"
        )
    if np.linalg.matrix_rank(whole) < f:
        raise ValueError("regressors depend on each other; use maps='coefficient' or 'product'")
    rest = y - whole @ np.linalg.lstsq(whole, y, rcond=None)[0]
    power = np.einsum("tv,tv->v", rest, rest)
    rho = np.einsum("tv,tv->v", rest[1:], rest[:-1]) / np.where(power > 0, power, 1.0)
    steps = np.round(np.clip(rho, -0.9, 0.9) / 0.05).astype(int)
    found = np.zeros((x.shape[1], y.shape[1]))
    for step in np.unique(steps):
        some = steps == step
        a, b = (v[1:] - 0.05 * step * v[:-1] for v in (whole, y[:, some]))
        inverse = np.linalg.inv(a.T @ a)
        weights = inverse @ (a.T @ b)
        left = b - a @ weights
        noise = np.einsum("tv,tv->v", left, left) / (n - 1 - f)
        error = np.sqrt(np.diag(inverse)[:, None] * noise)
        t = np.divide(weights, error, out=np.zeros_like(weights), where=error > 0)
        found[:, some] = t[: x.shape[1]]
    return found


def _standard(values: np.ndarray) -> np.ndarray:
    centered = values - values.mean(axis=0)
    spread = centered.std(axis=0)
    return centered / np.where(spread > 1e-8, spread, np.inf)
