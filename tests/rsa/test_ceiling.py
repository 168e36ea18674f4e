import numpy as np
import pytest

from surrobrain import rsa

NAMES = [f"image {k}" for k in range(12)]
TIMES = np.arange(4) / 10


def people(n: int, *, noise: float = 0.5, seed: int = 0) -> dict[str, rsa.RDMs]:
    """Persons who share an RDM from the third time on."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(size=66)
    signal = np.array([0.0, 0.0, 1.0, 1.0])[:, None] * truth
    return {
        f"P{k}": rsa.RDMs(signal + noise * rng.normal(size=(4, 66)), NAMES, times=TIMES)
        for k in range(1, n + 1)
    }


def test_over_time_the_ceiling_is_that_of_each_time():
    movies = people(5)
    ceiling = rsa.noise_ceiling(movies, method="pearson")
    still = rsa.RDMs(np.stack([m.values[2] for m in movies.values()]), NAMES)
    alone = rsa.noise_ceiling(still, method="pearson")
    assert ceiling.lower.shape == (4,)
    assert ceiling.lower[2] == pytest.approx(alone.lower)
    assert (ceiling.upper >= ceiling.lower).all()
    assert ceiling.p[2] < 0.01 < ceiling.p[0]
    assert "Persons agree most at 0." in ceiling.in_words()


def test_conditions_of_persons_are_matched_by_name():
    movies = people(3)
    turned = movies | {"P2": movies["P2"].pick(NAMES[::-1])}
    found, expected = (rsa.noise_ceiling(m).lower for m in (turned, movies))
    assert np.allclose(found, expected)


def test_models_are_scored_beside_the_ceiling():
    movies = people(4)
    truth = rsa.RDMs(sum(m.values[2:].mean(axis=0) for m in movies.values())[None], NAMES, ["true"])
    scores = rsa.evaluate(truth, movies)
    assert scores.values.shape == (4, 1, 4)
    assert (scores.mean[0, 2:] > 0.4).all()  # 0.29 of signal and 0.5 of noise: r is near 0.5
    assert scores.relative[0, 3] == pytest.approx(scores.mean[0, 3] / scores.ceiling.lower[3])
    moving = rsa.evaluate(movies["P1"], movies)
    assert np.allclose(moving.values[0], 1)
    assert rsa.evaluate(truth, {"P1": movies["P1"]}).ceiling is None


def test_what_does_not_fit_is_refused_by_name():
    movies = people(3)
    with pytest.raises(ValueError, match=r"at least 2 persons are needed, but 1 arrived \(P1\)"):
        rsa.noise_ceiling({"P1": movies["P1"]})
    with pytest.raises(ValueError, match="one movie arrived where several persons are needed"):
        rsa.noise_ceiling(movies["P1"])
    with pytest.raises(ValueError, match="movie of P3 has other times than that of P1"):
        rsa.noise_ceiling(movies | {"P3": movies["P3"].at(slice(1, 4))})
    strange = rsa.RDMs(movies["P2"].values, [*NAMES[:-1], "photo"], times=TIMES)
    with pytest.raises(ValueError, match=r"RDMs of P2: .* the second has photo"):
        rsa.noise_ceiling(movies | {"P2": strange})
    with pytest.raises(ValueError, match="movie of a model is compared with movies of the same"):
        rsa.evaluate(movies["P1"].at(slice(0, 2)), movies)
