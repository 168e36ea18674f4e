import dataclasses
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.losses import multi_step
from surrobrain.training.options import Training

TRUE = np.array([[0.5, 0.3, 0.0], [0.0, 0.6, -0.2], [0.1, 0.0, 0.4]])
FEW = Training(epochs=3)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def series(n_times: int, *, seed: int = 0, dtype=np.float64) -> sb.Recording:
    noise = np.random.default_rng(seed).normal(size=(n_times, 3))
    x = np.zeros((n_times, 3))
    for t in range(1, n_times):
        x[t] = TRUE @ x[t - 1] + noise[t]
    return sb.Recording((x * [1.0, 2.0, 5.0] + [0, 10, -4]).astype(dtype), 2.0, ["a", "b", "c"])


def weights(result) -> list[np.ndarray]:
    return [v.numpy() for v in result.model.architecture.state_dict().values()]


def test_linear_var_recovers_matrix_noise_and_units():
    model = sb.fit(sb.LinearVAR(3), series(50_000)).model
    unit = np.array([1.0, 2.0, 5.0])
    window = model.center[None, None]
    np.testing.assert_allclose(model.jacobian(window)[0] * unit / unit[:, None], TRUE, atol=0.02)
    covariance = model.noise_factor @ model.noise_factor.T
    np.testing.assert_allclose(covariance / np.outer(unit, unit), np.eye(3), atol=0.04)


def test_free_run_looks_like_the_recording():
    recording = series(5000)
    simulated = sb.simulate(sb.fit(sb.MLP(3, memory=1), recording).model, duration=5000.0)
    np.testing.assert_allclose(
        np.cov(simulated.values.T), np.cov(recording.values.T), rtol=0.2, atol=1.0
    )


def test_mlp_beats_the_linear_model_where_the_truth_is_not_linear():
    x = np.empty(1500)
    x[0] = 0.3
    for t in range(1499):
        x[t + 1] = 3.9 * x[t] * (1 - x[t])  # logistic map: no linear model predicts it
    recording = sb.Recording(np.column_stack([x, np.roll(x, 7)])[:-7], 1.0)
    result = sb.fit(
        sb.MLP(2, memory=1, hidden=32), recording, training=Training(epochs=100, rate=1e-2)
    )
    assert min(result.history.validation) < 0.1 * result.history.linear_var
    assert result.stopped_at > 0
    assert not [w for w in result.warnings if "not better" in w]


def test_the_model_that_is_given_stays_as_it_was():
    model = sb.MLP(3, memory=1, hidden=4)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    sb.fit(model, series(200), training=FEW)
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_of_the_recording_is_kept(dtype):
    model = sb.fit(sb.MLP(3, hidden=4), series(200, dtype=dtype), training=FEW).model
    assert model.run(3).values.dtype == dtype


def test_several_recordings_with_gaps():
    values = series(600).values.copy()
    values[100:110] = np.nan
    gappy = sb.Recording(values, 2.0, ["a", "b", "c"], on_bad="mask")
    result = sb.fit(sb.LinearVAR(3), [gappy, series(333, seed=1)])
    assert np.isfinite(weights(result)[0]).all()


def test_multi_step_and_penalties_train_even_what_has_a_closed_form():
    recording = series(400)
    free = sb.fit(sb.LinearVAR(3), recording, loss=multi_step(3), training=FEW)
    assert len(free.history.train) > 0
    sparse = sb.fit(
        sb.LinearVAR(3),
        recording,
        penalties=[sb.penalties.sparsity(1e-3)],
        training=FEW,
    )
    assert len(sparse.history.train) > 0


def test_structure_penalty_weakens_what_is_not_wired():
    recording = series(400)
    wiring = sb.Connectome(np.array([[0, 1.0, 0], [0, 0, 1.0], [0, 0, 0]]), names=recording.names)
    options = Training(epochs=40, rate=1e-2, patience=40, least_gain=0.0)
    start = sb.MLP(3, memory=1, hidden=4)
    plain = sb.fit(start, recording, training=options)
    held = sb.fit(
        start, recording, penalties=[sb.penalties.structure(wiring, 10.0)], training=options
    )
    absent = (wiring.weights == 0) & ~np.eye(3, dtype=bool)
    middle = plain.model.center[None, None]

    def strongest(result) -> float:
        return abs(result.model.jacobian(middle)[0][absent]).max()

    assert len(held.history.train) == 40
    assert strongest(held) < 0.1 * strongest(plain)


