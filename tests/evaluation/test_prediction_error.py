import dataclasses

import numpy as np
import pytest

from surrobrain.data.recording import Recording
from surrobrain.errors import NotEnough
from surrobrain.evaluation.horizon import forecasts_ahead
from surrobrain.evaluation.prediction_error import prediction_error
from surrobrain.evaluation.valid_time import valid_time
from tests.evaluation.stubs import Linear, coupled

BRAIN = Linear(coupled(4))
TEST = BRAIN.recording(2000, seed=1)


def test_the_error_of_the_true_model_is_the_accumulated_noise():
    """x[t+n] - A^n x[t] has covariance sum over k < n of A^k A^k'."""
    long = BRAIN.recording(20_000, seed=2)
    found = prediction_error(BRAIN, long, n_steps=12).squared["model"]
    power, covariance, expected = np.eye(4), np.zeros((4, 4)), []
    for _ in range(12):
        covariance = covariance + power @ power.T
        power = BRAIN.matrix @ power
        expected.append((np.diag(covariance) / long.values.var(axis=0)).mean())
    np.testing.assert_allclose(found, expected, rtol=0.04)


def test_step_n_is_the_error_at_step_n_from_every_admissible_start():
    values = TEST.values
    found = prediction_error(BRAIN, TEST, n_steps=5)
    held = [np.square(values[n:] - values[:-n]).mean(axis=0) for n in range(1, 6)]
    expected = (np.array(held) / values.var(axis=0)).mean(axis=1)
    np.testing.assert_allclose(found.squared["persistence"], expected, rtol=1e-9)
    forecast = values[:-3] @ np.linalg.matrix_power(BRAIN.matrix, 3).T
    expected = (np.square(values[3:] - forecast).mean(axis=0) / values.var(axis=0)).mean()
    assert found.squared["model"][2] == pytest.approx(expected, rel=1e-9)
    assert found.n_starts == len(values) - 1


def test_the_mean_has_error_one_and_everything_tends_to_it():
    found = prediction_error(BRAIN, TEST, n_steps=60)
    np.testing.assert_allclose(found.squared["mean"], 1.0, rtol=0.05)
    assert found.squared["model"][-1] == pytest.approx(1.0, abs=0.05)
    assert found.squared["linear_var"][0] == pytest.approx(found.squared["model"][0], rel=0.05)


def test_scaled_errors_are_means_over_the_steps_so_far():
    values = TEST.values
    found = prediction_error(BRAIN, TEST, n_steps=3).scaled["persistence"]
    assert found[0] == pytest.approx(1.0, rel=1e-9)  # the scale is that of persistence
    pace = np.abs(np.diff(values, axis=0)).mean(axis=0)
    each = [np.abs(values[n:] - values[:-n]).mean(axis=0) for n in (1, 2, 3)]
    assert found[2] == pytest.approx((np.mean(each, axis=0) / pace).mean(), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("lorenz63_dend_test", 1.35), ("bursting_neuron_test", 0.70), ("ecg5_test", 1.13)],
)
def test_persistence_on_the_benchmark_series(shared, name, expected):
    values = np.load(shared("dynamics/dsr") / f"{name}.npy").astype(np.float64)
    n_regions = values.shape[1]
    recording = Recording(values[:50_000], 100.0, tuple(f"region_{k}" for k in range(n_regions)))
    still = Linear(np.eye(n_regions), sfreq=100.0)
    found = prediction_error(still, recording).squared["model"][19]
    # the reference is in units of the stored series, of which only the ECG has not variance one
    assert found * values.var(axis=0).mean() == pytest.approx(expected, abs=0.03)


def test_missing_samples_are_neither_starts_nor_targets():
    values = TEST.values.copy()
    values[[100, 101, 700]] = np.nan
    gappy = Recording(values, TEST.sfreq, TEST.names, on_bad="mask")
    found = prediction_error(BRAIN, gappy, n_steps=2)
    error = values[1:] - values[:-1] @ BRAIN.matrix.T
    expected = (np.nanmean(np.square(error), axis=0) / np.nanvar(values, axis=0)).mean()
    assert found.squared["model"][0] == pytest.approx(expected, rel=1e-9)
    assert found.n_starts == np.isfinite(error).all(axis=1).sum()


