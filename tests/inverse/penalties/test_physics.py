import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names
from surrobrain.learned.window_model import WindowModel
from surrobrain.training.options import Training

DT = 0.05


def drift(x):
    """Van der Pol, position and velocity, in units of the recording."""
    p, v = x[:, 0], x[:, 1]
    return torch.stack([v, (1 - p**2) * v - p], dim=1)


@pytest.fixture(scope="module")
def recording():
    """The oscillator with much noise on few samples, far from zero mean and unit variance."""
    rng, x = np.random.default_rng(0), np.array([1.0, 0.0])
    path = []
    for _ in range(1200):
        slopes = drift(torch.as_tensor(x)[None])[0].numpy()
        x = x + DT * slopes + 0.1 * np.sqrt(DT) * rng.normal(size=2)
        path.append(x)
    clean = np.array(path)
    return sb.Recording(clean, sfreq=1 / DT), clean + 0.2 * rng.normal(size=clean.shape)


def test_the_truth_costs_nothing_in_any_unit(recording):
    clean, _ = recording
    center, scale = clean.values.mean(axis=0), clean.values.std(axis=0)

    class Truth(WindowModel):
        def warm_start(self, windows, targets, *, drives=None, seed):
            raise NotImplementedError

        def forward(self, windows, drive=None):
            x = windows[:, -1] * self.scale + torch.as_tensor(center)
            for _ in range(100):
                x = x + DT / 100 * drift(x + DT / 200 * drift(x))
            return (x - torch.as_tensor(center)) / self.scale

    truth = Truth(2, memory=1)
    truth.scale = torch.nn.Parameter(torch.as_tensor(scale))
    assert sb.penalties.physics(drift, 1.0, recording=clean, dt=DT)(truth).item() < 1e-9
    assert sb.penalties.physics(drift, 1.0, recording=clean, dt=2 * DT)(truth).item() > 1e-4


def test_a_known_law_helps_where_few_noisy_samples_do_not(recording):
    clean, noisy = recording
    few = sb.Recording(noisy[:300], sfreq=1 / DT)
    start, training = sb.MLP(2, memory=1, hidden=64), Training(epochs=60, rate=1e-2, patience=60)
    law = sb.penalties.physics(drift, 100.0, recording=few.split(0.8)[0], dt=DT)
    free = sb.fit(start, few, training=training).model
    told = sb.fit(start, few, penalties=[law], training=training).model
    later = clean.values[400:]

    def error(model):
        return float(np.square(model.predict(later[:-1, None]) - later[1:]).mean())

    assert error(told) < 0.5 * error(free)


def test_it_is_the_mean_squared_residual():
    model = sb.LinearVAR(3)  # predicts zero, so that the change is -x
    found = sb.penalties.physics(lambda x: 0 * x, 2.0, points=5000)(model).item()
    assert found == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("name", names("surrobrain.learned.architectures"))
def test_it_takes_every_architecture(name):
    made = load("surrobrain.learned.architectures", name)(3)
    value = sb.penalties.physics(lambda x: -x, 1.0, dt=0.1)(made)
    value.backward()
    assert np.isfinite(value.item())


def test_another_recording_is_refused(recording):
    clean, _ = recording
    law = sb.penalties.physics(drift, 1.0, recording=clean, dt=DT)
    with pytest.raises(ValueError, match="recording has 2 regions but the model has 3"):
        law(sb.LinearVAR(3))
    renamed = sb.Recording(clean.values, sfreq=1 / DT, names=("p", "v"))
    with pytest.raises(ValueError, match="regions that"):
        sb.fit(sb.LinearVAR(2), renamed, penalties=[law])
