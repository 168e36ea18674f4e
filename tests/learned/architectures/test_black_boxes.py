"""What every black box must do beyond the contract: inputs, long stretches, units, precision."""

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load
from surrobrain.inverse.losses import multi_step
from surrobrain.training.options import Training

NAMES = [
    "latent_vae", "neural_ode", "recurrent", "sparse_identification", "transformer", "wavenet",
]  # fmt: skip
SMALL = {
    "latent_vae": {"hidden": 8, "latent": 2},
    "neural_ode": {"hidden": 8},
    "recurrent": {"hidden": 8},
    "sparse_identification": {},
    "transformer": {"width": 8, "depth": 1},
    "wavenet": {"channels": 8},
}

every = pytest.mark.parametrize("name", NAMES)


def make(name: str, *, memory: int = 4, n_inputs: int = 0):
    memory = 1 if name == "sparse_identification" else memory
    build = load("surrobrain.learned.architectures", name)
    return build(3, memory=memory, n_inputs=n_inputs, **SMALL[name])


@pytest.fixture(scope="module")
def driven():
    rng, x = np.random.default_rng(0), np.zeros((500, 3))
    u = rng.normal(size=(500, 1)) * 3.0
    for t in range(1, 500):
        x[t] = 0.6 * x[t - 1] + u[t] * np.array([1.0, 0.0, -0.5]) + rng.normal(size=3)
    return sb.Recording(5 + 2 * x, sfreq=1.0).with_inputs(u)


@every
def test_learns_what_an_input_does(name, driven):
    model = sb.fit(make(name, n_inputs=1), driven, training=Training(epochs=3)).model
    windows = driven.values[None, 100 : 100 + model.memory]
    pushed, left = (model.predict(windows, drive=np.array([[u]])) for u in (2.0, 0.0))
    np.testing.assert_allclose(pushed[0] - left[0], [4.0, 0.0, -2.0], atol=0.5)
    free = model.run(30, drive=np.zeros((30, 1))).values
    held = model.run(30, drive=np.ones((30, 1))).values
    np.testing.assert_allclose((held - free)[20:].mean(axis=0), [5.0, 0.0, -2.5], atol=1.0)


@every
def test_learns_from_stretches_and_in_single_precision(name, driven):
    recording = sb.Recording(driven.values.astype(np.float32), sfreq=1.0)
    training = Training(epochs=2, batch=128, rate=1e-3)
    result = sb.fit(make(name), recording, loss=multi_step(3), training=training)
    assert result.model.dtype == np.float32
    assert result.history.validation[result.stopped_at] <= result.history.validation[0]
    assert result.history.train[1] < result.history.validation[0] * 1.5
    assert np.isfinite(result.model.run(200).values).all()


@every
def test_units_do_not_matter(name, driven):
    plain = sb.Recording(driven.values, sfreq=1.0)
    scaled = sb.Recording(driven.values * 1024 - 300, sfreq=1.0)
    training = Training(epochs=1)
    ours, theirs = (sb.fit(make(name), r, training=training).model for r in (plain, scaled))
    windows = driven.values[:50, None].repeat(ours.memory, axis=1)
    expected = ours.predict(windows) * 1024 - 300
    np.testing.assert_allclose(theirs.predict(windows * 1024 - 300), expected, rtol=1e-6)


@every
def test_the_derivative_is_exact(name):
    """Through the loops, gates and monomials, also in batches."""
    model = make(name).double()
    with torch.no_grad():
        for k, parameter in enumerate(model.parameters()):
            drawn = np.random.default_rng(k).normal(size=tuple(parameter.shape))
            parameter.copy_(torch.as_tensor(0.3 * drawn))
    windows = torch.as_tensor(np.random.default_rng(99).normal(size=(2, model.memory, 3)))
    from surrobrain.learned.jacobian import jacobians

    found, h = jacobians(model, windows), 1e-6

    def following(w: torch.Tensor) -> np.ndarray:
        return model.observe(model.step(model.encode(w))).detach().numpy()

    for k in range(model.memory):
        for j in range(3):
            shift = torch.zeros_like(windows)
            shift[:, k, j] = h
            slope = (following(windows + shift) - following(windows - shift)) / (2 * h)
            np.testing.assert_allclose(found[:, :, k, j], slope, atol=1e-6)
