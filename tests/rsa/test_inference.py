import numpy as np
import pytest

from surrobrain import rsa

NAMES = [f"image {k}" for k in range(12)]
TIMES = np.arange(20) / 100


def scored(n: int = 12, *, seed: int = 0, strength: float = 0.3) -> rsa.ModelScores:
    """Two models: one fits from the eighth time on and best at the twelfth, one never does."""
    course = np.zeros((2, 20))
    course[0, 7:] = strength * np.exp(-(((TIMES[7:] - 0.11) / 0.05) ** 2))
    values = np.random.default_rng(seed).normal(course, 0.06, size=(n, 2, 20))
    persons = tuple(f"P{k}" for k in range(n))
    return rsa.ModelScores(values, ("true", "empty"), persons, "spearman", None, TIMES)


@pytest.mark.parametrize("correction", ["max", "cluster"])
def test_sign_flips_find_the_model_that_fits(correction):
    found = rsa.sign_flip_test(scored(), correction=correction, n_draws=500)
    assert found.significant[0, 8:15].all()
    assert not found.significant[1].any()
    assert not found.significant[0, :6].any()
    assert "sign flips" in found.test


def test_few_persons_are_flipped_in_every_way():
    found = rsa.sign_flip_test(scored(5), n_draws=4999)
    assert found.n_draws == 31
    assert found.p.min() == 1 / 32
    again = rsa.sign_flip_test(scored(5), n_draws=4999, seed=7)
    assert np.array_equal(found.p, again.p)
    with pytest.raises(ValueError, match="4 persons have 16 sign flips"):
        rsa.sign_flip_test(scored(4))


def test_sign_flips_keep_their_promise():
    alarms = [
        (rsa.sign_flip_test(scored(8, seed=k, strength=0.0), n_draws=300).p <= 0.05).any()
        for k in range(200)
    ]
    assert 0.01 < np.mean(alarms) < 0.1


def test_cosines_cannot_be_flipped():
    scores = scored()
    cosine = rsa.ModelScores(scores.values, scores.models, scores.persons, "cosine", None, TIMES)
    with pytest.raises(ValueError, match="cosine of unrelated RDMs is not zero"):
        rsa.sign_flip_test(cosine)


def brains(n: int = 3, *, noise: float = 1.0, seed: int = 0) -> dict[str, rsa.RDMs]:
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(5).uniform(size=66)
    signal = np.array([0.0, 0.0, 1.0, 1.0])[:, None] * truth
    return {
        f"P{k}": rsa.RDMs(
            signal + noise * rng.uniform(size=(4, 66)), NAMES, times=np.arange(4) / 10
        )
        for k in range(n)
    }


@pytest.mark.parametrize("method", ["spearman", "pearson", "rho_a", "cosine", "whitened_cosine"])
def test_shuffled_conditions(method):
    truth = np.random.default_rng(5).uniform(size=66)
    models = rsa.RDMs(np.stack([truth, truth[::-1]]), NAMES, ["true", "wrong"])
    movies = brains()
    found = rsa.permutation_test(models, movies, method=method, n_draws=300)
    assert np.allclose(found.observed, rsa.evaluate(models, movies, method=method).mean)
    assert (found.p[0, 2:] < 0.02).all()
    assert (found.p[1] > 0.05).all()
    assert (found.p[0, :2] > 0.05).all()


def test_shuffling_on_disk_changes_nothing(monkeypatch):
    models = rsa.RDMs(np.random.default_rng(5).uniform(size=(2, 66)), NAMES)
    expected = rsa.permutation_test(models, brains(), n_draws=50)
    monkeypatch.setattr("surrobrain.rsa.units._IN_MEMORY", 1)
    monkeypatch.setattr("surrobrain.rsa.permuting._BATCH", 1)
    found = rsa.permutation_test(models, brains(), n_draws=50)
    assert np.allclose(found.observed, expected.observed, atol=1e-6)
    assert np.allclose(found.threshold, expected.threshold, atol=1e-6)


def test_what_cannot_be_permuted():
    few = rsa.RDMs(np.arange(10.0)[None], NAMES[:5])
    with pytest.raises(ValueError, match="5 conditions have 120 permutations"):
        rsa.permutation_test(few, few)
    models = rsa.RDMs(np.arange(66.0)[None], NAMES)
    with pytest.raises(ValueError, match="rho_a"):
        rsa.permutation_test(models, models, method="kendall")


