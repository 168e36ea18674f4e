import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.catalog import load, names
from surrobrain.inverse.leading import growth_per_sample


def linear(matrix):
    model = sb.LinearVAR(len(matrix)).double()
    with torch.no_grad():
        model.linear.weight.copy_(torch.as_tensor(matrix))
    return model


MATRIX = np.array([[0.5, 0.3, 0.0], [0.2, 0.6, -0.4], [-0.3, 0.2, 0.4]])


def test_low_rank_is_the_nuclear_norm():
    expected = np.linalg.norm(MATRIX, "nuc")
    assert sb.penalties.low_rank(2.0)(linear(MATRIX)).item() == pytest.approx(2 * expected)


def test_dale_counts_the_wrong_signs():
    # columns to others: (0.2, -0.3), (0.3, 0.2), (0, -0.4)
    assert sb.penalties.dale(weight=1.0)(linear(MATRIX)).item() == pytest.approx(0.04)
    told = sb.penalties.dale([1, -1, -1], 1.0)(linear(MATRIX)).item()
    assert told == pytest.approx(0.09 + 0.13)
    with pytest.raises(ValueError, match="2 signs but the model has 3"):
        sb.penalties.dale([1, -1], 1.0)(linear(MATRIX))
    with pytest.raises(ValueError, match="one \\+1 or -1 per region"):
        sb.penalties.dale([1.0, 0.5, -1.0])


def test_groups_of_all_lags_and_of_systems():
    pairs = np.abs(MATRIX).sum() - np.trace(MATRIX)
    found = sb.penalties.group_sparsity(weight=1.0)(linear(MATRIX)).item()
    assert found == pytest.approx(pairs, rel=1e-4)
    found = sb.penalties.group_sparsity(["x", "x", "y"], 1.0)(linear(MATRIX)).item()
    blocks = [[0.3, 0.2], [0.0, -0.4], [-0.3, 0.2]]
    assert found == pytest.approx(sum(np.sqrt(2) * np.linalg.norm(b) for b in blocks), rel=1e-4)


@pytest.mark.parametrize("memory", [1, 2])
def test_growth_is_that_of_a_free_run(memory):
    rng = np.random.default_rng(1)
    model = sb.LinearVAR(3, memory=memory).double()
    with torch.no_grad():
        model.linear.weight.copy_(0.4 * torch.as_tensor(rng.normal(size=(3, 3 * memory))))
        growth = growth_per_sample(model).item()
        state, sizes = model.encode(torch.as_tensor(rng.normal(size=(1, memory, 3)))), []
        for _ in range(3000):
            state = model.step(state)
            sizes.append(float(state.norm()))
            state = state / sizes[-1]
    assert growth == pytest.approx(np.exp(np.log(sizes[500:]).mean()), rel=1e-2)


def test_a_stable_model_is_free_and_an_unstable_one_is_pushed_back():
    penalty = sb.penalties.spectral_radius(1.0, limit=1.0)
    assert penalty(linear(0.9 * np.eye(3))).item() == 0
    model = linear(np.diag([1.2, 0.3, 0.1]))
    value = penalty(model)
    value.backward()
    assert value.item() == pytest.approx(0.04)
    assert model.linear.weight.grad[0, 0].item() == pytest.approx(0.4)


def test_what_stays_where_it_is_is_smooth():
    assert sb.penalties.smoothness_in_time(1.0)(linear(np.eye(3))).item() == 0
    assert sb.penalties.smoothness_in_time(1.0)(linear(-np.eye(3))).item() > 10


def test_equal_regions_are_smooth_whatever_they_do():
    ring = sb.examples.ring(4)
    rolled = sum(c * np.roll(np.eye(4), k, axis=1) for k, c in enumerate((0.5, 0.2, 0.0, 0.1)))
    for name in ("smoothness_on_cortex", "total_variation"):
        penalty = getattr(sb.penalties, name)(ring, 1.0)
        assert penalty(linear(rolled)).item() == pytest.approx(0.0, abs=1e-12)
        rolled_but_one = rolled + np.diag([1.0, 0, 0, 0])
        # two borders of weight 1/2
        assert penalty(linear(rolled_but_one)).item() == pytest.approx(1.0)


def test_a_graph_that_joins_nothing_is_refused():
    with pytest.raises(ValueError, match="join some regions"):
        sb.penalties.total_variation(np.eye(3))
    values = np.random.default_rng(0).normal(size=(99, 3))
    elsewhere = sb.Recording(values, sfreq=1.0, names=("a", "b", "c"))
    smooth = sb.penalties.smoothness_on_cortex(sb.examples.ring(3))
    with pytest.raises(ValueError, match="regions that"):
        sb.fit(sb.LinearVAR(3), elsewhere, penalties=[smooth])


@pytest.mark.parametrize("name", names("surrobrain.learned.architectures"))
def test_growth_takes_every_architecture(name):
    made = load("surrobrain.learned.architectures", name)(3)
    assert np.isfinite(sb.penalties.criticality(1.0)(made).item())