def test_structure_of_other_regions_is_refused():
    wiring = sb.Connectome(np.ones((3, 3)), names=["a", "b", "x"])
    with pytest.raises(ValueError, match="the recording has regions that the connectome lacks"):
        sb.fit(sb.MLP(3), series(100), penalties=[sb.penalties.structure(wiring)])
    small = sb.Connectome(np.ones((2, 2)), names=["a", "b"])
    with pytest.raises(ValueError, match="3 regions but the connectome has 2"):
        sb.fit(sb.MLP(3), series(100), penalties=[sb.penalties.structure(small)])


def test_fine_tuning_starts_from_the_fitted_weights():
    group = sb.fit(sb.MLP(3, memory=1, hidden=4), series(2000), training=FEW).model
    person = sb.fit(group, series(60, seed=5), training=Training(epochs=0))
    torch.testing.assert_close(
        person.model.architecture.state_dict(), group.architecture.state_dict(), rtol=0, atol=0
    )
    assert not np.array_equal(person.model.center, group.center)


def test_warnings_in_plain_words():
    found = sb.fit(sb.MLP(3), series(60), training=FEW).warnings
    assert any("parameters but the recording only" in w for w in found)
    growing = sb.Recording(np.exp(np.arange(60) / 10)[:, None] * [1, 2.0] + [[0, 1]], 1.0)
    found = sb.fit(sb.LinearVAR(2, ridge=0.0), growing).warnings
    assert any("unstable around the mean" in w for w in found)


def test_a_network_that_did_not_help_is_not_counted():
    result = sb.fit(sb.MLP(3, memory=1, hidden=4), series(400), training=Training(epochs=0))
    assert result.stopped_at == 0
    assert result.n_parameters == 12
    assert result.warnings == (
        "training did not improve on the linear start, so the model is linear",
    )
    assert sb.fit(sb.LinearVAR(3), series(400)).warnings == ()


def test_a_model_worse_than_persistence_says_so():
    walk = np.random.default_rng(0).normal(size=(300, 3)).cumsum(axis=0)
    result = sb.fit(
        sb.LinearVAR(3), sb.Recording(walk, 1.0), penalties=[sb.penalties.energy(100.0)]
    )
    assert result.history.one_step > result.history.persistence
    assert any("worse than that of repeating the last sample" in w for w in result.warnings)


def test_one_step_errors_are_compared_whatever_the_loss():
    recording = series(2000)
    result = sb.fit(sb.LinearVAR(3), recording, loss=multi_step(5), training=FEW)
    assert result.history.validation[result.stopped_at] > 1.2 * result.history.one_step
    assert result.history.one_step == pytest.approx(result.history.linear_var, rel=0.02)
    train = sb.fit(sb.LinearVAR(3), recording)
    assert train.history.one_step == pytest.approx(train.history.linear_var)


def test_offsets_and_gains_of_sessions_do_not_pass_for_dynamics():
    first, second = series(1500), series(1500, seed=1)
    moved = dataclasses.replace(second, values=10 * second.values + [500, -100, 30])

    def influences(recordings) -> np.ndarray:
        return weights(sb.fit(sb.LinearVAR(3), recordings))[0]

    np.testing.assert_allclose(influences([first, moved]), influences([first, second]), atol=1e-9)
    several = sb.fit(sb.LinearVAR(3), [first, moved]).model
    alone = [sb.fit(sb.LinearVAR(3), each).model for each in (first, moved)]
    np.testing.assert_allclose(several.center, np.mean([m.center for m in alone], axis=0))
    np.testing.assert_allclose(several.scale, np.mean([m.scale for m in alone], axis=0))


