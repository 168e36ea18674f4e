"""Gast-Schmidt-Knosche: Montbrio's equations without adaptation, weaker recurrence with it."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.gast_schmidt_knosche import GastSchmidtKnosche
from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin


def test_without_adaptation_it_is_montbrio() -> None:
    runs = [
        sb.Network(
            node, sb.examples.ring(3), coupling=0.5, dt=5e-6, settle=0.0,
            observer=sb.observers.Identity(1000.0),
        ).run(60).values
        for node in (MontbrioPazoRoxin(), GastSchmidtKnosche(alpha=0.0))
    ]  # fmt: skip
    np.testing.assert_allclose(runs[1], runs[0], atol=1e-12)


def test_a_steady_state_is_one_of_a_weaker_recurrence() -> None:
    """At rest A = tau_A alpha r, which is J smaller by tau_A alpha / tau."""
    node = GastSchmidtKnosche(alpha=0.4, tau_A=5.0)
    plain = MontbrioPazoRoxin(J=node.J - 0.4 * 5.0)
    r, V = 0.3, -0.5
    state = (r, V, 5.0 * 0.4 * r, 0.0)
    adapted = GastSchmidtKnosche.drift(np, state, (0.0,), node)
    expected = MontbrioPazoRoxin.drift(np, (r, V), (0.0,), plain)
    assert adapted[:2] == pytest.approx(expected)
    assert adapted[2:] == pytest.approx((0.0, 0.0))
