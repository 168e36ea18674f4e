"""Every penalty is a differentiable, non-negative scalar that its weight scales."""

import inspect

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names

FOLDER = "surrobrain.inverse.penalties"
SHARP = ("criticality", "group_sparsity", "total_variation")
every = pytest.mark.parametrize("name", names(FOLDER))


def make(name: str, weight: float):
    function = load(FOLDER, name)
    needs = inspect.signature(function).parameters
    if "connectome" in needs or "graph" in needs:
        return function(sb.Connectome(np.diag([1.0, 1.0], k=1)), weight=weight)
    if "regional_map" in needs:
        return function(np.array([0.0, 1.0, 3.0]), weight=weight)
    if "limit" in needs:  # below what the recording has, so that there is something to hold
        return function(weight=weight, limit=0.3)
    if "drift" in needs:
        return function(lambda x: -x, weight=weight, dt=0.5)
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


@pytest.fixture(scope="module")
def recording():
    rng = np.random.default_rng(0)
    mixing = np.array([[0.5, 0.3, 0.0], [0.2, 0.6, 0.3], [-0.3, 0.2, 0.4]])
    x = np.zeros((1000, 3))
    for t in range(1, 1000):
        x[t] = mixing @ x[t - 1] + rng.normal(size=3)
    return sb.Recording(x, sfreq=1.0)


@every
@pytest.mark.parametrize(
    "start", [sb.LinearVAR(3), sb.MLP(3, memory=1, hidden=8)], ids=["LinearVAR", "MLP"]
)
def test_a_fit_follows_it_the_more_the_larger_its_weight(name, start, recording):
    brief = sb.Training(epochs=30, batch=200, rate=0.05)
    fits = [
        sb.fit(start, recording, penalties=[make(name, weight)], training=brief).model
        for weight in (0.0, 1.0, 100.0)
    ]
    quantities = [make(name, 1.0)(fitted.architecture).item() for fitted in fits]
    # near zero, what has a sharp tip jumps about it by a step
    slack = 0.01 * quantities[0] if name in SHARP else 0.0
    assert np.diff(quantities).max() <= slack
    assert quantities[1] < 0.5 * quantities[0]
    assert quantities[2] < 0.1 * quantities[0]


@pytest.mark.parametrize(
    "start", [sb.LinearVAR(3), sb.MLP(3, memory=1, hidden=8)], ids=["LinearVAR", "MLP"]
)
def test_structure_silences_influences_off_the_wiring(start, recording):
    absent = ~np.eye(3, dtype=bool) & ~np.eye(3, k=1, dtype=bool)

    def outside(weight: float) -> float:
        fitted = sb.fit(start, recording, penalties=[make("structure", weight)]).model
        return float(np.linalg.norm(sb.effective_connectivity(fitted, recording).weights[absent]))

    free, weak, strong = outside(0.0), outside(0.1), outside(100.0)
    assert free > weak > strong
    assert strong < 0.1 * free


@every
def test_negative_weight_is_refused(name):
    with pytest.raises(ValueError, match="weight must be between 0"):
        make(name, -1.0)
