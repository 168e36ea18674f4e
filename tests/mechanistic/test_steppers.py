"""Steppers converge at their order, without noise, with it, and through a network."""

import dataclasses

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import noises
from surrobrain.mechanistic.draws import normals
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.steppers import euler

WEIGHTS = np.array([[0.0, 0.8, 0.0], [0.3, 0.0, 0.5], [1.0, 0.0, 0.0]])
RUNS = 400
ORDERS = {"euler": 1, "milstein": 1, "heun": 2, "rk4": 4}


def test_one_plain_step() -> None:
    assert euler(lambda x: (-x[0], 0.5), (1.0, 2.0), dt=0.1) == pytest.approx((0.9, 2.05))


def coupled(stepper: str, dt: float) -> Network:
    """Three oscillators in a directed ring, 40 ms per sample."""
    return Network(
        WilsonCowan(P=np.array([1.1, 1.25, 1.4])), Connectome(WEIGHTS), coupling=1.5,
        observer=Identity(25.0), stepper=stepper, dt=dt, settle=0.0,
    )  # fmt: skip


def adaptive(model: Network, seconds: float) -> np.ndarray:
    """State of a network after some seconds by scipy's adaptive integration."""
    node, start = model.node, model.initial_state.values

    def slope(_: float, flat: np.ndarray) -> np.ndarray:
        state = tuple(flat.reshape(start.shape))
        total = (model.coupling * model.connectome.weights @ node.source(np, state, node)[0],)
        return np.concatenate(node.drift(np, state, total, node))

    end = 1000 * seconds
    solved = solve_ivp(slope, (0, end), start.ravel(), rtol=1e-12, atol=1e-13, method="DOP853")
    return solved.y[:, -1].reshape(start.shape)


@pytest.mark.parametrize("stepper", ORDERS)
def test_order_of_convergence_in_a_network_without_noise(stepper: str) -> None:
    truth = adaptive(coupled(stepper, 4e-4), 0.04)
    largest = 5e-5 if ORDERS[stepper] == 1 else 2e-4
    errors = [
        np.abs(coupled(stepper, dt).run(1).state.values - truth).max()
        for dt in (largest, largest / 2)
    ]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[stepper], abs=0.15)


def ends(noise: object, stepper: str, n_steps: int) -> np.ndarray:
    """Many independent regions, x' = -x from 1, after one second in ``n_steps`` steps."""
    model = Network(
        Starting(tau=1.0), Connectome(np.zeros((RUNS, RUNS))), noise=noise,
        observer=Identity(1.0), stepper=stepper, dt=1 / n_steps, settle=0.0,
    )  # fmt: skip
    return model.run(1, seed=5).state.values[0]


@dataclasses.dataclass(frozen=True)
class Starting(Linear):
    """Linear from 1 in place of 0."""

    initial = {"x": 1.0}  # noqa: RUF012


@pytest.mark.parametrize(
    ("stepper", "order", "growth"),
    [("euler", 0.5, -1.125), ("milstein", 1.0, -1.125), ("heun", 1.0, -1.0)],
)
def test_strong_order_with_multiplicative_noise(stepper: str, order: float, growth: float) -> None:
    """Geometric Brownian motion has a closed form: Ito's for one stage, Stratonovich's for two."""
    sigma, counts, errors = 0.5, (32, 64, 128, 256), []
    for n_steps in counts:
        found = ends(noises.Multiplicative(sigma), stepper, n_steps)
        walk = sigma * normals(5, n_steps, RUNS).sum(axis=0) / np.sqrt(n_steps)
        errors.append(np.abs(found - np.exp(growth + walk)).mean())
    slope = -np.polyfit(np.log2(counts), np.log2(errors), 1)[0]
    assert slope == pytest.approx(order, abs=0.2)


MAPS = {
    "euler": lambda h: (1 - h, 1.0),
    "heun": lambda h: (1 - h + h**2 / 2, 1 - h / 2),
    "rk4": lambda h: (
        1 - h + h**2 / 2 - h**3 / 6 + h**4 / 24,
        1 - h / 2 + h**2 / 6 - h**3 / 24,
    ),
}
"""How much of x a step of x' = -x + dW keeps, and how much of the increment arrives."""


@pytest.mark.parametrize(("stepper", "order"), [("euler", 1), ("heun", 2), ("rk4", 2)])
def test_weak_order_with_additive_noise(stepper: str, order: int) -> None:
    """Every run follows the linear map of its stepper, whose variance is known exactly."""
    sigma, n_steps = 0.7, 16
    keep, kick = MAPS[stepper](1 / n_steps)
    x = np.ones(RUNS)
    for draw in normals(5, n_steps, RUNS):
        x = keep * x + kick * sigma * draw / np.sqrt(n_steps)
    np.testing.assert_allclose(ends(sigma, stepper, n_steps), x, atol=1e-13)
    truth, errors = 0.5 * (1 - np.exp(-2.0)), []
    for n in (64, 128):
        keep, kick = MAPS[stepper](1 / n)
        errors.append(abs(kick**2 / n * (1 - keep ** (2 * n)) / (1 - keep**2) - truth))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.05)


@pytest.mark.parametrize("stepper", ["euler", "heun"])
def test_colored_noise_has_its_variance_and_acts_on_the_drift(stepper: str) -> None:
    """x' = -x + eta: stationary variance sigma^2 tau / (1 + tau), that of eta sigma^2."""
    model = Network(
        Linear(tau=1.0), Connectome(np.zeros((RUNS, RUNS))), noise=noises.Colored(2.0, tau=0.5),
        observer=Identity(1.0), stepper=stepper, dt=1 / 64, settle=0.0,
    )  # fmt: skip
    state, pool = None, []
    for _ in range(24):
        state = model.run(4, state=state, seed=2).state
        pool.append(state.values)
    x, eta = np.stack(pool[2:]).var(axis=(0, 2))  # samples 4 s apart are nearly independent
    n = RUNS * 22
    assert eta == pytest.approx(4.0, rel=4 * np.sqrt(2 / n))
    bias = {"euler": 1 / 64, "heun": 1 / 64**2}[stepper]
    assert x == pytest.approx(4.0 * 0.5 / 1.5, rel=bias + 5 * np.sqrt(2 / n))
