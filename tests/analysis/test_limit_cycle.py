import numpy as np
import pytest

from surrobrain import Connectome, Network, architectures
from surrobrain.analysis.continuation import continuation
from surrobrain.analysis.cycles import cycles
from surrobrain.analysis.limit_cycle import limit_cycle
from surrobrain.analysis.poincare import poincare_map
from surrobrain.analysis.system import System
from surrobrain.errors import NotConverged
from surrobrain.mechanistic import nodes
from tests.analysis.plrnn import random_surrogate


def roessler(xp, x, c):
    c = 2.5 if c is None else c
    return -x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - c)


ROESSLER = System.of_equations(roessler, [1.0, 1.0, 0.0])


def test_stuart_landau_has_the_cycle_of_its_equation():
    cycle = limit_cycle(nodes.StuartLandau(a=0.5, omega=6.0), duration=12.0)
    assert cycle.period == pytest.approx(2 * np.pi / 6.0, rel=1e-8)
    assert cycle.multipliers[0].real == pytest.approx(np.exp(-2 * 0.5 * cycle.period), rel=1e-6)
    np.testing.assert_allclose(np.hypot(*cycle.states.T), 0.5**0.5, rtol=1e-7)
    assert cycle.stable


def test_van_der_pol_and_wilson_cowan_have_the_periods_of_the_literature():
    mu_one = System.of_equations(lambda xp, x, a: (x[1], (1 - x[0] ** 2) * x[1] - x[0]), [0.5, 0.0])
    assert limit_cycle(mu_one, duration=30.0).period == pytest.approx(6.6632868593, rel=1e-8)
    cycle = limit_cycle(nodes.WilsonCowan(), duration=0.5)
    assert cycle.period == pytest.approx(39.967e-3, abs=1e-6)
    low, high = cycle.states[:, 0].min(), cycle.states[:, 0].max()
    np.testing.assert_allclose([low, high], [0.10256, 0.26966], atol=2e-5)


def test_a_network_in_step_turns_as_one_and_its_modes_die_out_as_they_should():
    weights = np.ones((3, 3)) - np.eye(3)
    node, g = nodes.StuartLandau(a=0.5, omega=6.0), 0.1
    cycle = limit_cycle(Network(node, Connectome(weights), coupling=g), duration=20.0)
    assert cycle.period == pytest.approx(2 * np.pi / 6.0, rel=1e-7)
    # in amplitude -2a, between regions less by 3 g: twice in phase, twice in amplitude
    rates = np.log(np.abs(cycle.multipliers)) / cycle.period
    np.testing.assert_allclose(rates, [-0.3, -0.3, -1.0, -1.3, -1.3], atol=1e-4)


@pytest.mark.slow
def test_a_cycle_doubles_its_period_where_its_multiplier_is_minus_one():
    section = poincare_map(ROESSLER, section=(1, 0.0), longest=30.0)
    branch = continuation(section, "c", span=(2.825, 2.84), start=np.array([3.6, 0.1]), step=3.0)
    ((kind, value),) = [(b.kind, b.value) for b in branch.bifurcations]
    assert (kind, value) == ("period doubling", pytest.approx(2.8324, abs=1e-3))
    once, twice = (
        limit_cycle(
            System.of_equations(lambda xp, x, c, at=at: roessler(xp, x, at), [3.6, 0.0, 0.1]),
            duration=100.0,
        )
        for at in (value - 0.4, value + 0.3)
    )
    assert twice.period == pytest.approx(2 * once.period, rel=0.1)
    assert once.stable
    assert twice.stable


def test_what_has_no_cycle_says_so():
    with pytest.raises(NotConverged, match="comes to rest"):
        limit_cycle(nodes.StuartLandau(a=-1.0, omega=6.0), duration=30.0)
    with pytest.raises(NotConverged, match="not periodic"):
        limit_cycle(nodes.Lorenz(), duration=20.0)
    with pytest.raises(TypeError, match="use cycles"):
        limit_cycle(random_surrogate(architectures.ShallowPLRNN(2, hidden=3), 0))
    with pytest.raises(ValueError, match="not piecewise linear"):
        cycles(random_surrogate(architectures.MLP(2), 0), period=2)