def test_a_loss_is_any_callable_with_a_horizon():
    class Absolute:
        horizon = 1

        def __call__(self, model, batch, moment):
            return (model(batch.windows) - batch.targets[:, 0]).abs().mean()

    result = sb.fit(sb.LinearVAR(3), series(400), loss=Absolute(), training=FEW)
    assert len(result.history.train) == 3
    assert result.history.validation[0] < np.sqrt(result.history.one_step)


def test_a_recording_without_a_sample_to_learn_from_is_refused():
    values = series(100).values.copy()
    values[:80] = np.nan
    gone = sb.Recording(values, 2.0, ["a", "b", "c"], on_bad="mask")
    with pytest.raises(sb.errors.BadRecording, match="all 80 samples that are trained on"):
        sb.fit(sb.LinearVAR(3), [series(100), gone])


@pytest.mark.parametrize(
    ("recordings", "error", "message"),
    [
        ([], ValueError, "empty list"),
        ([series(100).pick(["a", "b"])], ValueError, "3 regions but the recording has 2"),
        ([series(100), series(90).pick(["b", "a", "c"])], ValueError, "in another order"),
        ([series(8)], ValueError, "samples in a row"),
        (
            [sb.Recording(np.ones((90, 3)), 1.0, on_bad="keep")],
            sb.errors.BadRecording,
            "3 regions do not vary",
        ),
    ],
)
def test_recordings_that_cannot_be_fitted(recordings, error, message):
    with pytest.raises(error, match=message):
        sb.fit(sb.MLP(3), recordings)


def test_constant_training_part_names_the_region():
    values = series(100).values.copy()
    values[:80, 1] = 4.0
    with pytest.raises(sb.errors.BadRecording, match="the first b"):
        sb.fit(sb.MLP(3), sb.Recording(values, 1.0, ["a", "b", "c"]))


CHILD = """
import sys, time
import torch
torch.set_num_threads(1)
import surrobrain as sb
from surrobrain.training.options import Training

def slow(model):
    time.sleep(0.02)
    return 0.0 * model.linear.weight.sum()

sb.fit(
    sb.MLP(3, memory=2, hidden=8), sb.read(sys.argv[1], sfreq=2.0, orientation="time_by_region"),
    penalties=[slow], training=Training(epochs=12, batch=64, patience=12), seed=3,
    checkpoint=sys.argv[2],
)
"""


def test_killed_and_resumed_ends_with_the_same_bits(tmp_path):
    np.save(tmp_path / "recording.npy", series(500).values)
    path = tmp_path / "training.safetensors"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "recording.npy"), str(path)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 60
    while not path.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "the training ended before it could be killed"

    recording = sb.read(tmp_path / "recording.npy", sfreq=2.0, orientation="time_by_region")
    again = {
        "penalties": [lambda model: 0.0 * model.linear.weight.sum()],
        "training": Training(epochs=12, batch=64, patience=12),
        "seed": 3,
    }
    model = sb.MLP(3, memory=2, hidden=8)
    resumed = sb.fit(model, recording, checkpoint=path, **again)
    whole = sb.fit(model, recording, **again)
    assert resumed.history == whole.history
    for ours, theirs in zip(weights(resumed), weights(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_resume_refuses_other_data_or_options(tmp_path):
    path = tmp_path / "training.safetensors"
    model = sb.MLP(3, memory=1, hidden=4)
    sb.fit(model, series(200), training=FEW, checkpoint=path)
    silent = Training(epochs=3, progress=False)
    sb.fit(model, series(200), training=silent, checkpoint=path)  # the same training
    with pytest.raises(ValueError, match="data and start was"):
        sb.fit(model, series(200, seed=1), training=FEW, checkpoint=path)
    with pytest.raises(ValueError, match=r"training was Training\(epochs=3"):
        sb.fit(model, series(200), training=Training(epochs=4), checkpoint=path)


def test_the_unit_of_the_recording_is_kept():
    recording = dataclasses.replace(series(100), unit="uV", on_bad="keep")
    assert sb.fit(sb.LinearVAR(3), recording).model.unit == "uV"
