import itertools

import numpy as np
import pytest

from surrobrain import Connectome, Network, Recording, architectures, fit
from surrobrain.analysis import piecewise
from surrobrain.analysis.cycles import cycles
from surrobrain.analysis.fixed_points import fixed_points
from surrobrain.analysis.system import System, system_of
from surrobrain.mechanistic import nodes
from tests.analysis.plrnn import random_surrogate

MAKERS = {
    "almost linear": lambda: architectures.AlmostLinearRNN(2, n_states=6, rectified=4),
    "shallow": lambda: architectures.ShallowPLRNN(3, hidden=8, clipped=False),
    "clipped": lambda: architectures.ShallowPLRNN(3, hidden=5),
    "dendritic": lambda: architectures.DendriticPLRNN(2, n_states=3, branches=3),
}


def every_fixed_point(model, period=1):
    """Return all points of all cycles, by trying every pattern of every rectifier."""
    linear, outer, inner, shift, offset, clipped = model.architecture.maps()
    if clipped:
        return every_of(linear, *_unclipped(outer, inner, shift), offset, period)
    return every_of(linear, outer, inner, shift, offset, period)


def _unclipped(outer, inner, shift):
    import torch

    shifts = torch.cat([shift, torch.zeros_like(shift)])
    return torch.cat([outer, -outer], dim=1), torch.cat([inner, inner]), shifts


def every_of(linear, outer, inner, shift, offset, period):
    linear, outer, inner, shift, offset = (
        x.double().numpy(force=True) for x in (linear, outer, inner, shift, offset)
    )
    n, found = len(offset), []
    patterns = [np.array(p, float) for p in itertools.product([0, 1], repeat=len(shift))]
    for chosen in itertools.product(patterns, repeat=period):
        a, b = np.eye(n), np.zeros(n)
        for d in chosen:
            step = linear + outer @ np.diag(d) @ inner
            a, b = step @ a, step @ b + outer @ (d * shift) + offset
        z = np.linalg.solve(np.eye(n) - a, b)
        at, fits = z, True
        for d in chosen:
            fits &= bool(((inner @ at + shift > 0) == (d > 0)).all())
            at = linear @ at + outer @ np.maximum(inner @ at + shift, 0) + offset
        if fits:
            found.append(z)
    return np.array(sorted(found, key=tuple)).reshape(-1, n)


@pytest.mark.parametrize("kind", MAKERS)
def test_all_fixed_points_of_piecewise_linear_networks_are_found(kind):
    counts = []
    for seed in range(4):
        model = random_surrogate(MAKERS[kind](), seed)
        expected = every_fixed_point(model)
        found = np.array([p.state for p in fixed_points(model)]).reshape(expected.shape)
        np.testing.assert_allclose(found, expected, atol=1e-8)
        counts.append(len(expected))
    assert max(counts) > 0


def test_every_two_cycle_is_found():
    total = 0
    for seed in range(8):
        model = random_surrogate(architectures.AlmostLinearRNN(1, n_states=4, rectified=3), seed)
        every = every_fixed_point(model, period=2)
        alone = every_fixed_point(model)
        expected = [z for z in every if not any(np.allclose(z, other) for other in alone)]
        found = cycles(model, period=2)
        states = [z for cycle in found for z in cycle.states]
        assert len(states) == len(expected)
        for z in states:
            assert any(np.allclose(z, other) for other in expected)
        total += len(found)
    assert total > 0


def test_the_search_finds_what_the_enumeration_does(monkeypatch):
    wanted, got = 0, 0
    for seed in range(6):
        model = random_surrogate(architectures.ShallowPLRNN(4, hidden=10, clipped=False), seed, 1.2)
        expected = fixed_points(model)
        with monkeypatch.context() as patch:
            patch.setattr(piecewise, "_ALL", 0)
            found = fixed_points(model, n_starts=30)
        assert len(found) <= len(expected)
        for point in found:
            assert any(np.allclose(point.state, other.state) for other in expected)
        wanted, got = wanted + len(expected), got + len(found)
    assert wanted > 3
    assert got == wanted


def test_a_fixed_point_of_a_surrogate_stays_and_its_kind_is_seen_in_a_run():
    model = random_surrogate(architectures.ShallowPLRNN(3, hidden=6), 1)
    system = system_of(model)
    (point,) = fixed_points(model)
    np.testing.assert_allclose(system.motion(point.state[None], None)[0], point.state, atol=1e-12)
    x = point.state + 1e-3
    for _ in range(200):
        x = system.motion(x[None], None)[0]
    assert point.stable == bool(np.abs(x - point.state).max() < 1e-3)


def test_other_surrogates_are_searched_by_newton():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 2)).cumsum(axis=0) * 0.01 + rng.normal(size=(300, 2)) + 3.0
    model = fit(architectures.LinearVAR(2), Recording(values, sfreq=1.0)).model
    (point,) = fixed_points(model, n_starts=10)
    assert point.stable
    rest = model.run(3000, seed=0).state
    quiet = model.without_noise().run(3000, state=rest).values[-1]
    np.testing.assert_allclose(point.state[-2:] * model.scale + model.center, quiet, atol=1e-3)


def test_nodes_stand_where_the_literature_says():
    found = fixed_points(nodes.WongWang(w=1.0, I0=0.32))
    np.testing.assert_allclose(
        [p.state[0] for p in found], [0.0996586, 0.4248232, 0.4831639], atol=1e-6
    )
    assert [p.kind for p in found] == ["stable node", "unstable node", "stable node"]
    found = [p for p in fixed_points(nodes.MontbrioPazoRoxin()) if p.state[0] > 0]  # a rate
    assert [p.kind for p in found] == ["stable node", "saddle", "stable focus"]
    assert found[2].eigenvalues[0] == pytest.approx(-0.30886 + 3.31863j, abs=1e-5)
    (rest,) = fixed_points(nodes.HodgkinHuxley())
    assert rest.state[0] == pytest.approx(-64.99638, abs=1e-4)


def test_states_of_a_network_are_combinations_of_its_regions():
    node = nodes.WongWang(w=1.0, I0=0.32)
    apart = Network(node, Connectome(np.zeros((2, 2))), coupling=0.0)
    found = fixed_points(apart, n_starts=600)
    assert len(found) == 9
    assert sum(p.stable for p in found) == 4
    weights = np.array([[0.0, 1.0], [1.0, 0.0]])
    for point in fixed_points(Network(node, Connectome(weights), coupling=0.05)):
        rates = system_of(Network(node, Connectome(weights), coupling=0.05)).motion
        assert np.abs(rates(point.state[None], None)).max() < 1e-9


def test_starts_may_be_drawn_in_a_box():
    system = System.of_equations(lambda xp, x, a: (xp.sin(x[0]),), [0.1])
    found = fixed_points(system, around=(2.0, 10.0))
    inside = [p.state[0] / np.pi for p in found if 2.0 < p.state[0] < 10.0]
    np.testing.assert_allclose(inside, [1.0, 2.0, 3.0])
    assert [p.stable for p in found if 2.0 < p.state[0] < 10.0] == [True, False, True]
