"""Distances between distributions, against what is known of them."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

import surrobrain as sb
from surrobrain.evaluation.metric import by_region
from surrobrain.statistics.histograms import matched_histograms
from surrobrain.statistics.state_space import binned_divergence, mixture_divergence

N = 200_000


def normal(mean: float = 0.0, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, scale, size=(N, 1))


def test_hellinger_of_shifted_normals():
    found = sb.metrics.hellinger(normal(), normal(mean=1.0, seed=1))
    assert found == pytest.approx(np.sqrt(1 - np.exp(-1 / 8)), abs=2e-3)  # 117 bins, 2e5 samples


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_hellinger_of_a_normal_of_another_width(scale):
    exact = np.sqrt(1 - np.sqrt(2 * scale / (1 + scale**2)))
    assert sb.metrics.hellinger(normal(), normal(scale=scale, seed=1)) == pytest.approx(
        exact, abs=3e-3
    )


def test_hellinger_of_one_law_is_its_bias():
    """H^2 is sum (p - q)^2 / (8 p), mean (k - 1) / (4 n), and half of what lies outside."""
    n, n_regions = 1000, 400
    real, run = np.random.default_rng(0).uniform(size=(2, n, n_regions))
    cells = round(2 * n ** (1 / 3))
    outside = 2 / (n + 1)  # of a uniform sample, beyond the extremes of another
    expected = (cells - 1) / (4 * n) + outside / 2
    squares = np.square(by_region(sb.metrics.hellinger, real, run))
    assert squares.mean() == pytest.approx(expected, abs=4 * squares.std() / np.sqrt(n_regions))


def test_jensen_shannon_agrees_with_scipy_in_the_same_cells():
    from scipy.spatial.distance import jensenshannon

    real, run = normal()[:5000], normal(mean=0.7, seed=1)[:5000]
    p, q = matched_histograms(real, run)
    expected = jensenshannon(p[:, 0], q[:, 0]) ** 2
    assert sb.metrics.jensen_shannon(real, run) == pytest.approx(expected, rel=1e-12)


def test_jensen_shannon_of_shifted_normals():
    grid = np.linspace(-9, 10, 200_001)
    p, q = stats.norm.pdf(grid), stats.norm.pdf(grid, 1.0)
    middle = (p + q) / 2
    exact = np.trapezoid(p * np.log(p / middle) + q * np.log(q / middle), grid) / 2
    found = sb.metrics.jensen_shannon(normal(), normal(mean=1.0, seed=1))
    assert found == pytest.approx(exact, abs=2e-3)


def test_histograms_keep_every_value_and_refuse_a_negative_count():
    real, run = normal()[:300], normal(scale=3.0, seed=1)[:300]
    p, q = matched_histograms(real, run)
    assert p.sum() == pytest.approx(1.0)
    assert q.sum() == pytest.approx(1.0)
    assert q[0] == np.mean(run < real.min())
    assert q[-1] == np.mean(run > real.max())
    with pytest.raises(ValueError, match="added must be between"):
        matched_histograms(real, run, added=-1.0)


def test_sliced_wasserstein_of_a_shift():
    """A shift d moves the projections by d . theta; its mean square is |d|^2 / n_regions."""
    real = np.random.default_rng(0).normal(size=(500, 6))
    real /= real.std(axis=0)
    shift = np.array([3.0, 0.0, 0.0, -1.0, 0.0, 2.0])
    found = sb.metrics.sliced_wasserstein(real, real + shift, n_projections=20_000)
    assert found == pytest.approx(np.linalg.norm(shift) / np.sqrt(6), rel=0.02)


def test_sliced_wasserstein_in_one_region_is_the_distance_of_quantiles():
    real, run = normal()[:N], normal(scale=3.0, seed=1)
    assert sb.metrics.sliced_wasserstein(real, run) == pytest.approx(2.0, abs=0.03)


def test_sliced_wasserstein_sees_what_every_region_alone_does_not():
    rng = np.random.default_rng(0)
    real = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], size=2000)
    apart = np.stack([real[:, 0], rng.permutation(real[:, 1])], axis=1)
    again = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], size=2000)
    assert sb.metrics.wasserstein(real, apart) == 0.0
    assert sb.metrics.sliced_wasserstein(real, apart) > 3 * sb.metrics.sliced_wasserstein(
        real, again
    )


def test_sliced_wasserstein_does_not_depend_on_its_blocks(monkeypatch):
    import sys

    real, run = np.random.default_rng(0).normal(size=(2, 300, 4))
    whole = sb.metrics.sliced_wasserstein(real, run)
    monkeypatch.setattr(
        sys.modules["surrobrain.evaluation.metrics.sliced_wasserstein"], "_BLOCK", 900
    )
    assert sb.metrics.sliced_wasserstein(real, run) == pytest.approx(whole, rel=1e-12)


def test_order_of_regions_changes_a_sliced_distance_by_chance_only():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(400, 5)), rng.normal(0.3, 1.5, size=(400, 5))
    many = [
        sb.metrics.sliced_wasserstein(real[:, order], run[:, order], n_projections=20_000)
        for order in (np.arange(5), np.array([3, 1, 4, 0, 2]))
    ]
    assert many[0] == pytest.approx(many[1], rel=0.02)


def mmd_pair_by_pair(x: np.ndarray, y: np.ndarray, width: float) -> float:
    k = [np.exp(-(cdist(a, b) ** 2) / (2 * width**2)) for a, b in ((x, x), (y, y), (x, y))]
    h = k[0] + k[1] - k[2] - k[2].T
    n = len(x)
    return (h.sum() - np.trace(h)) / (n * (n - 1))


def test_mmd_is_the_mean_over_pairs_in_blocks():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(700, 3)), rng.normal(0.4, 1.3, size=(700, 3))
    scaled = real / real.std(axis=0), run / real.std(axis=0)
    expected = mmd_pair_by_pair(*scaled, 1.5)
    assert sb.metrics.mmd(real, run, width=1.5) == pytest.approx(expected, rel=1e-9)


def test_mmd_of_shifted_normals_is_known():
    """E k(x, y) = (w^2 / (w^2 + 2))^(d/2) exp(-|m|^2 / (2 (w^2 + 2))) for unit normals m apart."""
    rng = np.random.default_rng(0)
    real = rng.normal(size=(4000, 2))
    real = (real - real.mean(axis=0)) / real.std(axis=0)
    run = rng.normal([1.0, 0.0], 1.0, size=(4000, 2))
    same = 1.0 / 3.0
    exact = 2 * same - 2 * same * np.exp(-1 / 6)
    assert sb.metrics.mmd(real, run, width=1.0, n_samples=4000) == pytest.approx(exact, abs=5e-3)


def test_mmd_is_unbiased():
    found = [
        sb.metrics.mmd(*np.random.default_rng(k).normal(size=(2, 60, 2)), width=1.0)
        for k in range(300)
    ]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(300)
    assert np.mean(np.array(found) < 0) > 0.3


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"width": 0.0}, "width must be above 0"), ({"n_samples": 1}, "n_samples must be at least 2")],
)
def test_mmd_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        sb.metrics.mmd(normal()[:50], normal()[:50], **settings)


def test_a_diagonal_of_signs_is_invisible_to_every_region_alone():
    """Two joint laws with the same margins: only a joint metric may tell them apart."""
    rng = np.random.default_rng(0)
    one = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=1500)
    other = one * [1, -1]
    assert sb.metrics.hellinger(one, other) < 0.2
    assert sb.metrics.mmd(one, other) > 0.05
    assert sb.metrics.state_space_divergence(one, other) > 1.0


def test_explained_variance_agrees_with_scikit_learn():
    from sklearn.metrics import explained_variance_score, mean_absolute_error

    rng = np.random.default_rng(0)
    real = rng.normal(size=(50, 3)) * [1.0, 10.0, 100.0]
    run = real + rng.normal(0.5, size=(50, 3))
    expected = explained_variance_score(real, run)
    assert sb.metrics.explained_variance(real, run) == pytest.approx(expected, rel=1e-12)
    assert sb.metrics.mae(real, run) == pytest.approx(mean_absolute_error(real, run), rel=1e-12)
    assert sb.metrics.explained_variance(real, run) > sb.metrics.r2(real, run)


@pytest.mark.parametrize("n_regions", [5, 8])
def test_states_are_binned_up_to_five_regions_and_blurred_beyond(n_regions):
    rng = np.random.default_rng(0)
    real = rng.normal(3.0, 2.0, size=(400, n_regions))
    run = rng.normal(3.5, 2.0, size=(400, n_regions))
    center, scale = real.mean(axis=0), real.std(axis=0)
    standard = (real - center) / scale, (run - center) / scale
    by_bins = binned_divergence(*standard).value
    by_mixture = mixture_divergence(*standard, seed=3)
    expected = by_bins if n_regions == 5 else by_mixture
    found = sb.metrics.state_space_divergence(real, run, seed=3)
    assert found == pytest.approx(expected, rel=1e-9)
    assert by_bins != pytest.approx(by_mixture, rel=0.1)
