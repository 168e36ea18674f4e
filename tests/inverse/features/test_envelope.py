import numpy as np
import pytest
import torch

import surrobrain as sb

ENVELOPE = sb.features.envelope


def test_every_window_has_its_mean():
    values = np.arange(20.0).reshape(10, 2)
    found = ENVELOPE(n_windows=3).of(values, 1.0).reshape(3, 2)
    assert np.allclose(found, [values[:3].mean(0), values[3:6].mean(0), values[6:9].mean(0)])
    logs = ENVELOPE(n_windows=3, floor=4.0).of(values, 1.0).reshape(3, 2)
    assert np.allclose(logs, np.log(np.maximum(found, 4.0)))


@pytest.mark.parametrize("n", [2000, 2001])
def test_the_amplitude_of_an_oscillation_is_found(n):
    times = np.arange(n) / 200.0
    grows = np.where(times < times[-1] / 2, 1.0, 3.0)
    values = (5.0 + grows * np.sin(2 * np.pi * 12.0 * times))[:, None]
    found = ENVELOPE(n_windows=4, oscillating=True).of(values, 200.0)
    assert found == pytest.approx([1.0, 1.0, 3.0, 3.0], rel=0.06)


def test_trials_lead_and_gradients_pass():
    samples = torch.rand(3, 8, 2, dtype=torch.float64, requires_grad=True)
    found = ENVELOPE(n_windows=2, floor=1e-3).compute(samples, 1.0)
    assert found.shape == (3, 4)
    found.sum().backward()
    assert (samples.grad > 0).all()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="4 samples do not fill 8 windows"):
        ENVELOPE().of(np.zeros((4, 2)), 1.0)
    with pytest.raises(ValueError, match="floor must be"):
        ENVELOPE(floor=0.0)
