import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.evaluation.fingerprint import fingerprint
from surrobrain.statistics.intervals import binomial_interval

N = 6


@pytest.fixture(scope="module")
def halves():
    people = [sb.examples.linear_network(6, duration=200.0, seed=k).recording for k in range(N)]
    early, late = zip(*(person.split(0.5) for person in people), strict=True)
    return list(early), list(late)


@pytest.fixture(scope="module")
def models(halves):
    return [sb.fit(sb.LinearVAR(6), each) for each in halves[0]]


@pytest.mark.parametrize("metric", ["fc", "r2", "rmse"])
def test_people_with_wiring_of_their_own_are_recognized(halves, models, metric):
    found = fingerprint(models, halves[1], metric=metric, first=halves[0], n_runs=3)
    assert (found.rate, found.baseline.rate) == (1.0, 1.0)
    assert found.rate_of_models == 1.0 or metric != "fc"  # some sessions are easier to predict
    assert found.rate_p == pytest.approx(1 / 720)  # the true order alone reaches it
    assert found.contrast > found.contrast_margin > 0
    assert found.interval == binomial_interval(N, N)
    assert found.baseline.metric == "fc"
    assert "6 of 6 sessions" in str(found)


def test_copies_of_one_person_are_not_told_apart(halves):
    same = sb.examples.linear_network(6, duration=1200.0, seed=9).recording
    parts = [same.crop(100.0 * k, 100.0 * (k + 1)) for k in range(12)]
    found = fingerprint(parts[:6], parts[6:])
    assert found.rate_p > 0.1
    assert abs(found.contrast) < 2 * found.contrast_margin


def test_brightness_is_no_fingerprint(halves, models):
    brighter = [
        dataclasses.replace(each, values=each.values * (k + 1.0) + 1000.0 * k)
        for k, each in enumerate(halves[1])
    ]
    plain, bright = (fingerprint(models, late, metric="r2") for late in (halves[1], brighter))
    assert bright.matrix == pytest.approx(plain.matrix, abs=1e-9)


def test_chance_is_one_among_the_people():
    rng = np.random.default_rng(0)
    noise = [sb.Recording(rng.normal(size=(60, 5)), sfreq=1.0) for _ in range(16)]
    found = fingerprint(noise[:8], noise[8:], n_permutations=2000)
    assert found.rate_p > 0.05
    assert found.interval[0] < 1 / 8 < found.interval[1]
    assert found.contrast_p > 0.05


def test_a_network_has_no_forecasts_but_free_runs(halves):
    network = sb.Network(sb.Linear(), sb.examples.ring(6), coupling=0.3, noise=1.0)
    sessions = [dataclasses.replace(each, names=network.names) for each in halves[1]]
    found = fingerprint([network] * N, sessions, n_runs=1)
    assert found.matrix.shape == (N, N)
    with pytest.raises(TypeError, match="no forecasts"):
        fingerprint([network] * N, sessions, metric="r2")


def test_what_cannot_be_compared_is_refused(halves, models):
    with pytest.raises(ValueError, match="6 models, 5 sessions"):
        fingerprint(models, halves[1][:5])
    with pytest.raises(ValueError, match="session 1 has 5 regions"):
        fingerprint(models[:3], [halves[1][0], halves[1][1].without([0]), halves[1][2]])
    with pytest.raises(TypeError, match="cannot run"):
        fingerprint([*models[:2], 3.0], halves[1][:3])
    with pytest.raises(ValueError, match="did you mean"):
        fingerprint(models, halves[1], metric="fcc")
