"""Labels from features by ridge regression whose penalty its own errors choose."""

import numpy as np
from jaxtyping import Float, Shaped

__all__ = ["RidgeDecoder"]

_PENALTIES = np.logspace(-4, 4, 17)


class RidgeDecoder:
    """Linear decoder of classes or of values, in the manner of scikit-learn.

    Parameters
    ----------
    classes : bool
        Whether labels are classes; otherwise they are numbers.

    Notes
    -----
    Features are standardized. Classes are coded as indicators, each trial weighted so that all
    classes count alike, and the largest prediction wins: linear discriminant analysis with a
    shrunk covariance, in other words [1]_. The penalty is one of 17 between 1e-4 and 1e4 times
    the mean square of the features over a trial, the one with the smallest leave-one-out error,
    which costs no refit [2]_ and is exact up to the standardization.

    References
    ----------
    .. [1] Hastie, Tibshirani and Buja (1994), Flexible discriminant analysis by optimal scoring.
    .. [2] Golub, Heath and Wahba (1979), Generalized cross-validation. Technometrics 21:215.

    Examples
    --------
    >>> features = np.random.default_rng(0).normal(size=(50, 3))
    >>> decoder = RidgeDecoder(classes=True).fit(features, features[:, 0] > 0)
    >>> bool((decoder.predict(features) == (features[:, 0] > 0)).mean() > 0.9)
    True
    """

    def __init__(self, *, classes: bool) -> None:
        self.classes = classes

    def fit(
        self, features: Float[np.ndarray, "trials features"], labels: Shaped[np.ndarray, "trials"]
    ) -> "RidgeDecoder":
        """Learn from trials."""
        weights, targets = np.ones(len(labels)), labels[:, None]
        if self.classes:
            self.classes_, which, counts = np.unique(
                labels, return_inverse=True, return_counts=True
            )
            weights = len(labels) / len(counts) / counts[which]
            targets = np.eye(len(counts))[which]
        self.center_ = features.mean(axis=0)
        spread = features.std(axis=0)
        self.scale_ = np.where(spread > 0, spread, 1.0)
        x = (features - self.center_) / self.scale_
        mean = np.average(x, axis=0, weights=weights)
        self.intercept_ = np.average(targets, axis=0, weights=weights)
        root = np.sqrt(weights)[:, None]
        self.coefficients_ = _solve(root * (x - mean), root * (targets - self.intercept_), weights)
        self.intercept_ = self.intercept_ - mean @ self.coefficients_
        return self

    def predict(
        self, features: Float[np.ndarray, "trials features"]
    ) -> Shaped[np.ndarray, "trials"]:
        """Return the class or the value of each trial."""
        found = (features - self.center_) / self.scale_ @ self.coefficients_ + self.intercept_
        return self.classes_[found.argmax(axis=1)] if self.classes else found[:, 0]


def _solve(
    x: Float[np.ndarray, "trials features"],
    y: Float[np.ndarray, "trials targets"],
    weights: Float[np.ndarray, "trials"],
) -> Float[np.ndarray, "features targets"]:
    """Return ridge coefficients, with the penalty of the smallest leave-one-out error."""
    left, values, right = np.linalg.svd(x, full_matrices=False)
    rotated = left.T @ y
    size = float(np.square(values).sum()) / len(x)
    if size == 0:
        return np.zeros((x.shape[1], y.shape[1]))
    best, smallest = np.zeros(len(values)), np.inf
    for penalty in _PENALTIES * size:
        shrink = values**2 / (values**2 + penalty)
        own = weights / len(x) + np.square(left) @ shrink  # the mean is learned, too
        errors = (y - left @ (shrink[:, None] * rotated)) / (1 - own)[:, None]
        error = float(np.square(errors).sum())
        if error < smallest:
            best, smallest = values / (values**2 + penalty), error
    return right.T @ (best[:, None] * rotated)
