"""Gast-Schmidt-Knosche: Montbrio, Pazo and Roxin's mass without adaptation, and its bursts."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from surrobrain.mechanistic.nodes.gast_schmidt_knosche import GastSchmidtKnosche
from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin


def slope(state: np.ndarray, node: GastSchmidtKnosche) -> np.ndarray:
    return np.array(GastSchmidtKnosche.drift(np, tuple(state), (0.0,), node))


def late(node: GastSchmidtKnosche) -> np.ndarray:
    times = np.arange(200, 400, 0.01)
    orbit = solve_ivp(
        lambda t, y: slope(y, node), (0, 400), [0.1, -1, 0, 0], "LSODA", times, rtol=1e-8,
        atol=1e-10,
    )  # fmt: skip
    return orbit.y


def test_without_adaptation_it_is_montbrio_pazo_and_roxin() -> None:
    r, V = 0.7, -0.4
    node = GastSchmidtKnosche(fatigue=0.0, tau=3.0, I=0.5)
    other = MontbrioPazoRoxin(eta=1.0, J=21.2132, Delta=2.0, tau=3.0, I=0.5)
    expected = MontbrioPazoRoxin.drift(np, (r, V), (0.3,), other)
    found = GastSchmidtKnosche.drift(np, (r, V, 0.9, 0.1), (0.3,), node)
    np.testing.assert_allclose(found[:2], expected, rtol=1e-14)


@pytest.mark.parametrize(("fatigue", "J"), [(5.0, 21.2132 - 5.0 / 2), (2.0, 21.2132 - 1.0)])
def test_fatigue_at_rest_is_a_weaker_synapse(fatigue: float, J: float) -> None:
    node = GastSchmidtKnosche(eta=-7.0, fatigue=fatigue, tau=2.0)
    r, V, A, B = fsolve(slope, [0.1, -2, 0.1, 0], args=(node,), xtol=1e-12)
    assert pytest.approx((r, 0.0), abs=1e-9) == (A, B)
    other = MontbrioPazoRoxin(eta=-7.0, J=J, Delta=2.0, tau=2.0)
    slopes = MontbrioPazoRoxin.drift(np, (r, V), (0.0,), other)
    np.testing.assert_allclose(slopes, 0.0, atol=1e-9)


def test_depression_takes_a_share_of_the_synapses() -> None:
    state, node = np.array([0.5, -1.0, 0.4, 0.0]), GastSchmidtKnosche(fatigue=0.0, depression=0.5)
    weaker = GastSchmidtKnosche(fatigue=0.0, J=21.2132 * 0.8)
    np.testing.assert_allclose(slope(state, node), slope(state, weaker), rtol=1e-13)


def test_adaptation_smooths_the_rate_by_an_alpha_function() -> None:
    """A held rate of 1 brings A to 1 - (1 + t / tau_A) exp(-t / tau_A)."""
    node, times = GastSchmidtKnosche(), np.linspace(0, 60, 13)
    held = solve_ivp(
        lambda t, y: slope(np.array([1.0, 0.0, *y]), node)[2:], (0, 60), [0, 0], "DOP853", times,
        rtol=1e-10, atol=1e-12,
    ).y[0]  # fmt: skip
    np.testing.assert_allclose(held, 1 - (1 + times / 10) * np.exp(-times / 10), atol=1e-8)


@pytest.mark.parametrize(
    "adapting",
    [{}, {"fatigue": 0.0, "depression": 0.5, "eta": -5.5}],
    ids=["fatigue", "depression"],
)
def test_bursts(adapting: dict) -> None:
    r, _, A, _ = late(GastSchmidtKnosche(**adapting))
    assert r.max() > 2
    assert r.min() < 0.2
    adapted = (A - A.min()) / np.ptp(A) > 0.5
    assert 3 <= (np.diff(adapted.astype(int)) > 0).sum() <= 5  # in 200 ms
    frozen = {**adapting, "fatigue": 0.0, "depression": 0.0}
    assert np.ptp(late(GastSchmidtKnosche(**frozen))[0]) < 1e-3  # adaptation makes them
