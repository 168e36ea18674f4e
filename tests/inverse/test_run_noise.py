import numpy as np
import pytest
from scipy.linalg import eigvalsh, solve_discrete_lyapunov

import surrobrain as sb
from surrobrain.inverse.prepare import prepare
from surrobrain.inverse.run_noise import error_noise, missing_noise

MIXED = np.array([[0.8, 0.3, 0.0], [0.0, 0.9, -0.2], [0.1, 0.0, 0.7]])


def autoregression(n_times: int, *, drive: np.ndarray | None = None) -> sb.Recording:
    noise = np.random.default_rng(0).normal(size=(n_times, 3))
    pushed = noise if drive is None else noise + 3 * drive
    x = np.zeros((n_times, 3))
    for t in range(1, n_times):
        x[t] = MIXED @ x[t - 1] + pushed[t]
    return sb.Recording(x, 1.0, ["a", "b", "c"])


def henon(n_times: int) -> sb.Recording:
    x = np.full((n_times, 2), 0.1)
    for t in range(1, n_times):
        x[t] = 1 - 1.4 * x[t - 1, 0] ** 2 + x[t - 1, 1], 0.3 * x[t - 1, 0]
    return sb.Recording(x, 1.0, ["x", "y"])


def factors(model, recording: sb.Recording) -> dict[str, np.ndarray]:
    """Return the noise a model was given and both it was chosen from."""
    cut = {"names": None, "horizon": 1, "held_out": 0.2}
    data = prepare([recording], model.architecture, **cut)
    scale = data.scale[:, None]
    return {
        "given": model.noise_factor,
        "errors": error_noise(model.architecture, data) * scale,
        "missing": missing_noise(model.architecture, data) * scale,
    }


def relative(noise: np.ndarray, model, recording: sb.Recording) -> np.ndarray:
    """Return the variances of endless runs, relative to the recording's, along their axes."""
    linear = model.jacobian(model.center[None, None])[0]
    endless = solve_discrete_lyapunov(linear, noise @ noise.T)
    return eigvalsh(endless, np.cov(recording.values.T))


@pytest.mark.parametrize("ridge", [5e3, 2e4])
def test_runs_of_a_penalized_linear_model_vary_as_the_recording_does(ridge):
    recording = autoregression(5000)
    model = sb.fit(sb.LinearVAR(3, ridge=ridge), recording).model
    found = {k: relative(f, model, recording) for k, f in factors(model, recording).items()}
    np.testing.assert_allclose(found["given"], 1, atol=0.01)
    # with its errors alone, what regions do together shrinks and what sets them apart grows
    assert found["errors"][0] < 0.8
    assert found["errors"][-1] > 1.8


def test_of_least_squares_both_noises_are_one():
    recording = autoregression(20_000)
    model = sb.fit(sb.LinearVAR(3, ridge=1e-3), recording).model
    covariances = {k: f @ f.T for k, f in factors(model, recording).items()}
    np.testing.assert_allclose(covariances["missing"], covariances["errors"], atol=0.05)
    np.testing.assert_allclose(covariances["given"], np.eye(3), atol=0.05)


def test_a_chaotic_map_is_not_given_what_its_moments_miss_by_chance():
    recording = henon(3000)
    training = sb.Training(epochs=60, rate=1e-2)
    model = sb.fit(sb.MLP(2, memory=1, hidden=32), recording, training=training).model
    sizes = {name: np.linalg.norm(f, axis=1) for name, f in factors(model, recording).items()}
    np.testing.assert_array_equal(sizes["given"], sizes["errors"])
    assert np.all(sizes["missing"] > 2 * sizes["errors"])


def test_what_input_explains_is_no_noise():
    drive = np.random.default_rng(1).normal(size=(5000, 1))
    recording = autoregression(5000, drive=drive).with_inputs(drive)
    model = sb.fit(sb.LinearVAR(3, ridge=1e-3, n_inputs=1), recording).model
    np.testing.assert_allclose(model.noise_factor @ model.noise_factor.T, np.eye(3), atol=0.1)
