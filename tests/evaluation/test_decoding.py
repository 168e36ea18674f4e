import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, r2_score

from surrobrain.errors import NotEnough
from surrobrain.evaluation.decoding import Trials, decode


def trials(seed: int, *, signal: float = 1.5, n_trials: int = 90, names: str = "abc") -> Trials:
    """Classes that lie apart along fixed directions."""
    rng = np.random.default_rng(seed)
    directions = np.random.default_rng(7).normal(size=(len(names), 8))
    which = np.arange(n_trials) % len(names)
    features = signal * directions[which] + rng.normal(size=(n_trials, 8))
    return Trials(features, np.array(list(names))[which])


def graded(seed: int, *, noise: float = 1.0) -> Trials:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(100, 5))
    return Trials(features, features @ np.arange(5.0) + noise * rng.normal(size=100))


def routes(scores) -> dict:
    return {(score.learned_on, score.tested_on): score for score in scores}


def test_what_carries_over_is_decoded_both_ways():
    found = routes(decode(trials(0), trials(1), n_shuffles=60))
    assert list(found) == [
        ("real", "real"), ("simulated", "simulated"), ("real", "simulated"), ("simulated", "real"),
    ]  # fmt: skip
    for score in found.values():
        assert score.measure == "balanced accuracy"
        assert score.value > 0.8
        assert score.low <= score.value <= score.high
        assert score.chance == pytest.approx(1 / 3, abs=0.05)
        assert score.p == pytest.approx(1 / 61)


def test_a_surrogate_that_codes_otherwise_fails_across_only():
    other = trials(1)
    other = dataclasses.replace(other, features=-other.features)
    found = routes(decode(trials(0), other, n_shuffles=60))
    assert found["simulated", "simulated"].value > 0.8
    assert found["real", "simulated"].value < 1 / 3
    assert found["real", "simulated"].p > 0.5


def test_noise_is_at_chance():
    ps = []
    for seed in range(20):
        (score,) = decode(trials(seed, signal=0.0, n_trials=45), n_shuffles=19)
        ps.append(score.p)
    assert np.mean(np.array(ps) <= 0.05) <= 0.2  # of 20 a fifth has probability 0.003
    assert np.mean(ps) == pytest.approx(0.525, abs=0.2)


def test_values_are_scored_by_explained_variance():
    found = routes(decode(graded(0), graded(1), task="values", n_shuffles=40))
    for score in found.values():
        assert score.measure == "R2"
        assert score.value == pytest.approx(30 / 31, abs=0.04)  # of the variance, 1 is noise
        assert score.chance < 0.1


class Memory:
    """Knows a trial by heart, and nothing else."""

    def fit(self, features, labels):
        self.known = {row.tobytes(): label for row, label in zip(features, labels, strict=True)}
        self.other = labels[0]
        return self

    def predict(self, features):
        return np.array([self.known.get(row.tobytes(), self.other) for row in features])


def test_groups_are_never_on_both_sides():
    """Every trial has a twin: known by heart, unless the twins share a group."""
    once = trials(0, n_trials=30)
    twice = np.repeat(once.features, 2, axis=0), np.repeat(once.labels, 2)
    naive = Trials(*twice)
    grouped = Trials(*twice, groups=np.repeat(np.arange(30), 2))
    (open_,) = decode(naive, decoder=Memory(), n_shuffles=5)
    (closed,) = decode(grouped, decoder=Memory(), n_shuffles=5)
    assert open_.value > 0.7
    assert closed.value <= 1 / 3 + 1e-9


def test_groups_of_one_name_are_kept_apart_across_brain_and_surrogate():
    """A surrogate that copies its brain teaches nothing new, and must not seem to."""
    brain = dataclasses.replace(trials(0), groups=np.arange(90))
    across = routes(decode(brain, brain, decoder=Memory(), n_shuffles=5))
    assert across["real", "simulated"].value <= 1 / 3 + 1e-9
    strangers = dataclasses.replace(brain, groups=np.arange(90) + 1000)
    leaking = routes(decode(brain, strangers, decoder=Memory(), n_shuffles=5))
    assert leaking["real", "simulated"].value == 1.0


def test_labels_of_whole_groups_are_shuffled_as_wholes():
    """Ten people, one label each, features that tell people apart: nothing to decode."""
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(10), 20)
    features = 5 * rng.normal(size=(10, 30))[people] + rng.normal(size=(200, 30))
    labels = np.where(people % 2 == 0, "ill", "well")
    (score,) = decode(Trials(features, labels, groups=people), n_shuffles=60)
    assert score.p > 0.05
    assert score.high - score.low > 0.3  # ten people, not two hundred trials


def test_any_estimator_of_scikit_learn_will_do_and_is_left_alone():
    estimator = LogisticRegression()
    (score,) = decode(trials(0), decoder=estimator, n_shuffles=5)
    assert score.value > 0.8
    assert not hasattr(estimator, "coef_")


def test_scores_agree_with_scikit_learn():
    from surrobrain.evaluation.decoding import _balanced_accuracy, _explained

    rng = np.random.default_rng(0)
    labels, found = rng.integers(3, size=(2, 60))
    assert _balanced_accuracy(labels, found) == pytest.approx(
        balanced_accuracy_score(labels, found)
    )
    values, guesses = rng.normal(size=(2, 60))
    assert _explained(values, guesses) == pytest.approx(r2_score(values, guesses))


def test_the_seed_decides():
    one, same, other = (decode(trials(0), n_shuffles=10, seed=s)[0] for s in (0, 0, 1))
    assert one == same
    assert one != other


def test_refusals():
    good = trials(0)
    with pytest.raises(ValueError, match="90 rows of features but 3 labels"):
        Trials(good.features, np.arange(3))
    with pytest.raises(ValueError, match="features must be finite"):
        Trials(np.full((4, 2), np.nan), np.arange(4))
    with pytest.raises(ValueError, match="real has 8 features but simulated has 3"):
        decode(good, Trials(good.features[:, :3], good.labels))
    with pytest.raises(ValueError, match=r"labels \['x'\] that real lacks"):
        decode(good, trials(0, names="abx"))
    with pytest.raises(ValueError, match=r"one class, \['a'\]"):
        decode(trials(0, names="a"))
    with pytest.raises(NotEnough, match="each class needs 5 trials for 5 folds, but real has 3"):
        decode(trials(0, n_trials=9))
    with pytest.raises(NotEnough, match="5 folds need 5 groups of trials, but real has 2"):
        decode(dataclasses.replace(good, groups=np.arange(90) % 2))
    with pytest.raises(ValueError, match="did you mean 'classes'"):
        decode.__wrapped__(good, task="class")
