import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.objective import Point

PENALTIES = sb.penalties


@pytest.fixture(scope="module")
def free():
    network = sb.Network(sb.Linear(tau=0.1), sb.examples.ring(4), coupling=0.3, noise=1.0)
    priors = {
        "coupling": sb.per_region(sb.priors.Uniform(0.0, 0.49)),
        "tau": sb.priors.Uniform(0.05, 0.3),
    }
    return sb.FreeNetwork(network, priors)


def at(free, *u):
    return Point(free, torch.tensor(u, dtype=torch.float64, requires_grad=True))


def test_energy_is_the_gaussian_prior(free):
    point = at(free, 1.0, 2.0, 0.0, 0.0, -2.0)
    assert PENALTIES.energy(0.5)(point).item() == pytest.approx(4.5)
    assert PENALTIES.sparsity(1.0)(point).item() == pytest.approx(5.0)


def test_regional_penalties_look_at_regional_unknowns_alone(free):
    ring = free.network.connectome
    level, steep = at(free, 1.0, 1.0, 1.0, 1.0, 3.0), at(free, 0.0, 1.0, 0.0, 1.0, 3.0)
    for penalty in (
        PENALTIES.smoothness_on_cortex(ring, 1.0),
        PENALTIES.total_variation(ring, 1.0),
    ):
        assert penalty(level).item() == 0
        assert penalty(steep).item() == pytest.approx(2.0)  # four borders of weight 1/2
    twice = at(free, 0.0, 2.0, 0.0, 2.0, 3.0)
    assert PENALTIES.smoothness_on_cortex(ring, 1.0)(twice).item() == pytest.approx(8.0)
    assert PENALTIES.total_variation(ring, 1.0)(twice).item() == pytest.approx(4.0)


def test_values_on_a_line_through_the_map_are_free(free):
    penalty = PENALTIES.follow_map(np.array([0.0, 1.0, 2.0, 3.0]), 1.0)
    assert penalty(at(free, 5.0, 3.0, 1.0, -1.0, 9.0)).item() == pytest.approx(0.0, abs=1e-20)
    assert penalty(at(free, 5.0, 3.0, 1.0, 0.0, 9.0)).item() > 0.1


def test_growth_per_sample_of_a_network(free):
    # a ring with coupling g decays at (1 - 2 g) / tau
    network = free.network
    point = Point(free, torch.as_tensor(free.origin()).requires_grad_())
    expected = np.exp(-(1 - 2 * 0.3) / 0.1 / network.sfreq)
    found = PENALTIES.criticality(1.0)(point)
    assert found.item() == pytest.approx((1 - expected) ** 2, rel=1e-6)
    (slope,) = torch.autograd.grad(found, point.u)
    assert (slope[:4] < 0).all()  # stronger coupling is nearer to criticality
    assert PENALTIES.spectral_radius(1.0, limit=0.99)(point).item() == 0
    assert PENALTIES.spectral_radius(1.0, limit=0.9)(point).item() > 0


@pytest.mark.parametrize("name", ["criticality", "smoothness_on_cortex", "total_variation"])
def test_slopes_agree_with_differences(free, name):
    make = getattr(PENALTIES, name)
    penalty = make(1.0) if name == "criticality" else make(free.network.connectome, 1.0)
    u = torch.tensor([0.3, -0.2, 0.5, 0.1, 0.4], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(penalty(Point(free, u)), u, allow_unused=True)
    for k in range(5):
        step = torch.zeros(5, dtype=torch.float64)
        step[k] = 1e-5
        with torch.no_grad():
            ends = [penalty(Point(free, u + sign * step)).item() for sign in (1, -1)]
        assert slope[k].item() == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4, abs=1e-8)


def test_a_network_without_regional_unknowns_is_refused(free):
    alone = sb.FreeNetwork(free.network, {"tau": sb.priors.Uniform(0.05, 0.3)})
    with pytest.raises(ValueError, match="no unknown of the network varies by region"):
        PENALTIES.total_variation(sb.examples.ring(4), 1.0)(Point(alone, torch.zeros(1).double()))
    with pytest.raises(ValueError, match="about 3 regions but the model has 4"):
        PENALTIES.follow_map(np.arange(3.0), 1.0)(at(free, 0.0, 0.0, 0.0, 0.0, 0.0))
