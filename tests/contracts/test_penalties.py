"""Every penalty is a differentiable, non-negative scalar that its weight scales."""

import inspect

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names

FOLDER = "surrobrain.inverse.penalties"
every = pytest.mark.parametrize("name", names(FOLDER))


def make(name: str, weight: float):
    function = load(FOLDER, name)
    needs = inspect.signature(function).parameters
    if "connectome" in needs:
        return function(sb.Connectome(np.diag([1.0, 1.0], k=1)), weight=weight)
    return function(weight=weight)


def model():
    made = sb.MLP(3, memory=2, hidden=4)
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.as_tensor(rng.normal(size=parameter.shape)))
    return made


@every
def test_is_a_differentiable_scalar(name):
    made = model()
    value = make(name, 1.0)(made)
    assert value.shape == ()
    assert value.item() > 0
    value.backward()
    assert made.linear.weight.grad.abs().sum() > 0


@every
def test_gradient_agrees_with_finite_differences(name):
    made = model().double()
    penalty = make(name, 0.7)
    penalty(made).backward()
    weight = made.linear.weight
    step = 1e-6
    with torch.no_grad():
        weight[0, 4] += step
        above = penalty(made).item()
        weight[0, 4] -= 2 * step
        below = penalty(made).item()
    assert weight.grad[0, 4].item() == pytest.approx((above - below) / (2 * step), rel=1e-4)


@every
def test_weight_scales_it(name):
    made = model()
    assert make(name, 3.0)(made).item() == pytest.approx(3 * make(name, 1.0)(made).item())
    assert make(name, 0.0)(made).item() == 0


@every
def test_negative_weight_is_refused(name):
    with pytest.raises(ValueError, match="weight must be between 0"):
        make(name, -1.0)
