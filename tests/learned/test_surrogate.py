import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.forward import Predictor
from surrobrain.learned.noise import normals
from surrobrain.learned.surrogate import Surrogate

CENTER, SCALE = np.array([5.0, -3.0, 0.0]), np.array([2.0, 0.5, 10.0])


def surrogate(*, dtype: type = np.float64, architecture=None) -> Surrogate:
    """Return a stable nonlinear model with weights that are drawn, not trained."""
    made = architecture or sb.MLP(3, memory=2, hidden=5)
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.as_tensor(0.3 * rng.normal(size=parameter.shape)))
    made.to(torch.float64 if dtype is np.float64 else torch.float32)
    factor = (np.eye(3) + np.tri(3, k=-1)) * SCALE[:, None] * 0.3
    parts = (array.astype(dtype) for array in (CENTER, SCALE, factor))
    return Surrogate(made, ("a", "b", "c"), 2.0, "fMRI", *parts, unit="%")


@pytest.fixture
def model():
    return surrogate()


def test_meets_the_contract(model):
    assert isinstance(model, Predictor)
    assert model.regions == model.names


def test_keeps_the_unit_of_the_recording(model):
    again = Surrogate.from_parts(*model.to_parts())
    assert sb.simulate(again, duration=2.0).unit == again.unit == "%"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_precision(dtype):
    model = surrogate(dtype=dtype)
    windows = np.zeros((4, 2, 3), dtype)
    for found in (model.run(5).values, model.predict(windows), model.jacobian(windows)):
        assert found.dtype == dtype


@pytest.mark.parametrize("cut", [1, 100, 256, 299])
def test_two_runs_joined_equal_one(model, cut):
    inputs = np.random.default_rng(1).normal(size=(300, 3))
    one = model.run(300, inputs=inputs, seed=3)
    first = model.run(cut, inputs=inputs[:cut], seed=3)
    second = model.run(300 - cut, inputs=inputs[cut:], state=first.state, seed=3)
    np.testing.assert_array_equal(np.concatenate([first.values, second.values]), one.values)


def test_input_is_added_to_the_next_sample_in_recording_units(model):
    pulse = np.zeros((10, 3))
    pulse[4, 1] = 0.25
    with_it = model.run(10, inputs=pulse, seed=1).values
    without = model.run(10, seed=1).values
    np.testing.assert_array_equal(with_it[:4], without[:4])
    np.testing.assert_allclose(with_it[4] - without[4], [0, 0.25, 0], atol=1e-12)
    assert abs(with_it[5] - without[5]).max() > 1e-3


def test_run_is_prediction_plus_noise_of_the_sample(model):
    window = CENTER + SCALE * np.random.default_rng(2).normal(size=(2, 3))
    values = model.run(3, state=model.state_from(window), seed=7).values
    history = np.concatenate([window, values])
    expected = model.predict(np.stack([history[k : k + 2] for k in range(3)]))
    noise = normals(3, model.noise_factor, first=0, keys=(7, 0))
    np.testing.assert_allclose(values - expected, noise, atol=1e-9)


def test_noise_has_the_covariance_of_its_factor():
    factor = np.array([[1.0, 0.0], [0.8, 0.5]])
    drawn = normals(40_000, factor, first=0, keys=(0,))
    np.testing.assert_allclose(np.cov(drawn.T), factor @ factor.T, atol=0.03)


def test_jacobian_agrees_with_finite_differences(model):
    windows = CENTER + SCALE * np.random.default_rng(3).normal(size=(4, 2, 3))
    found = model.jacobian(windows)
    for j in range(3):
        step = np.zeros((2, 3))
        step[-1, j] = 1e-5
        slope = (model.predict(windows + step) - model.predict(windows - step)) / 2e-5
        np.testing.assert_allclose(found[:, :, j], slope, atol=1e-7)


def test_starts_settled_and_differently_for_each_seed(model):
    assert not np.array_equal(model.run(1, seed=0).values, model.run(1, seed=1).values)
    starts = np.concatenate([model.run(1, seed=seed).values for seed in range(60)])
    long = model.run(4000, seed=0).values
    np.testing.assert_allclose(starts.std(axis=0), long.std(axis=0), rtol=0.35)


def test_divergence_is_visible_and_raised_by_simulate():
    linear = sb.LinearVAR(3)
    model = surrogate(architecture=linear)
    with torch.no_grad():
        linear.linear.weight.copy_(5 * torch.eye(3))
    with pytest.raises(sb.errors.Diverged, match="region"):
        sb.simulate(model, duration=400.0)


def test_run_never_touches_global_randomness(model):
    before = torch.get_rng_state()
    model.run(10)
    sb.MLP(4)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.run(4, inputs=np.zeros((3, 3))), r"shape \(4, 3\), but \(3, 3\) arrived"),
        (lambda m: m.state_from(np.zeros((3, 3))), r"must have shape \(2, 3\)"),
        (lambda m: m.predict(np.zeros((5, 2, 4))), r"must have shape \(2, 3\)"),
        (lambda m: m.run(0), "n_times must be at least 1"),
    ],
)
def test_wrong_shapes_are_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)


def test_foreign_state_is_refused(model):
    with pytest.raises(TypeError, match="state must come from state_from"):
        model.run(3, state=np.zeros((2, 3)))


def test_parts_must_fit():
    with pytest.raises(
        ValueError, match=r"names has shape \(3,\) but the architecture has 2 regions"
    ):
        Surrogate(sb.MLP(2), ("a", "b", "c"), 1.0, "EEG", np.zeros(2), np.ones(2), np.eye(2))
