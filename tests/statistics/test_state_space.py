"""Divergence of visited states: closed forms, and the floors of published benchmark series."""

import inspect

import numpy as np
import pytest

from surrobrain.statistics.state_space import binned_divergence, mixture_divergence


def dense(real: np.ndarray, run: np.ndarray, n_bins: int, smoothing: float) -> float:
    """The definition, every cell of the grid held in memory."""
    pad = 0.1 * real.std(axis=0, ddof=1)
    edges = [
        np.linspace(a, b, n_bins + 1)
        for a, b in zip(real.min(0) - pad, real.max(0) + pad, strict=True)
    ]
    p, q = (np.histogramdd(v, bins=edges)[0].ravel() + smoothing for v in (real, run))
    p, q = p / p.sum(), q / q.sum()
    return float((p * np.log(p / q)).sum())


@pytest.mark.parametrize("n_dimensions", [1, 2, 3])
def test_sparse_cells_give_what_the_whole_grid_gives(n_dimensions):
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(900, n_dimensions)), rng.normal(0.5, 1.2, size=(700, n_dimensions))
    found = binned_divergence(real, run, n_bins=12, smoothing=1e-3)
    assert found.value == pytest.approx(dense(real, run, 12, 1e-3), rel=1e-9)


def test_five_dimensions_need_no_grid():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(2, 1000, 5))  # 24 million cells
    assert 5 < binned_divergence(real, run).value < 15


def test_shifted_normals():
    real, run = np.random.default_rng(0).normal(size=(2, 100_000, 1))
    found = binned_divergence(real, run + 1.0)
    inside = 1 - found.outside
    # the run is judged on what is inside the box, and its share is divided by that
    assert found.value == pytest.approx(0.5 + np.log(inside), abs=0.02)


@pytest.mark.parametrize(
    ("box", "low", "high"), [("padded", -0.1, 1.1), ("2sd", -2.0, 2.0), ("minmax", 0.0, 1.0)]
)
def test_boxes(box, low, high):
    deviation = 1.0
    real = np.array([[0.0], [1.0]] * 50)
    real[:, 0] /= real.std(ddof=1)
    top = real.max()
    borders = {"padded": (-0.1, top + 0.1), "2sd": (-2.0, 2.0), "minmax": (0.0, top)}[box]
    inside, outside = np.array([[borders[1] - 1e-9]]), np.array([[borders[1] + 1e-9]])
    assert deviation == pytest.approx(real.std(ddof=1))
    assert binned_divergence(real, inside, box=box).outside == 0.0
    assert binned_divergence(real, outside, box=box).outside == 1.0
    assert binned_divergence(real, np.array([[borders[0] - 1e-9]]), box=box).outside == 1.0


def test_the_largest_value_belongs_to_the_last_cell():
    real = np.linspace(0, 1, 11)[:, None]
    assert binned_divergence(real, real, box="minmax", n_bins=5).value == 0.0
    assert binned_divergence(real, real[[-1, 0]], box="minmax").outside == 0.0


def test_nothing_inside_is_nan_and_all_outside():
    real = np.random.default_rng(0).normal(size=(100, 2))
    found = binned_divergence(real, real + 50.0)
    assert np.isnan(found.value)
    assert found.outside == 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_bins": 1}, "n_bins must be at least 2"),
        ({"smoothing": 0.0}, "smoothing must be above 0"),
        ({"box": "paded"}, "did you mean 'padded'"),
    ],
)
def test_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        inspect.unwrap(binned_divergence)(np.ones((9, 2)), np.ones((9, 2)), **settings)


def test_too_many_cells_point_to_the_mixture():
    with pytest.raises(ValueError, match="use mixture_divergence"):
        binned_divergence(np.ones((9, 20)), np.ones((9, 20)))


def test_the_mixture_of_two_points_is_a_divergence_of_normals():
    """One sample each: KL of unit normals d apart is d^2 / 2."""
    real, run = np.zeros((1, 7)), np.full((1, 7), 1.0)
    found = mixture_divergence(real, run, n_draws=100_000)
    assert found == pytest.approx(3.5, abs=5 * np.sqrt(7 / 100_000))


def test_the_mixture_is_not_lost_to_underflow():
    real, run = np.zeros((5, 30)), np.full((5, 30), 20.0)
    found = mixture_divergence(real, run)
    assert found == pytest.approx(30 * 400 / 2, rel=0.01)  # exp(-6000) is zero even in float64


def test_the_mixture_depends_on_its_seed_and_not_on_the_order_of_samples():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(2, 300, 8))
    one = mixture_divergence(real, run, seed=1)
    assert one == mixture_divergence(real, run, seed=1) != mixture_divergence(real, run, seed=2)
    assert mixture_divergence(real, run[::-1].copy(), seed=1) == pytest.approx(one, rel=1e-9)
    with pytest.raises(ValueError, match="variance must be above 0"):
        mixture_divergence(real, run, variance=-1.0)


@pytest.fixture
def series(shared):
    folder = shared("dynamics/dsr")
    return lambda name: np.load(folder / f"{name}.npy").astype(np.float64)


@pytest.mark.parametrize(
    ("truth", "other", "floor", "ceiling"),
    [
        ("lorenz63_gtf_test", "lorenz63_gtf_train_noisy5pct", 0.119, (16.3, 16.4)),
        ("lorenz63_dend_test", "lorenz63_dend_train", 0.028, (16.3, 16.4)),
        ("lorenz63_dend_test", "lorenz63_dend_train_noisy", 0.486, (16.3, 16.4)),
        ("bursting_neuron_test", "bursting_neuron_train", 1.39, (17.2, 17.4)),
        ("ecg5_test", "ecg5_train", 0.294, (16.8, 17.0)),
    ],
)
def test_floors_and_ceilings_of_the_benchmark_series(series, truth, other, floor, ceiling):
    real = series(truth)
    decimals = 3 if floor < 1 else 2
    assert binned_divergence(real, series(other)).value == pytest.approx(
        floor, abs=0.51 * 10**-decimals
    )
    still = np.tile(real.mean(axis=0), (len(real), 1))
    low, high = ceiling
    assert low - 0.06 < binned_divergence(real, still).value < high + 0.06


def test_the_floor_of_eeg(series):
    first, second = np.array_split(series("eeg64"), 2)
    assert 2.45 < mixture_divergence(first, second) < 2.75
    assert 24 < mixture_divergence(first, 0 * second) < 28


def test_unequal_lengths_are_not_comparable(series):
    real = series("lorenz63_dend_test")
    equal = binned_divergence(real, series("lorenz63_dend_train")).value
    assert binned_divergence(real, real[:10_000]).value > 5 * equal
