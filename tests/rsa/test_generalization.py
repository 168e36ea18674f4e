import numpy as np
import pytest

from surrobrain import rsa

NAMES = [f"image {k}" for k in range(20)]
TIMES = np.arange(6) / 10


def lasting(seed: int, *, shared: float = 0.0) -> rsa.RDMs:
    """One code from the third to the fourth time, another one after; noise that lasts."""
    world, rng = np.random.default_rng(99), np.random.default_rng(seed)
    early, late = world.uniform(size=(2, 190))
    signal = np.stack([0 * early, 0 * early, early, early, late, late])
    noise = 0.2 * rng.normal(size=(6, 190)) + shared * rng.normal(size=190)
    return rsa.RDMs(signal + noise, NAMES, times=TIMES)


def test_codes_that_last_generalize_and_noise_does_not():
    one, other = lasting(0, shared=0.2), lasting(1, shared=0.2)
    found = rsa.generalization(one, other)
    assert found.values[2, 3] > 0.3
    assert found.values[4, 5] > 0.3
    assert abs(found.values[:2]).max() < 0.3 < found.diagonal[2:].min()
    within = rsa.compare(one.at([0]).mean(), one.at([1]).mean())
    assert within[0, 0] > 0.3  # what one movie alone would call generalization
    assert found.curve.shape == (6,)
    assert np.allclose(found.diagonal, rsa.compare(one, other))


def test_persons_against_the_mean_of_others():
    movies = {f"P{k}": lasting(k) for k in range(4)}
    found = rsa.group_generalization(movies, method="pearson")
    assert np.allclose(found.values, found.values.T)
    others = np.mean([rsa.compare(movies["P0"], movies[p]).mean() for p in ("P1", "P2", "P3")])
    assert found.diagonal.mean() > others  # a mean has less noise than a person
    ceiling = rsa.noise_ceiling(movies, method="pearson")
    assert np.allclose(found.diagonal, ceiling.lower)
    two = rsa.group_generalization({k: movies[k] for k in ("P0", "P1")})
    forth = rsa.generalization(movies["P0"], movies["P1"]).values
    assert np.allclose(two.values, (forth + forth.T) / 2)


def test_files_on_disk_change_nothing(monkeypatch):
    movies = {f"P{k}": lasting(k) for k in range(3)}
    expected = rsa.group_generalization(movies).values
    monkeypatch.setattr("surrobrain.rsa.units._IN_MEMORY", 1)
    assert np.allclose(rsa.group_generalization(movies).values, expected, atol=1e-6)


def test_what_cannot_generalize():
    movie = lasting(0)
    with pytest.raises(ValueError, match="one and the same movie arrived twice"):
        rsa.generalization(movie, movie)
    with pytest.raises(ValueError, match="needs two movies"):
        rsa.generalization(movie, movie.mean())
    with pytest.raises(ValueError, match="at least 2 persons"):
        rsa.group_generalization({"P1": movie})


@pytest.fixture(scope="module")
def word_pairs(shared):
    from sklearn.model_selection import StratifiedKFold

    stored = np.load(shared("rdm") / "eeg_wordpairs/epochs_uV.npz")
    related = stored["condition"]
    folds = np.empty(len(related), int)
    splits = StratifiedKFold(10, shuffle=True, random_state=0)
    for k, (_, test) in enumerate(splits.split(related, related)):
        folds[test] = k
    labels = np.where(related == 1, "related", "unrelated").tolist()
    return rsa.Trials(stored["data"], labels, stored["times"].astype(np.float64), folds)


def test_related_words_can_be_decoded_from_eeg(word_pairs):
    found = rsa.decode(word_pairs)
    at = {t: found.diagonal[np.abs(word_pairs.times - t).argmin()] for t in (0.36, 0.40)}
    assert at[0.36] == pytest.approx(0.65, abs=0.01)
    assert at[0.40] == pytest.approx(0.64, abs=0.01)
    before = found.diagonal[word_pairs.times < 0.295]
    assert before.min() > 0.385
    assert before.max() < 0.59
    movie = rsa.movie(word_pairs)
    assert word_pairs.times[movie.values[:, 0].argmax()] == pytest.approx(0.36, abs=0.041)


def test_scikit_learn_decodes_alike(word_pairs):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.metrics import roc_auc_score

    found = rsa.decode(word_pairs)
    second = word_pairs.condition_numbers == 1
    for k in (20, 28, 30, 45):
        areas = []
        for fold in range(10):
            out = word_pairs.fold_numbers == fold
            rule = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
            rule.fit(word_pairs.values[~out][..., k], second[~out])
            areas.append(
                roc_auc_score(second[out], rule.decision_function(word_pairs.values[out][..., k]))
            )
        assert found.diagonal[k] == pytest.approx(np.mean(areas), abs=0.02)


def test_what_cannot_be_decoded(word_pairs):
    three = rsa.Trials(np.zeros((6, 2, 1)), list("abcabc"), np.zeros(1))
    with pytest.raises(ValueError, match="decoding tells 2 conditions apart, but 3 arrived"):
        rsa.decode(three)
    with pytest.raises(ValueError, match="fold 0 does not hold both conditions"):
        rsa.decode(rsa.Trials(np.zeros((4, 2, 1)), list("aabb"), np.zeros(1), [0, 0, 1, 1]))