def test_latencies_are_those_of_the_course():
    scores = scored(20)
    found = rsa.latency(scores, rsa.sign_flip_test(scores, n_draws=500), model="true", n_draws=200)
    assert found.onset in (0.07, 0.08)
    assert found.onset_low <= found.onset <= found.onset_high <= 0.09
    assert found.peak_low <= 0.11 <= found.peak_high
    assert found.found == 1
    nothing = rsa.latency(
        scores, rsa.sign_flip_test(scores, n_draws=500), model="empty", n_draws=50
    )
    assert np.isnan(nothing.onset)
    assert nothing.onset_high == np.inf
    with pytest.raises(ValueError, match=r"several models \(true, empty\); choose one"):
        rsa.latency(scores, rsa.sign_flip_test(scores, n_draws=50))
    with pytest.raises(ValueError, match="a cluster does not say when it begins"):
        rsa.latency(scores, rsa.sign_flip_test(scores, correction="cluster"), model="true")


def persons_and_models(seed: int, *, m: int = 10, n: int = 12) -> tuple[rsa.RDMs, rsa.RDMs]:
    """Persons drawn from a population and images from a world, both anew for each seed."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 30))
    names = NAMES[:n]
    own = rsa.rdm(features, conditions=names)
    other = rsa.rdm(features[:, :12] + 0.3 * rng.normal(size=(n, 12)), conditions=names)
    models = rsa.RDMs(np.concatenate([own.values, other.values]), names, ["whole", "part"])
    persons = []
    for _ in range(m):
        weights = rng.uniform(0.2, 1.8, size=30)
        patterns = features * weights + 0.8 * rng.normal(size=(n, 30))
        persons.append(rsa.rdm(patterns).values[0])
    return models, rsa.RDMs(np.stack(persons), names)


@pytest.mark.parametrize("over", ["both", "persons", "conditions"])
def test_bootstrap(over):
    models, persons = persons_and_models(0)
    found = rsa.bootstrap(models, persons, over=over, n_draws=100)
    assert np.allclose(found.scores, rsa.evaluate(models, persons).mean)
    assert (found.low < found.scores).all()
    assert (found.p < 0.05).all()
    assert np.isnan(np.diag(found.difference_p)).all()
    assert found.difference_p[0, 1] == found.difference_p[1, 0]
    assert found.ceiling[0] < found.ceiling[1]


def test_the_error_over_both_is_never_that_of_persons_alone():
    """Against the spread over worlds drawn anew: on the safe side, as the method is known to be."""
    scores = np.array([rsa.evaluate(*persons_and_models(k)).mean for k in range(150)])
    found = np.array([rsa.bootstrap(*persons_and_models(k), n_draws=40).error for k in range(15)])
    ratio = np.sqrt((found**2).mean(axis=0)) / scores.std(axis=0)
    assert ((ratio > 1) & (ratio < 2)).all(), ratio
    naive = [
        rsa.bootstrap(*persons_and_models(k), over="persons", n_draws=40).error for k in range(15)
    ]
    assert (np.sqrt(np.square(naive).mean(axis=0)) < 0.8 * scores.std(axis=0)).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_rsatoolbox_agrees_on_the_error_over_both():
    import rsatoolbox

    models, persons = persons_and_models(0)
    theirs = rsatoolbox.inference.eval_dual_bootstrap(
        [rsatoolbox.model.ModelFixed(n, rsatoolbox.rdm.RDMs(v[None]))
         for n, v in zip(models.names, models.values, strict=True)],
        rsatoolbox.rdm.RDMs(persons.values), method="spearman", N=500, k_pattern=1, k_rdm=1,
    )  # fmt: skip
    ours = rsa.bootstrap(models, persons, n_draws=1000)
    assert np.allclose(ours.error, np.sqrt(theirs.model_var), rtol=0.15)


def test_pairs_of_a_condition_with_itself_are_left_out():
    models, persons = persons_and_models(1)
    only = models.at([0])
    noiseless = rsa.RDMs(np.concatenate([only.values] * 3), models.conditions)
    found = rsa.bootstrap(only, noiseless, method="pearson", over="conditions", n_draws=30)
    assert found.scores[0] == pytest.approx(1)
    assert found.error[0] < 1e-6  # a perfect model stays perfect in every resample
    with pytest.raises(ValueError, match="5 conditions are too few"):
        rsa.bootstrap(models.pick(NAMES[:5]), persons.pick(NAMES[:5]))
    with pytest.raises(ValueError, match="at least 2 persons are needed"):
        rsa.bootstrap(models, persons.at([0]))
