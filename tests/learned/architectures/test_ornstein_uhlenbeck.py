import numpy as np
import pytest

import surrobrain as sb
from surrobrain.learned.architectures import OrnsteinUhlenbeck
from surrobrain.training.options import Training


def recording(n_times):
    """Ten regions that hardly act on each other, under noise of their own."""
    rng, x = np.random.default_rng(0), np.zeros((n_times, 10))
    step = 0.6 * np.eye(10) + 0.02 * rng.normal(size=(10, 10))
    for t in range(1, n_times):
        x[t] = step @ x[t - 1] + rng.normal(size=10)
    return sb.Recording(x, sfreq=1.0)


def test_a_short_recording_is_forecast_better_with_the_ridge_it_chooses():
    train, test = recording(1200).split(0.1)
    rough = Training(epochs=0)
    chosen, free = (
        sb.fit(OrnsteinUhlenbeck(10, ridge=ridge), train, training=rough).model
        for ridge in (None, 0.0)
    )
    errors = [
        np.square(test.values[1:] - model.predict(test.values[:-1, None])).mean()
        for model in (chosen, free)
    ]
    assert errors[0] < 0.98 * errors[1]


def test_a_wide_prior_pulls_what_regions_do_to_each_other_towards_zero():
    some = recording(400)
    sizes = []
    for ridge in (0.0, 30.0, 1000.0):
        model = sb.fit(OrnsteinUhlenbeck(10, ridge=ridge), some).model
        step = model.architecture.linear.weight.detach().numpy()
        sizes.append(np.abs(step - np.diag(np.diag(step))).mean())
    assert sizes[0] > 1.05 * sizes[1]
    assert sizes[1] > 2 * sizes[2]


def test_a_longer_memory_is_refused():
    with pytest.raises(ValueError, match="memory 1, its sample being its state, but 2 arrived"):
        OrnsteinUhlenbeck(3, memory=2)
