import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D

ONSET = sb.features.seizure_onset


def test_the_first_crossing_counts_and_rest_lasts_as_long_as_the_run():
    values = np.full((50, 3), -2.0)
    values[20:30, 0] = 1.0
    values[40, 0] = 5.0
    values[0, 1] = 0.5
    assert ONSET().of(values, 100.0) == pytest.approx([0.2, 0.0, 0.5])
    assert ONSET(threshold=2.0).of(values, 100.0) == pytest.approx([0.4, 0.5, 0.5])


def test_a_soft_threshold_nears_the_sharp_one_and_has_a_gradient():
    values = np.linspace(-2.0, 1.0, 301)[:, None]
    sharp = ONSET().of(values, 100.0)
    assert ONSET(softness=0.01).of(values, 100.0) == pytest.approx(sharp, abs=0.02)
    lift = torch.zeros((), dtype=torch.float64, requires_grad=True)
    found = ONSET(softness=0.05).compute(torch.as_tensor(values) + lift, 100.0)
    found.sum().backward()
    assert lift.grad.item() == pytest.approx(-1.0, rel=0.05)  # the slope is 1 per second


def test_the_more_excitable_region_seizes_first():
    network = sb.Network(
        Epileptor2D(x0=np.array([-1.2, -1.6, -2.6]), tau0=10.0), sb.Connectome(np.zeros((3, 3))),
        observer=sb.observers.Identity(10_000.0), dt=1e-4, settle=0.0,
    )  # fmt: skip
    first, second, never = ONSET().of(network.run(140).values, 10_000.0)
    assert 0.001 < first < second < 0.014
    assert never == pytest.approx(0.014)


def test_no_width_at_all_is_refused():
    with pytest.raises(ValueError, match="softness must be"):
        ONSET(softness=0.0)
