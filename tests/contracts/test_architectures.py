"""Every architecture, also one that is added tomorrow, keeps the promises of the contract."""

import inspect
import json

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.window_model import WindowModel
from surrobrain.learned.windows import training_windows
from surrobrain.training.options import Training

FOLDER = "surrobrain.learned.architectures"
N = 4


def make(name: str) -> Architecture:
    return load(FOLDER, name)(N)


@pytest.fixture(scope="module")
def recording():
    rng = np.random.default_rng(0)
    x = np.zeros((400, N))
    for t in range(1, 400):
        x[t] = 0.6 * x[t - 1] + 0.2 * np.roll(x[t - 1], 1) + rng.normal(size=N)
    return sb.Recording(10 + x, sfreq=2.0)


every = pytest.mark.parametrize("name", names(FOLDER))


@every
def test_meets_the_contract(name):
    made = make(name)
    assert isinstance(made, Architecture)
    assert isinstance(made, torch.nn.Module)
    assert isinstance(type(made).closed_form, bool)
    assert made.n_regions == N


@every
def test_config_rebuilds_it(name):
    config = json.loads(json.dumps(make(name).config()))
    again = load(FOLDER, name)(**config)
    assert again.config() == config
    assert set(config) <= set(inspect.signature(type(again)).parameters)


@every
def test_every_one_is_made_alike(name):
    made = load(FOLDER, name)(N, memory=1)
    assert made.memory == 1
    assert 0 < made.n_active <= sum(p.numel() for p in made.parameters())


@every
def test_fine_tuning_moves_to_the_new_recording(name, recording):
    rng = np.random.default_rng(1)
    x = np.zeros((600, N))
    for t in range(1, 600):
        x[t] = 0.9 * x[t - 1] + rng.normal(size=N)
    group = sb.fit(make(name), recording, training=Training(epochs=2)).model
    person = sb.fit(group, sb.Recording(x, sfreq=2.0))
    assert person.stopped_at > 0
    assert person.history.validation[person.stopped_at] < 0.8 * person.history.validation[0]


@every
def test_shapes_of_state_and_sample(name):
    made = make(name)
    windows = torch.randn(5, made.memory, N, generator=torch.Generator().manual_seed(0))
    state = made.encode(windows)
    torch.testing.assert_close(made.observe(state), windows[:, -1])
    quiet, driven = made.step(state), made.step(state, torch.ones(5, N))
    torch.testing.assert_close(made.observe(driven), made.observe(quiet) + 1)
    again = made.observe(made.step(quiet))
    assert again.shape == (5, N)


@every
def test_fits_runs_and_does_not_lose_to_its_start(name, recording):
    result = sb.fit(make(name), recording, training=Training(epochs=2))
    assert result.history.validation[result.stopped_at] <= result.history.validation[0]
    assert result.history.one_step < result.history.persistence
    values = result.model.run(50).values
    assert np.isfinite(values).all()
    assert abs(values.mean() - 10) < 3


@every
def test_saved_and_loaded_it_is_the_same_to_the_bit(name, recording, tmp_path):
    model = sb.fit(make(name), recording, training=Training(epochs=1)).model
    loaded = sb.load_model(sb.save_model(model, tmp_path / name))
    np.testing.assert_array_equal(loaded.run(20, seed=5).values, model.run(20, seed=5).values)


@every
def test_making_one_leaves_global_randomness_alone(name):
    before = torch.get_rng_state()
    make(name)
    assert torch.equal(before, torch.get_rng_state())


@pytest.fixture(scope="module")
def driven():
    """Regions that a known matrix moves by two inputs, the stronger cause of their changes."""
    rng, effect = np.random.default_rng(2), np.array([[2.0, 0], [0, 2], [-2, 0], [1, 1]])
    u, x = rng.normal(size=(600, 2)), np.zeros((600, N))
    for t in range(1, 600):
        x[t] = 0.6 * x[t - 1] + effect @ u[t] + rng.normal(size=N)
    return sb.Recording(x, sfreq=2.0).with_inputs(u)


@every
def test_learns_what_an_input_does(name, driven):
    kind = load(FOLDER, name)
    try:
        made = kind(N, n_inputs=2)
    except ValueError:  # one without inputs has to say so
        with pytest.raises(ValueError, match="input"):
            kind(N, n_inputs=2)
        return
    fitted = sb.fit(made, driven).model
    windows, following = training_windows([driven], memory=made.memory)
    acted = driven.inputs[made.memory :]
    blind, told = (
        np.square(following[:, 0] - fitted.predict(windows, drive=drive)).mean(axis=0)
        for drive in (None, acted)
    )
    noise, moved = np.ones(N), np.array([4.0, 4.0, 4.0, 2.0])
    assert (told < 1.3 * noise).all()
    assert (blind > 0.8 * (noise + moved)).all()
    with pytest.raises(ValueError, match="the model has 2 inputs but a recording has 0"):
        sb.fit(kind(N, n_inputs=2), sb.Recording(driven.values, sfreq=2.0))


def test_half_an_architecture_is_refused():
    class Half(WindowModel):
        def forward(self, windows):
            return windows[:, -1]

    with pytest.raises(TypeError, match="warm_start"):
        Half(3, memory=1)  # pyright: ignore[reportAbstractUsage]
