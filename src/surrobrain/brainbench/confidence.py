"""Whether a model is right more often where it is more confident."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.choices import Choices
from surrobrain.checks import whole
from surrobrain.seeds import Seed, generator
from surrobrain.statistics.agreement import correlation
from surrobrain.statistics.bootstrap import bootstrap_interval
from surrobrain.statistics.logistic import fit_logistic, predict_left_out
from surrobrain.statistics.reliability_diagram import (
    ReliabilityBins,
    equal_count_bins,
    expected_calibration_error,
    perfect_calibration_error,
)

__all__ = ["Calibration", "PublishedCalibration", "calibration", "published_calibration"]

_WEAK = 1e-3  # the penalty that only bounds separable cases: C = 1000


@dataclass(frozen=True, eq=False)
class Calibration:
    """How confidence and being right go together, judged on cases that were left out.

    Parameters
    ----------
    model : str
        Whose.
    bins : ReliabilityBins
        Reliability diagram of the cross-validated probability of being right.
    error : float
        Expected calibration error of that probability.
    error_by_chance : float
        What a perfect forecaster of these probabilities would show with as few cases.
    gain, gain_low, gain_high : float
        Held-out log-likelihood per case above that of the accuracy alone, in nats, with the 95 %
        interval over cases; above 0, confidence tells right from wrong.
    slope : float
        Log odds per unit of confidence (difference of perplexities), all cases, nearly
        unpenalized.
    fold_slopes : array, shape (n_folds,)
        The same without each fold: folds share most cases, so their spread is no standard error.
    stated_error : float
        Expected calibration error of the probability the likelihoods themselves imply, NaN where
        the tokens were not counted.
    published : PublishedCalibration
        The variant of the published study, which judges bins and not single cases.
    """

    model: str
    bins: ReliabilityBins
    error: float
    error_by_chance: float
    gain: float
    gain_low: float
    gain_high: float
    slope: float
    fold_slopes: Float[np.ndarray, "folds"]
    stated_error: float
    published: "PublishedCalibration"

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.model}: held-out gain {self.gain:+.3f} nats [{self.gain_low:+.3f}, "
            f"{self.gain_high:+.3f}], calibration error {self.error:.3f} (by chance "
            f"{self.error_by_chance:.3f}), slope {self.slope:.2f}"
        )


@dataclass(frozen=True, eq=False)
class PublishedCalibration:
    """The published figure: accuracy of 20 equal-count bins of confidence, and a line through it.

    Parameters
    ----------
    accuracy : array, shape (n_bins,)
        From the least confident bin.
    r : float
        Correlation of accuracy and number of the bin.
    slope, intercept : float
        Of the line, per bin.
    logistic_slope : float
        Log odds per unit of confidence at C = 1, shrunk by that penalty.
    """

    accuracy: Float[np.ndarray, "bins"]
    r: float
    slope: float
    intercept: float
    logistic_slope: float


def calibration(
    choices: Choices, *, n_bins: int = 10, n_folds: int = 10, seed: Seed = 0
) -> Calibration:
    """Return whether the confidence of a model foretells that it is right.

    Parameters
    ----------
    choices : Choices
        Of one model.
    n_bins : int
        Bins of equal count, of the reliability diagram and the calibration error.
    n_folds : int
        Parts, each predicted from the others.
    seed : int or Generator
        Decides the parts.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        All cases are right or all wrong, so that nothing can be told apart.

    Notes
    -----
    The probability of being right is logistic in the confidence rank, whose scale no outlier
    stretches; ranks are those within the whole set, weights come from the other folds.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> rng = np.random.default_rng(0)
    >>> sure = rng.normal(0.05, 0.05, size=200)
    >>> loss = np.stack([2 - sure / 2, 2 + sure / 2], axis=1)
    >>> found = calibration(Choices("a model", tuple(map(str, range(200))), loss=loss))
    >>> found.gain > 0, found.bins.accuracy[0] < found.bins.accuracy[-1]
    (True, np.True_)
    """
    whole(n_folds, "n_folds", low=2)
    right = _told_apart(choices)
    n, feature = len(right), choices.confidence[:, None]
    rank = (np.argsort(np.argsort(choices.confidence, kind="stable")) / n)[:, None]
    fold = generator(seed).permutation(n) % n_folds
    odds = predict_left_out(rank, right, groups=fold, penalty=_WEAK, seed=seed)
    base = predict_left_out(np.zeros((n, 1)), right, groups=fold, penalty=_WEAK, seed=seed)
    gain = _log_likelihood(odds, right) - _log_likelihood(base, right)
    low, high = bootstrap_interval(gain[:, None], seed=seed)
    said = _probability(odds)
    slopes = [_slope(feature[fold != k], right[fold != k], _WEAK) for k in np.unique(fold)]
    return Calibration(
        choices.model, equal_count_bins(said, right, n_bins=n_bins),
        expected_calibration_error(said, right, n_bins=n_bins),
        perfect_calibration_error(said, n_bins=n_bins, seed=seed),
        float(gain.mean()), low, high, _slope(feature, right, _WEAK), np.array(slopes),
        _stated_error(choices, n_bins),
        published_calibration(choices),
    )  # fmt: skip


def published_calibration(choices: Choices, *, n_bins: int = 20) -> PublishedCalibration:
    """Return the published variant: a line through the accuracy of bins of confidence rank.

    Parameters
    ----------
    choices : Choices
        Of one model.
    n_bins : int
        Of equal count.

    Returns
    -------
    PublishedCalibration

    Raises
    ------
    ValueError
        All cases are right or all wrong.

    Notes
    -----
    The correlation is that of bin means, so it grows with the cases per bin; `calibration` judges
    single cases that were left out.
    """
    right = _told_apart(choices)
    found = equal_count_bins(choices.confidence, right, n_bins=n_bins).accuracy
    places = np.arange(len(found), dtype=np.float64)
    slope, intercept = np.polyfit(places, found, 1)
    return PublishedCalibration(
        found, correlation(places, found), float(slope), float(intercept),
        _slope(choices.confidence[:, None], right, 1.0),
    )  # fmt: skip


def _told_apart(choices: Choices) -> np.ndarray:
    right = choices.correct
    if right.all() or not right.any():
        said = "right" if right.all() else "wrong"
        raise ValueError(
            f"{choices.model} is {said} on every case, so confidence cannot tell right from wrong"
        )
    return right


def _slope(feature: np.ndarray, right: np.ndarray, penalty: float) -> float:
    return float(fit_logistic(feature, right, penalty=penalty).weights[0])


def _log_likelihood(odds: np.ndarray, right: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0, np.where(right, -odds, odds))


def _probability(odds: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(odds)


def _stated_error(choices: Choices, n_bins: int) -> float:
    """With equal odds beforehand, the likelihood ratio is the odds that a version is the true."""
    if choices.n_tokens is None:
        return float("nan")
    total = choices.scored("sum")
    return expected_calibration_error(
        _probability(np.abs(total.margin)), total.correct, n_bins=n_bins
    )
