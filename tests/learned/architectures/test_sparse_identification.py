import sys

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

import surrobrain as sb
from surrobrain.errors import MissingDependency
from surrobrain.learned.architectures import SparseIdentification

DT = 0.01


def lorenz(t, s):
    x, y, z = s
    return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])


@pytest.fixture(scope="module")
def trajectory():
    times = np.arange(4000) * DT
    start = [1.0, 1.0, 25.0]
    return solve_ivp(lorenz, (0, times[-1]), start, t_eval=times, rtol=1e-9, atol=1e-9).y.T


def test_it_recovers_the_equations_of_lorenz(trajectory):
    recording = sb.Recording(trajectory, sfreq=1 / DT)
    model = sb.fit(SparseIdentification(3, time="continuous", threshold=0.02), recording).model
    seen = (trajectory[::50] - model.center) / model.scale
    found = model.architecture.field(torch.as_tensor(seen)).detach().numpy() * model.scale / DT
    true = np.array([lorenz(0, s) for s in trajectory[::50]])
    assert np.abs(found - true).max() < 0.01 * np.abs(true).max()
    # columns: 1 x y z xx xy xz yy yz zz; centering adds constants and linear terms
    possible = np.array(
        [
            [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 0, 0, 1, 0, 0, 0],
            [1, 1, 1, 1, 0, 1, 0, 0, 0, 0],
        ]
    )
    kept = model.architecture.get_buffer("kept").numpy()
    assert (kept <= possible).all()
    assert kept[[0, 0, 1, 2], [1, 2, 6, 5]].all()


def test_smoothing_withstands_noise_of_the_measurement(trajectory):
    noisy = trajectory + 0.02 * trajectory.std(axis=0) * np.random.default_rng(0).normal(
        size=trajectory.shape
    )
    true = np.array([lorenz(0, s) for s in trajectory[::50]])
    errors = []
    for time in ("continuous", "discrete"):
        recording = sb.Recording(noisy, sfreq=1 / DT)
        model = sb.fit(SparseIdentification(3, time=time, threshold=0.02), recording).model
        seen = torch.as_tensor((trajectory[::50] - model.center) / model.scale)
        found = model.architecture.field(seen).detach().numpy() * model.scale / DT
        errors.append(np.abs(found - true).mean() / np.abs(true).mean())
    assert errors[0] < 0.03
    assert errors[1] > 3 * errors[0]


def test_it_recovers_a_cubic_map_with_an_input_to_the_digit():
    rng = np.random.default_rng(0)
    x, u = rng.uniform(-1, 1, size=(300, 2)), rng.uniform(-1, 1, size=(300, 1))
    change = np.column_stack(
        [0.5 * x[:, 0] ** 2 * x[:, 1] - 0.7 * u[:, 0], 0.3 + x[:, 1] * u[:, 0] ** 2]
    )
    model = SparseIdentification(2, n_inputs=1, degree=3).double()
    model.warm_start(x[:, None], x + change, drives=u, seed=0)
    seen, driven = torch.as_tensor(x)[:, None], torch.as_tensor(u)
    found = model(seen, driven).detach().numpy()
    np.testing.assert_allclose(found, x + change, atol=1e-3)  # pysindy's ridge is 0.05
    assert model.n_active == 4
    first, second = model.equations()
    assert "x0 x0 x1" in first
    assert "x1 u0 u0" in second


def test_a_gap_is_not_differentiated(trajectory):
    model = SparseIdentification(3, time="continuous").double()
    x = (trajectory - trajectory.mean(axis=0)) / trajectory.std(axis=0)
    parts = [x[:1500], x[2500:]]
    windows = np.concatenate([p[:-1] for p in parts])[:, None]
    model.warm_start(windows, np.concatenate([p[1:] for p in parts]), seed=0)
    whole = SparseIdentification(3, time="continuous").double()
    whole.warm_start(x[:-1, None], x[1:], seed=0)
    np.testing.assert_allclose(
        model.coefficients.detach().numpy(), whole.coefficients.detach().numpy(), atol=2e-3
    )


