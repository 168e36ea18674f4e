"""Montbrio-Pazo-Roxin against its equilibria and the neurons that it averages."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin


def slope(state: np.ndarray, node: MontbrioPazoRoxin) -> np.ndarray:
    return np.array(MontbrioPazoRoxin.drift(np, tuple(state), (0.0,), node))


def equilibria(node: MontbrioPazoRoxin) -> np.ndarray:
    """Return all equilibria, rising in r; V follows from r where r is at rest."""
    rates = np.linspace(1e-3, 3, 3001)
    voltages = -node.Delta / (2 * np.pi * rates)
    gap = np.array(MontbrioPazoRoxin.drift(np, (rates, voltages), (0.0,), node)[1])
    k = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    guesses = np.stack([rates[k], voltages[k]], axis=1)
    return np.array([fsolve(slope, guess, args=(node,), xtol=1e-12) for guess in guesses])


def eigenvalues(state: np.ndarray, node: MontbrioPazoRoxin) -> np.ndarray:
    shifts = 1e-5 * np.eye(2)
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-5 for h in shifts]
    return np.linalg.eigvals(np.transpose(jacobian))


@pytest.mark.parametrize(
    ("eta", "J", "Delta", "expected"),
    [
        (-5.0, 15.0, 1.0,
         [(0.081134, -1.961620), (0.472980, -0.336494), (1.030597, -0.154430)]),
        (-4.6, 14.5, 0.7,
         [(0.057122, -1.950369), (0.452311, -0.246310), (1.008012, -0.110523)]),
        (-5.0, 14.0, 0.7, [(0.053888, -2.067422)]),
    ],
)  # fmt: skip
def test_equilibria(eta: float, J: float, Delta: float, expected: list) -> None:
    found = equilibria(MontbrioPazoRoxin(eta=eta, J=J, Delta=Delta))
    np.testing.assert_allclose(found, expected, atol=6e-7)


@pytest.mark.parametrize(
    ("node", "focus"),
    [
        (MontbrioPazoRoxin(), -0.30886 + 3.31863j),
        (MontbrioPazoRoxin(eta=-4.6, J=14.5, Delta=0.7), -0.22105 + 3.29867j),
    ],
)
def test_node_saddle_and_focus(node: MontbrioPazoRoxin, focus: complex) -> None:
    stable, saddle, ringing = (eigenvalues(state, node) for state in equilibria(node))
    assert (stable.real < 0).all()
    np.testing.assert_array_equal(stable.imag, 0)
    assert saddle.real.min() < 0 < saddle.real.max()
    np.testing.assert_allclose(ringing[ringing.imag > 0], [focus], atol=1e-5)


def test_order_parameter_of_the_stable_states() -> None:
    low, _, high = equilibria(MontbrioPazoRoxin())
    for (r, V), expected in ((low, 0.9011), (high, 0.5290)):
        W = np.pi * r + 1j * V
        assert abs((1 - W.conjugate()) / (1 + W.conjugate())) == pytest.approx(expected, abs=1e-4)


def test_time_constant_scales_time_and_nothing_else() -> None:
    state = np.array([0.3, -1.0])
    fast, slow = (
        slope(state, MontbrioPazoRoxin()),
        slope(state / [10, 1], MontbrioPazoRoxin(tau=10.0)),
    )
    np.testing.assert_allclose(slow, fast / [100, 10], rtol=1e-14)


def test_is_the_mean_of_its_neurons() -> None:
    """Without coupling v' = v^2 + eta has a closed form for each of 250,000 neurons."""
    node, start, duration = MontbrioPazoRoxin(eta=-1.0, J=0.0), -2.0, 1.0
    lorentzian = np.tan(np.pi * ((np.arange(500) + 0.5) / 500 - 0.5))
    root = np.sqrt(node.eta + lorentzian.astype(complex))[:, None]
    voltage, turn = start + lorentzian[None, :], np.tan(root * duration)
    voltage = (root * (voltage + root * turn) / (root - voltage * turn)).real
    state = np.array([1 / np.pi, start])
    for _ in range(1000):
        middle = state + slope(state, node) * duration / 2000
        state = state + slope(middle, node) * duration / 1000
    low, median, high = np.quantile(voltage, [0.25, 0.5, 0.75])  # of a Lorentzian: V -+ pi r
    assert median == pytest.approx(state[1], abs=2e-3)
    assert (high - low) / 2 == pytest.approx(np.pi * state[0], rel=2e-3)