def test_blocks_change_nothing(monkeypatch):
    import surrobrain.evaluation.prediction_error as module

    whole = prediction_error(BRAIN, TEST, n_steps=4).squared["model"]
    monkeypatch.setattr(module, "_BLOCK", 4 * 333)
    np.testing.assert_allclose(prediction_error(BRAIN, TEST, n_steps=4).squared["model"], whole)


@dataclasses.dataclass(frozen=True)
class Second(Linear):
    """Twice the last sample less the one before: memory of two."""

    memory: int = 2

    def predict(self, windows, inputs=None):
        return 2 * windows[:, -1] - windows[:, -2]


def test_forecasts_are_fed_back_into_the_window():
    windows = np.array([[[1.0], [3.0]]])
    ahead = forecasts_ahead(Second(np.eye(1)).predict, windows, n_steps=4)
    assert [float(x[0, 0]) for x in ahead] == [5.0, 7.0, 9.0, 11.0]


def test_a_forecast_that_diverges_stays_infinite():
    windows = np.array([[[1e200]], [[1.0]]])
    with np.errstate(over="ignore"):
        ahead = list(forecasts_ahead(lambda w: w[:, -1] ** 2, windows, n_steps=3))
    assert [float(x[0, 0]) for x in ahead] == [np.inf] * 3
    assert [float(x[1, 0]) for x in ahead] == [1.0] * 3
    exploding = Linear(1e160 * np.eye(4))
    found = prediction_error(exploding, TEST, n_steps=3)
    assert np.isinf(found.squared["model"][2])
    assert np.isfinite(found.squared["persistence"]).all()
    assert (valid_time(exploding, TEST, horizon=3.0).model == 0.5).all()  # the first sample


def test_errors_refuse_what_is_too_short_or_constant_or_another_brain():
    with pytest.raises(NotEnough, match="need 21 samples"):
        prediction_error(BRAIN, TEST.crop(0.0, 9.0))
    flat = TEST.values.copy()
    flat[:, 1] = 0.1
    with pytest.raises(NotEnough, match="1 regions are constant"):
        prediction_error(BRAIN, Recording(flat, TEST.sfreq, TEST.names, on_bad="keep"))
    with pytest.raises(ValueError, match="recording has 4 regions but model has 5"):
        prediction_error(Linear(coupled(5)), TEST)
    with pytest.raises(ValueError, match="n_steps must be at least 1"):
        prediction_error(BRAIN, TEST, n_steps=0)


def rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_valid_time_of_a_rotation_that_runs_too_fast():
    """Two unit vectors, an angle d apart, are 2 sin(d / 2) apart; the normalized error is that."""
    angles = 0.1 * np.arange(700)
    values = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    recording = Recording(values, 10.0, ("region_0", "region_1"))
    fast = Linear(rotation(0.1 + 0.01), sfreq=10.0)
    found = valid_time(fast, recording, horizon=10.0, threshold=0.4)
    # sum of squares over regions is normalized by its mean, 1
    steps = np.ceil(2 * np.arcsin(0.4 / 2) / 0.01)
    np.testing.assert_allclose(found.model, steps / 10.0, atol=0.11)
    assert found.median == pytest.approx(steps / 10.0, abs=0.11)
    assert found.persistence.max() < found.model.min()
    right = valid_time(Linear(rotation(0.1), sfreq=10.0), recording, horizon=3.0)
    assert (right.model == 3.0).all()
    assert right.horizon == 3.0


def test_valid_time_refuses():
    with pytest.raises(NotEnough, match=r"a horizon of 5000 s needs 10001 samples in a row"):
        valid_time(BRAIN, TEST, horizon=5000.0)
    with pytest.raises(ValueError, match="threshold must be above 0"):
        valid_time(BRAIN, TEST, horizon=5.0, threshold=0.0)
