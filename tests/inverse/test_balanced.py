"""Inhibition that follows: the same as feedback inhibition, at every point, with a gradient."""

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.balanced import balanced
from surrobrain.mechanistic.feedback_inhibition import feedback_inhibition
from surrobrain.mechanistic.linearization import stationary_covariance
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField

WEIGHTS = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.2], [0.4, 0.2, 0.0]])


@pytest.fixture
def free():
    node = DynamicMeanField(feed_forward=np.array([0.0, 0.1, 0.2]))
    network = sb.Network(node, sb.Connectome(WEIGHTS), coupling=0.5, noise=0.01)
    unknowns = {
        "J_I": balanced(network),
        "coupling": sb.priors.Uniform(0.2, 1.0),
        "w_plus": sb.per_region(sb.priors.Uniform(1.0, 1.6)),
    }
    return sb.FreeNetwork(network, unknowns)


def test_it_is_feedback_inhibition_at_every_point(free):
    us = free.sample(4, seed=0)
    together = free.points(us)["J_I"]
    for u, found in zip(us, together, strict=True):
        network = free.at(u)
        np.testing.assert_allclose(network.node.J_I, found, rtol=1e-12)
        np.testing.assert_allclose(feedback_inhibition(network).node.J_I, found, rtol=1e-9)


def test_its_gradient_is_that_of_differences(free):
    def total(u):
        return (free.values(u)["J_I"] * torch.tensor([1.0, -2.0, 0.5])).sum()

    u = torch.tensor(free.sample(1, seed=1)[0], requires_grad=True)
    assert torch.autograd.gradcheck(total, (u,), eps=1e-6, atol=1e-6)


def test_it_is_nan_where_nothing_balances(free):
    network = free.network
    unknowns = {"I0": sb.priors.Uniform(0.0, 0.5), "J_I": balanced(network)}
    points = sb.FreeNetwork(network, unknowns).points(np.array([[-3.0], [1.0]]))["J_I"]
    assert np.isnan(points[0]).any()
    assert (points[1] > 0).all()


def test_the_linearization_has_a_gradient_through_it(free):
    def variance(u):
        return stationary_covariance(free.network, free.values(u))[0, 0]

    u = torch.tensor(free.sample(1, seed=2)[0], requires_grad=True)
    (slope,) = torch.autograd.grad(variance(u), u)
    step = torch.zeros_like(u)
    step[0] = 1e-4
    rise = (variance(u + step) - variance(u - step)).item() / 2e-4
    assert slope[0].item() == pytest.approx(rise, rel=1e-4)
