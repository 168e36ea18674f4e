"""Dimensions beside the true ones; what cannot be shown is refused with what it would take."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from surrobrain.errors import NotEnough
from surrobrain.signals.correlation_dimension import correlation_dimension
from surrobrain.signals.embedding import delay_embedding
from tests.chaos import henon, lorenz


def test_lorenz():
    found = correlation_dimension(lorenz(), theiler=100)
    assert found.dimension == pytest.approx(2.05, abs=0.08)  # eight runs: 2.05 to 2.10


@pytest.mark.slow
def test_lorenz_at_length():
    assert correlation_dimension(lorenz(100_000)).dimension == pytest.approx(2.05, abs=0.05)


def test_henon():
    assert correlation_dimension(henon(20_000)).dimension == pytest.approx(1.21, abs=0.05)


def test_one_variable_and_its_past_will_do():
    states = delay_embedding(lorenz()[:, :1], delay=17, dimension=3)
    assert correlation_dimension(states).dimension == pytest.approx(2.05, abs=0.1)


@pytest.mark.parametrize("n_dimensions", [1, 2, 3])
def test_uniform_noise_fills_its_space(n_dimensions):
    """On a torus there is no edge, so that C(r) is r to the dimension times a constant."""
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, size=(10_000, n_dimensions))
    states = np.hstack([np.cos(angles), np.sin(angles)])
    found = correlation_dimension(states, theiler=0)
    assert found.dimension == pytest.approx(n_dimensions, rel=0.03)


def test_counts_are_those_of_the_full_table_of_distances():
    states = lorenz()[:2000:2].copy()
    states[100:103] = np.nan
    found = correlation_dimension(states, theiler=60, n_references=10**6)
    good = np.flatnonzero(np.isfinite(states[:, 0]))
    apart = np.abs(good[:, None] - good) > 60
    distance = squareform(pdist(states[good]))
    counts = [(apart & (distance <= r)).sum() for r in found.radii]
    assert found.n_pairs.tolist() == counts
    assert found.share == pytest.approx(np.array(counts) / apart.sum())
    assert found.n_pairs.min() >= 50


def test_the_region_is_shown_and_flat():
    found = correlation_dimension(lorenz(), theiler=100)
    low, high = found.region
    inside = (found.radii >= low) & (found.radii <= high)
    assert high / low >= 3
    assert np.abs(found.slopes[inside] / found.slopes[inside].mean() - 1).max() <= 0.08
    fitted = np.polyfit(np.log(found.radii[inside]), np.log(found.share[inside]), 1)[0]
    assert found.dimension == pytest.approx(fitted)
    assert found.dimension < found.limit


def test_without_a_theiler_window_an_orbit_looks_like_a_line():
    """Sampled five times as densely, most close pairs are successive ones."""
    naive = correlation_dimension(lorenz(8000, dt=0.002), theiler=0).dimension
    assert naive < 1.95
    assert correlation_dimension(lorenz(), theiler=100).dimension > 2.0


def test_unit_and_order_do_not_matter():
    states = henon(3000)
    expected = correlation_dimension(states).dimension
    assert correlation_dimension(7 - 300 * states[:, ::-1]).dimension == pytest.approx(expected)


def test_too_few_samples_are_refused_with_the_number():
    rng = np.random.default_rng(0)
    with pytest.raises(NotEnough, match="needs 200 samples, but 150 arrived"):
        correlation_dimension(rng.normal(size=(150, 2)))
    with pytest.raises(NotEnough, match=r"needs 50 pairs .* about \d+ of these samples"):
        correlation_dimension(rng.normal(size=(2000, 6)))


def test_no_dimension_beyond_the_limit():
    """Pairs are enough, but one outlier makes all others a small part of the attractor."""
    states = np.random.default_rng(0).normal(size=(2000, 3))
    assert correlation_dimension(states, theiler=0).dimension == pytest.approx(3, abs=0.2)
    states[7] = 60.0 / np.sqrt(3)
    with pytest.raises(NotEnough, match=r"of \d.\d needs \d+ samples, but 2000 arrived"):
        correlation_dimension(states, theiler=0)


def test_two_clouds_have_no_scaling_region():
    rng = np.random.default_rng(0)
    clumps = rng.integers(30, size=(2000, 1)) * 1.0 + 0.03 * rng.normal(size=(2000, 1))
    with pytest.raises(ValueError, match="no scaling region"):
        correlation_dimension(np.hstack([clumps, 0.05 * rng.normal(size=(2000, 1))]), theiler=0)


def test_a_point_has_no_dimension():
    with pytest.raises(ValueError, match="all states are equal"):
        correlation_dimension(np.ones((300, 2)))
