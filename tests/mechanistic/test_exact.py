"""Linear networks: what theory says is what the exact stepper does, at any step."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

import surrobrain as sb
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.noises.colored import Colored
from surrobrain.mechanistic.noises.multiplicative import Multiplicative
from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.observers.identity import Identity

WEIGHTS = np.array([[0.0, 0.8, 0.0], [0.3, 0.0, 0.5], [1.0, 0.0, 0.0]])
TAU = np.array([0.1, 0.05, 0.2])


def network(**changed) -> Network:
    options = {
        "coupling": 0.6, "observer": Identity(20.0), "stepper": "exact", "settle": 0.0,
    } | changed  # fmt: skip
    return Network(Linear(TAU), sb.Connectome(WEIGHTS), **options)


def drift(coupling: float = 0.6) -> np.ndarray:
    return (coupling * WEIGHTS - np.eye(3)) / TAU[:, None]


def start(net: Network, values: np.ndarray):
    from dataclasses import replace

    first = net.initial_state
    return replace(first, values=values[None], history=values[None, :, None])


def test_state_follows_the_matrix_exponential() -> None:
    net, x = network(), np.array([1.0, -2.0, 0.5])
    end = net.run(40, state=start(net, x)).state
    np.testing.assert_allclose(end.values[0], expm(drift() * 2.0) @ x, rtol=0, atol=1e-13)


def test_samples_are_means_over_their_interval() -> None:
    net, x, a = network(), np.array([1.0, -2.0, 0.5]), drift()
    integral = np.linalg.solve(a, expm(a * 0.05) - np.eye(3))
    np.testing.assert_allclose(
        net.run(1, state=start(net, x)).values[0], integral @ x / 0.05, rtol=0, atol=1e-13
    )


@pytest.mark.parametrize("dt", [0.05, 0.01, 0.0005])
def test_input_held_over_a_step_is_exact_at_every_step(dt: float) -> None:
    drive = np.random.default_rng(0).normal(size=(30, 3))
    exact = network(dt=dt).run(30, inputs=drive).values
    np.testing.assert_allclose(exact, network().run(30, inputs=drive).values, rtol=0, atol=1e-12)


def test_fine_steps_of_the_compiled_loop_come_near() -> None:
    drive = np.random.default_rng(1).normal(size=(30, 3))
    exact = network().run(30, inputs=drive).values
    errors = [
        np.abs(network(stepper="heun", dt=dt).run(30, inputs=drive).values - exact).max()
        for dt in (2e-3, 1e-3)
    ]
    assert errors[0] > 1e-5  # they differ at all
    # the mean over steps counts their ends, an error of the first order in dt
    assert errors[1] == pytest.approx(errors[0] / 2, rel=0.05)


@pytest.mark.parametrize("dt", [0.05, 0.01])
def test_covariance_is_that_of_the_lyapunov_equation(dt: float) -> None:
    sigma = np.array([1.0, 0.5, 0.0])
    net = network(noise=sigma, dt=dt, observer=Identity(1 / dt), settle=5.0)
    end = net.run(0).state
    ran = net.run(8_000, state=end, seed=3)
    a = drift()
    p = solve_continuous_lyapunov(a, -np.diag(sigma**2))
    # covariance of means over a step, from the same theory
    inverse = np.linalg.inv(a)
    f = inverse @ (expm(a * dt) - np.eye(3))
    g = inverse @ (f - dt * np.eye(3))
    expected = (g @ p + p @ g.T) / dt**2
    found = np.cov(ran.values.T)
    n_effective = 8_000 * dt / (2 * TAU.max() / (1 - 0.6))
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / n_effective)
    assert (np.abs(found - expected) < 4 * error).all()


def test_colored_noise_has_its_covariance() -> None:
    net = network(noise=Colored(2.0, tau=0.03), settle=5.0)
    values = net.run(8_000, seed=1).values
    a = np.block([[drift(), np.eye(3)], [np.zeros((3, 3)), -np.eye(3) / 0.03]])
    p = solve_continuous_lyapunov(a, -np.diag([0, 0, 0] + [2.0**2 * 2 / 0.03] * 3))
    inverse = np.linalg.inv(a)
    f = inverse @ (expm(a * 0.05) - np.eye(6))
    g = inverse @ (f - 0.05 * np.eye(6))
    expected = ((g @ p + p @ g.T) / 0.05**2)[:3, :3]
    n_effective = 8_000 * 0.05 / (2 * TAU.max() / (1 - 0.6))
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / n_effective)
    assert (np.abs(np.cov(values.T) - expected) < 4 * error).all()


def test_joined_runs_equal_one_run() -> None:
    net = network(noise=1.0)
    whole = net.run(50, seed=2)
    first = net.run(20, seed=2)
    second = net.run(30, state=first.state, seed=2)
    np.testing.assert_array_equal(np.concatenate([first.values, second.values]), whole.values)
    np.testing.assert_array_equal(second.state.values, whole.state.values)


def test_bold_sees_the_exact_network() -> None:
    drive = np.zeros((10, 3))
    drive[:, 0] = 0.3
    exact, compiled = (
        network(observer=BOLD(1.0), stepper=stepper, dt=dt).run(10, inputs=drive).values
        for stepper, dt in (("exact", None), ("heun", 1e-4))
    )
    assert np.ptp(exact) > 1e-3
    np.testing.assert_allclose(exact, compiled, rtol=0, atol=2e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: Network(WongWang(), c, stepper="exact"), r"WongWang.*(linear|limits)"),
        (lambda c: Network(StuartLandau(), c, stepper="exact"), "not linear"),
        (
            lambda c: Network(Linear(), c, noise=Multiplicative(0.1), stepper="exact"),
            "noise depends on the state",
        ),
        (
            lambda c: Network(
                Linear(), sb.Connectome(WEIGHTS, np.full((3, 3), 50.0)), speed=5.0, stepper="exact"
            ),
            "longest delay",
        ),
    ],
)
def test_what_is_not_linear_is_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(sb.Connectome(WEIGHTS))


def test_gradients_are_refused() -> None:
    with pytest.raises(ValueError, match="exact"):
        sb.differentiable(network(), 5, free=["coupling"])
