"""Tell two conditions apart from single trials, at every time and from each time to another."""

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.errors import NotEnough
from surrobrain.rsa.generalizing import Generalization
from surrobrain.rsa.noise import Shrinkage, noise_covariance
from surrobrain.rsa.trials import Trials

__all__ = ["decode"]


def decode(trials: Trials, *, shrinkage: Shrinkage = "ledoit_wolf") -> Generalization:
    """Train a linear discriminant at each time and test it at every time, on trials left out.

    Parameters
    ----------
    trials : Trials
        Of two conditions; their folds say what is left out together.
    shrinkage : {"ledoit_wolf", "diagonal", "none"}
        How the covariance of channels is shrunk. Channels are brought to one scale first.

    Returns
    -------
    Generalization
        Area under the receiver operating characteristic, ``values[i, j]`` trained at time i and
        tested at time j, the mean over folds; 0.5 is chance. Its ``diagonal`` is the time course.

    Raises
    ------
    NotEnough
        There are other than two conditions, or a fold lacks one of them.

    Notes
    -----
    King and Dehaene (2014), Characterizing the dynamics of mental representations: the temporal
    generalization method. Trends Cogn Sci 18:203.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shown = np.tile([[[2.0]], [[-2.0]]], (20, 4, 1)) * np.array([0.0, 1.0])  # from 0.1 s on
    >>> labels = ["face", "house"] * 20
    >>> trials = Trials(shown + rng.normal(size=shown.shape), labels, np.array([-0.1, 0.1]))
    >>> bool(decode(trials).diagonal[1] > 0.95)
    True
    """
    if len(trials.conditions) != 2:
        raise NotEnough(
            f"decoding tells 2 conditions apart, but {len(trials.conditions)} arrived; pick two, "
            'or measure all pairs with rsa.movie(..., method="discriminant")'
        )
    second = trials.condition_numbers == 1
    folds = trials.fold_numbers
    n_times, n_folds = len(trials.times), int(folds.max()) + 1
    if n_folds < 2:
        raise NotEnough("decoding needs at least 2 folds; give folds, or more trials")
    values = np.asarray(trials.values, dtype=np.float64)
    total = np.zeros((n_times, n_times))
    for fold in range(n_folds):
        left_out = folds == fold
        if len(set(second[left_out])) < 2 or len(set(second[~left_out])) < 2:
            raise NotEnough(f"fold {fold} does not hold both conditions; use fewer folds")
        weights = _weights(values[~left_out], second[~left_out], shrinkage)
        scores = np.einsum("ip,rpj->rij", weights, values[left_out])  # (trial, train, test)
        total += _area(scores, second[left_out])
    return Generalization(total / n_folds, trials.times, trials.times, "AUC")


def _weights(
    values: Float[np.ndarray, "trials channels times"],
    second: Bool[np.ndarray, "trials"],
    shrinkage: Shrinkage,
) -> Float[np.ndarray, "times channels"]:
    """Return the direction of the discriminant of each time."""
    means = [values[~second].mean(axis=0), values[second].mean(axis=0)]
    left = values - np.where(second[:, None, None], means[1], means[0])
    scale = left.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    left, apart = left / scale, (means[1] - means[0]) / scale
    weights = np.empty(apart.T.shape)
    for k in range(values.shape[2]):
        covariance = noise_covariance(left[..., k], shrinkage=shrinkage, n_means=2)
        weights[k] = np.linalg.solve(covariance, apart[:, k]) / scale[:, k]
    return weights


def _area(
    scores: Float[np.ndarray, "trials train test"], second: Bool[np.ndarray, "trials"]
) -> Float[np.ndarray, "train test"]:
    """Return how often a trial of the second condition scores above one of the first."""
    low, high = scores[~second][:, None], scores[second][None]
    return (0.5 * (high > low) + 0.5 * (high >= low)).mean(axis=(0, 1))