def test_what_was_left_out_stays_out(trajectory):
    recording = sb.Recording(trajectory[:600], sfreq=1 / DT)
    model = sb.fit(SparseIdentification(3, time="continuous"), recording).model
    assert sb.fit(model, recording).n_parameters == model.architecture.n_active


def test_running_needs_no_pysindy_but_fitting_does(monkeypatch, tmp_path):
    recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 2)), sfreq=1.0)
    folder = sb.save_model(sb.fit(SparseIdentification(2), recording).model, tmp_path / "model")
    monkeypatch.setitem(sys.modules, "pysindy", None)
    assert sb.load_model(folder).run(20).values.shape == (20, 2)
    with pytest.raises(MissingDependency, match=r"surrobrain\[sindy\]"):
        sb.fit(SparseIdentification(2), recording)


def test_more_terms_than_samples_are_refused():
    recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 30)), sfreq=1.0)
    with pytest.raises(ValueError, match="have 496 terms, but only 159 samples"):
        sb.fit(SparseIdentification(30), recording)


@pytest.mark.parametrize(
    ("n_regions", "n_inputs", "degree"),
    [(3, 0, 2), (30, 0, 2), (30, 1, 1), (31, 0, 1), (600, 0, 1)],
)
def test_the_degree_is_the_highest_whose_terms_are_few(n_regions, n_inputs, degree):
    model = SparseIdentification(n_regions, n_inputs=n_inputs)
    assert model.degree == model.config()["degree"] == degree
    variables = n_regions + n_inputs
    n_terms = {1: 1 + variables, 2: (variables + 1) * (variables + 2) // 2}
    assert model.coefficients.shape == (n_regions, n_terms[degree])


def test_many_regions_are_fitted_as_it_comes_but_not_beyond_the_samples():
    recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 80)), sfreq=1.0)
    model = sb.fit(SparseIdentification(80), recording).model.architecture
    assert model.degree == 1
    with pytest.raises(ValueError, match="degree 2 have 3321 terms, but only 239 samples"):
        sb.fit(SparseIdentification(80, degree=2), recording)


def test_a_stretch_too_short_to_smooth_is_refused():
    values = np.random.default_rng(0).normal(size=(120, 1))
    values[::9] = np.nan
    recording = sb.Recording(values, sfreq=1.0, on_bad="mask")
    with pytest.raises(ValueError, match="11 samples in a row"):
        sb.fit(SparseIdentification(1, time="continuous"), recording)


def test_a_longer_memory_is_refused():
    with pytest.raises(ValueError, match="memory 1, its sample being its state, but 2 arrived"):
        SparseIdentification(3, memory=2)


@pytest.fixture(scope="module")
def identified(shared):
    """Equations found in a noisy Lorenz system, and another run of it without noise."""
    folder = shared("dynamics/dsr")
    train, test = (
        np.load(folder / f"lorenz63_gtf_{name}.npy").astype(np.float64)
        for name in ("train_noisy5pct", "test")
    )
    model = SparseIdentification(3, time="continuous", threshold=0.02)
    return sb.fit(model, sb.Recording(train, sfreq=1 / DT)).model.without_noise(), test


def test_lorenz_with_noise_is_predicted_as_well_as_published(identified):
    model, test = identified
    found = model.forecast(test[:-20, None], 20)[:, -1]
    assert np.square(found - test[20:]).mean() < 3.6e-4  # pysindy alone, with a smoothed derivative


@pytest.mark.slow
def test_a_free_run_fills_the_attractor_as_well_as_published(identified):
    model, test = identified
    run = model.run(len(test), state=model.state_from(test[:1])).values
    assert sb.metrics.state_space_divergence(test, run) < 0.05  # 0.041 for pysindy alone
