import numpy as np
import pytest

from surrobrain import Connectome, Network, architectures, catalog
from surrobrain.analysis.system import System, system_of
from surrobrain.mechanistic import observers
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.oracle import run
from tests.analysis.plrnn import random_surrogate

FOLDER = "surrobrain.mechanistic.nodes"
WEIGHTS = np.array([[0.0, 0.5, 0.2], [0.5, 0.0, 0.9], [0.2, 0.9, 0.0]])


def nodes_without_delay():
    names = [n for n in catalog.names(FOLDER) if n != "adaptive_linear_nonlinear"]
    return [catalog.load(FOLDER, name)() for name in names]


def slopes_by_differences(function, at, size):
    """Return the derivative of a function by every entry of ``at``."""
    steps = size * np.eye(len(at))
    return np.stack([(function(at + s) - function(at - s)) / (2 * size) for s in steps], axis=-1)


@pytest.mark.parametrize("node", nodes_without_delay(), ids=lambda n: type(n).__name__)
def test_slopes_of_networks_are_those_of_their_rates(node):
    network = Network(node, Connectome(WEIGHTS), coupling=0.1)
    name = next(iter(parameters(node)))
    system, value = system_of(network, parameter=name), float(getattr(node, name))
    rng = np.random.default_rng(0)
    x = system.start + 0.01 * np.abs(rng.normal(size=(2, system.n_states)))
    rates, jacobian, by_parameter = system.slopes(x, value)
    np.testing.assert_allclose(rates, system.motion(x, value), rtol=1e-12, atol=1e-12)
    for k in range(2):
        near = slopes_by_differences(lambda z: system.motion(z[None], value)[0], x[k], 1e-6)
        np.testing.assert_allclose(jacobian[k], near, atol=2e-6 * np.abs(near).max())
    ahead = slopes_by_differences(
        lambda v: system.motion(x, v[0]), np.array([value]), 1e-6 * max(1, abs(value))
    )
    size = max(np.abs(ahead).max(), 1e-3)
    np.testing.assert_allclose(by_parameter, ahead[..., 0], atol=2e-5 * size)


@pytest.mark.parametrize("name", ["jansen_rit", "wilson_cowan", "stuart_landau"])
def test_rates_are_those_of_a_simulation(name):
    node = catalog.load(FOLDER, name)()
    dt = 1e-4
    network = Network(
        node, Connectome(WEIGHTS), coupling=0.3, dt=dt, observer=observers.Identity(1 / dt)
    )
    system = system_of(network)
    x, seen = system.start.copy(), []
    for _ in range(30):
        x = x + network.step_in_node_unit * system.motion(x[None], None)[0]
        seen.append(node.output(np, tuple(x.reshape(-1, 3)), node))
    np.testing.assert_allclose(run(network, 30), seen, rtol=1e-9, atol=1e-12)


def test_a_parameter_can_be_that_of_some_regions():
    network = Network(catalog.load(FOLDER, "stuart_landau")(), Connectome(WEIGHTS), coupling=0.0)
    system = system_of(network, parameter="a", regions=["region_1"])
    x = np.ones((1, 6))
    _, _, by_a = system.slopes(x, 0.5)
    np.testing.assert_allclose(by_a[0], [0, 1, 0, 0, 1, 0])
    plain = system_of(network).motion(x, None)[0]
    assert (np.isclose(system.motion(x, 0.5)[0], plain) == [True, False, True] * 2).all()


def test_slopes_of_surrogates_are_those_of_their_steps():
    model = random_surrogate(architectures.ShallowPLRNN(3, hidden=7), 0)
    system = system_of(model, parameter="region_1")
    assert system.discrete
    x = np.random.default_rng(2).normal(size=3)
    _, jacobian, by_input = system.slopes(x[None], 0.4)
    near = slopes_by_differences(lambda z: system.motion(z[None], 0.4)[0], x, 1e-6)
    np.testing.assert_allclose(jacobian[0], near, atol=1e-7)
    np.testing.assert_allclose(by_input[0], [0.0, 1.0, 0.0])


def test_other_models_and_delays_are_refused():
    with pytest.raises(TypeError):
        system_of(3)  # pyright: ignore[reportArgumentType]
    lengths = Connectome(WEIGHTS, lengths=100 * WEIGHTS)
    network = Network(catalog.load(FOLDER, "wilson_cowan")(), lengths, speed=1.0)
    with pytest.raises(ValueError, match="leave speed out"):
        system_of(network)
    with pytest.raises(ValueError, match="no parameter 'q'"):
        system_of(catalog.load(FOLDER, "jansen_rit")(), parameter="q")


def test_equations_may_use_every_function():
    def equations(xp, x, a):
        u, v = x
        return (
            xp.where(u > v, xp.exp(-u) * xp.sqrt(v), xp.log(v) / u) + xp.abs(u - v) * xp.sign(u),
            xp.tanh(a * u) ** 3 - xp.sin(v) * xp.cos(u) / (2 - v) + xp.floor(v) + a**u,
        )

    system = System.of_equations(equations, [1.0, 1.0])
    for x in np.array([[1.3, 0.4], [0.5, 1.7]]):
        _, jacobian, by_a = system.slopes(x[None], 0.7)
        near = slopes_by_differences(lambda z: system.motion(z[None], 0.7)[0], x, 1e-6)
        np.testing.assert_allclose(jacobian[0], near, atol=1e-8)
        ahead = slopes_by_differences(
            lambda v, x=x: system.motion(x[None], v[0])[0], np.array([0.7]), 1e-6
        )
        np.testing.assert_allclose(by_a[0], ahead[:, 0], atol=1e-8)
