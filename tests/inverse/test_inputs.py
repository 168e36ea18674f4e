"""External input, from the recording that holds it to the scores of a model that learned it."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.linear.autoregression import solve_autoregression

N, K, T = 3, 2, 3000
STEP = np.array([[0.8, 0.1, 0.0], [-0.2, 0.7, 0.0], [0.0, 0.3, 0.5]])
EFFECT = np.array([[1.0, 0.0], [0.0, -2.0], [0.5, 0.5]])


@pytest.fixture(scope="module")
def driven() -> sb.Recording:
    rng = np.random.default_rng(0)
    u, x = rng.normal(size=(T, K)) * [1.0, 3.0], np.zeros((T, N))
    for t in range(1, T):
        x[t] = STEP @ x[t - 1] + EFFECT @ u[t] + 0.1 * rng.normal(size=N)
    return sb.Recording(5.0 + x, sfreq=10.0, inputs=u)


def test_input_goes_where_its_samples_go(driven, tmp_path):
    train, test = driven.split(0.8)
    np.testing.assert_array_equal(np.concatenate([train.inputs, test.inputs]), driven.inputs)
    np.testing.assert_array_equal(driven.crop(1.0, 2.0).inputs, driven.inputs[10:20])
    gap = driven.values.copy()
    gap[100:110] = np.nan
    first, second = sb.Recording(gap, 10.0, inputs=driven.inputs, on_bad="mask").segments()
    np.testing.assert_array_equal(first.inputs, driven.inputs[:100])
    np.testing.assert_array_equal(second.inputs, driven.inputs[110:])
    from surrobrain.data.write import write

    np.testing.assert_array_equal(sb.read(write(driven, tmp_path / "x.npz")).inputs, driven.inputs)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.zeros((T - 1, K)), r"inputs must have shape"),
        (np.full((T, 1), np.nan), "input 0 is nan at sample 0"),
    ],
)
def test_input_that_does_not_fit_is_refused(driven, inputs, message):
    with pytest.raises(ValueError, match=message):
        driven.with_inputs(inputs)


def test_regression_finds_state_and_input_at_once(driven):
    x, u = driven.values, driven.inputs
    found = solve_autoregression(x[:-1, None], x[1:], drives=u[1:], ridge=0.0)
    design = np.hstack([x[:-1], u[1:], np.ones((T - 1, 1))])
    expected = np.linalg.lstsq(design, x[1:], rcond=None)[0]
    np.testing.assert_allclose(found.coefficients[0], expected[:N].T, atol=1e-9)
    np.testing.assert_allclose(found.drive, expected[N : N + K].T, atol=1e-9)
    np.testing.assert_allclose(found.intercept, expected[-1], atol=1e-8)


def test_a_model_learns_what_input_does_and_is_judged_with_it(driven):
    train, test = driven.split(0.7)
    model = sb.fit(sb.LinearVAR(N, n_inputs=K), train).model
    windows = test.values[:-1, None]
    with_input = model.predict(windows, drive=test.inputs[1:])
    without = model.predict(windows)
    np.testing.assert_allclose(with_input - without, test.inputs[1:] @ EFFECT.T, atol=0.05)
    card = sb.evaluate(test, model, train=train, metrics=["nrmse", "fc"], n_runs=2, n_null=2)
    assert card["nrmse"].value < 0.15
    assert card["nrmse"].linear_var == pytest.approx(card["nrmse"].value, rel=1e-3)
    # a free run that is given the input follows what it decides
    start = model.state_from(test.values[:1])
    run = model.without_noise().run(50, state=start, drive=test.inputs[1:51]).values
    assert np.corrcoef(run.ravel(), test.values[1:51].ravel())[0, 1] > 0.99


def test_forecasts_several_steps_ahead_know_the_input(driven):
    train, test = driven.split(0.7)
    model = sb.fit(sb.LinearVAR(N, n_inputs=K), train).model
    found = sb.prediction_error(model, test, n_steps=5, train=train)
    assert found.squared["model"][4] < 0.02
    np.testing.assert_allclose(found.squared["linear_var"], found.squared["model"], rtol=1e-3)
    assert (sb.valid_time(model, test, horizon=2.0, n_starts=20).model == 2.0).all()


def test_model_and_recordings_must_agree_on_inputs(driven):
    with pytest.raises(
        ValueError, match=r"the model has 0 inputs but a recording has 2.*n_inputs=2"
    ):
        sb.fit(sb.LinearVAR(N), driven)
    model = sb.fit(sb.LinearVAR(N, n_inputs=K), driven).model
    with pytest.raises(ValueError, match=r"drive must have shape \(4, 2\)"):
        model.run(4, drive=np.zeros((4, 1)))


def test_scale_of_the_input_does_not_matter(driven):
    model = sb.fit(sb.LinearVAR(N, n_inputs=K), driven).model
    larger = driven.with_inputs(1000 * driven.inputs)
    other = sb.fit(sb.LinearVAR(N, n_inputs=K), larger).model
    windows, u = driven.values[:50, None], driven.inputs[1:51]
    np.testing.assert_allclose(
        other.predict(windows, drive=1000 * u), model.predict(windows, drive=u), rtol=1e-9
    )
