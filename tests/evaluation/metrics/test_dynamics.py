"""Metrics of dynamics on systems that have some: equal is perfect, other systems are worse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import surrobrain as sb
from surrobrain.errors import NotEnough
from surrobrain.evaluation.scorecard import evaluate
from surrobrain.signals.correlation_dimension import correlation_dimension
from tests.chaos import henon, logistic, lorenz
from tests.evaluation import review

CHAOTIC = {
    "lyapunov": sb.metrics.lyapunov,
    "correlation_dimension": sb.metrics.correlation_dimension,
}
every = pytest.mark.parametrize("name", CHAOTIC)


@every
def test_perfect_on_itself_and_near_on_another_stretch(name):
    score = CHAOTIC[name]
    flow, map_ = lorenz()[:10_000], henon(6000)
    assert score(flow, flow, sfreq=100.0) == 0.0
    assert score(map_[:3000], map_[3000:], sfreq=1.0) < 0.1


@every
@settings(max_examples=10, deadline=None)
@given(scale=st.floats(0.01, 100.0), offset=st.floats(-100.0, 100.0), swap=st.booleans())
def test_unit_and_order_of_regions_do_not_matter(name, scale, offset, swap):
    real, run = henon(1200), henon(2400)[1200:]
    order = [1, 0] if swap else [0, 1]
    found = CHAOTIC[name](
        scale * real[:, order] + offset, scale * run[:, order] + offset, sfreq=1.0
    )
    # rounding moves pairs over a radius, and with them the edge of the scaling region
    assert found == pytest.approx(CHAOTIC[name](real, run, sfreq=1.0), abs=0.01)


@every
def test_missing_samples_are_left_out(name):
    real, run = henon(1200), henon(2400)[1200:].copy()
    gappy = real.copy()
    gappy[[50, 700]] = np.nan
    poisoned = run.copy()
    poisoned[[50, 700]] = 1e6
    found = CHAOTIC[name](gappy, run, sfreq=1.0)
    assert found == CHAOTIC[name](gappy, poisoned, sfreq=1.0)
    assert found < 0.1


@every
def test_a_constant_region_is_undefined(name):
    real = henon(1200)
    flat = real.copy()
    flat[:, 1] = 0.3
    assert np.isnan(CHAOTIC[name](real, flat, sfreq=1.0))
    assert np.isnan(CHAOTIC[name](flat, real, sfreq=1.0))


def test_the_exponents_of_two_maps_differ_by_what_they_should():
    slow, fast = logistic(3000, r=3.8), logistic(3000)
    found = sb.metrics.lyapunov(slow, fast, sfreq=1.0)
    assert found == pytest.approx(np.log(2) - 0.4322, abs=0.04)
    assert sb.metrics.lyapunov(slow, fast, sfreq=10.0) == pytest.approx(10 * found)


def test_the_dimensions_of_map_and_noise_differ_by_what_they_should():
    noise = np.random.default_rng(0).normal(size=(5000, 2))
    found = sb.metrics.correlation_dimension(henon(5000), noise, sfreq=1.0)
    assert found == pytest.approx(2 - 1.21, abs=0.1)


def test_the_dimension_of_the_review_is_that_of_no_attractor():
    """1.5 where 2.05 is true: its line runs through the largest radii and the states themselves."""
    assert review.review_correlation_dimension(lorenz()[:2000]) < 1.7
    assert correlation_dimension(lorenz(), theiler=100).dimension > 2.0


def test_the_score_of_the_review_hardly_tells_an_attractor_from_noise():
    real = lorenz()[:1000]
    noise = real.std(axis=0) * np.random.default_rng(0).normal(size=real.shape)
    assert review.review_dimension_similarity(real, noise) > 0.8  # of 1
    long, cloud = lorenz()[:6000], np.random.default_rng(0).normal(size=(6000, 3))
    assert sb.metrics.correlation_dimension(long, cloud, sfreq=100.0) > 0.7  # 3 - 2.05


def test_noise_is_no_chaos_whichever_side_it_is_on():
    noise = np.random.default_rng(0).normal(size=(1200, 2))
    for pair in ((henon(1200), noise), (noise, henon(1200))):
        with pytest.raises(ValueError, match="no straight part"):
            sb.metrics.lyapunov(*pair, sfreq=1.0)


def test_short_recordings_are_refused_with_the_number():
    short = henon(120)
    with pytest.raises(NotEnough, match="needs 500 samples"):
        sb.metrics.lyapunov(short, short, sfreq=1.0)
    with pytest.raises(NotEnough, match="needs 200 samples"):
        sb.metrics.correlation_dimension(short, short, sfreq=1.0)
    with pytest.raises(NotEnough, match="18 samples in a row"):
        sb.metrics.higuchi(short[:12], short[:12], sfreq=1.0)


def test_higuchi_sees_roughness():
    white = np.random.default_rng(0).normal(size=(20_000, 1))
    brown = white.cumsum(axis=0)
    assert sb.metrics.higuchi(white, brown, sfreq=1.0) == pytest.approx(0.5, abs=0.02)
    assert sb.metrics.higuchi(white, 9 * white[::-1], sfreq=1.0) < 1e-3
    steps = sb.metrics.higuchi(white, brown, sfreq=4.0, longest=1.0)
    assert steps == sb.metrics.higuchi.__wrapped__(white, brown, sfreq=1.0, longest=4.0)


def test_persistent_homology_sees_a_hole():
    pytest.importorskip("ripser")
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, size=(2, 2000))
    one, two = (np.stack([np.cos(a), np.sin(a)], axis=1) for a in angle)
    filled = two * np.sqrt(np.random.default_rng(1).random((2000, 1)))
    score = sb.metrics.persistent_homology
    assert score(one, two) < 0.2 < 1 < score(one, filled)
    with pytest.raises(NotEnough, match="40 landmarks need as many samples"):
        score(one[:30], two[:30])


def test_a_chaotic_recording_has_rows_for_all():
    pytest.importorskip("ripser")
    real, run = (sb.Recording(x, sfreq=1.0) for x in (henon(4000)[:2000], henon(4000)[2000:]))
    asked = ["lyapunov", "correlation_dimension", "higuchi", "persistent_homology"]
    card = evaluate(real, run, metrics=asked, n_runs=1, n_null=2)
    assert {row.name for row in card.rows} == set(asked)
    for row in card.rows:
        assert row.value < 0.2 or row.name == "persistent_homology"
    assert card["correlation_dimension"].null > 0.5  # a phase-randomized copy fills the plane
    assert np.isnan(card["lyapunov"].null)  # and is refused: it does not part exponentially
