"""Every architecture, also one that is added tomorrow, keeps the promises of the contract."""

import inspect
import json

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names
from surrobrain.inverse.elbo import elbo
from surrobrain.inverse.losses import (
    generalized_teacher_forcing,
    next_step,
    scheduled_sampling,
    sparse_teacher_forcing,
)
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.learned.window_model import WindowModel
from surrobrain.learned.windows import training_windows
from surrobrain.training.moment import Moment
from surrobrain.training.options import Training
from tests.one_device import OneDevice

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
def test_a_step_of_training_stays_on_its_device(name, monkeypatch):
    """Tensors without content stand for a card: they mix with none on the processor."""
    made = make(name).to("meta")
    # argument types are checked by looking at every attribute, and this one counts values
    monkeypatch.setattr(type(made), "n_active", 1)
    losses = [next_step(), sparse_teacher_forcing(5, every=2), scheduled_sampling(5)]
    losses += [generalized_teacher_forcing(5, share=0.2)]
    cut = {"device": "meta", "dtype": torch.float32}
    if hasattr(made, "posterior"):
        losses.append(elbo(5))
    if isinstance(made.encode(torch.zeros(6, made.memory, N, **cut)), torch.Tensor):
        losses.append(generalized_teacher_forcing(5))
    for loss in losses:
        stretch = torch.zeros(6, made.memory + loss.horizon, N, **cut)
        batch = Batch(stretch, torch.zeros(6, loss.horizon, 0, **cut), made.memory)
        # how fast errors grow is a number, asked for at every fifth batch but not at this one
        moment = Moment(kept={"batches": 1.0, "share": 0.5})
        made.zero_grad()
        with OneDevice("meta", moves=True):
            error = loss(made, batch, moment)
            error.backward()
        assert error.device.type == "meta"
        assert any(p.grad is not None for p in made.parameters())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch reaches no CUDA device")
@every
def test_a_card_learns_what_the_processor_learns(name, recording):
    cpu, card = (
        sb.fit(make(name), recording, training=Training(epochs=2, device=device), seed=0)
        for device in ("cpu", "cuda")
    )
    np.testing.assert_allclose(card.history.validation, cpu.history.validation, rtol=1e-6)
    np.testing.assert_allclose(card.model.run(20).values, cpu.model.run(20).values, rtol=1e-4)


def test_a_tensor_on_the_processor_is_noticed():
    elsewhere = torch.zeros(4)
    with OneDevice("meta", moves=True), pytest.raises(AssertionError, match="mixes tensors on"):
        torch.zeros(4, 4, device="meta")[:, elsewhere.long()]


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
