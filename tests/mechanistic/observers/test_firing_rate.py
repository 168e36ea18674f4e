"""Rates in Hz against fixed points, and refusals where a node knows none."""

import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.coombes_byrne import CoombesByrne
from surrobrain.mechanistic.nodes.gast_schmidt_knosche import GastSchmidtKnosche
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin
from surrobrain.mechanistic.nodes.wong_wang import WongWang


def rates(node: object) -> np.ndarray:
    observer = sb.observers.FiringRate(1000.0)
    return sb.Network(node, sb.examples.ring(3), coupling=0.0, observer=observer).run(20).values


@pytest.mark.parametrize(
    "node",
    [MontbrioPazoRoxin(), GastSchmidtKnosche(eta=-5.0, J=15.0, Delta=1.0, tau=1.0, fatigue=0.0)],
)
def test_rest_of_the_exact_mean_field(node: object) -> None:
    """Its rate is 0.081134 per tau of 1 ms."""
    np.testing.assert_allclose(rates(node), 81.134, rtol=1e-4)


def test_a_rate_per_ms_becomes_hz() -> None:
    observer = sb.observers.Identity(1000.0)
    base = sb.Network(CoombesByrne(), sb.examples.ring(3), observer=observer, settle=0.0)
    seen = dataclasses.replace(base, observer=sb.observers.FiringRate(1000.0)).run(5).values
    np.testing.assert_allclose(seen, 1000.0 * base.run(5).values)


def test_rate_of_a_column_lies_on_its_sigmoid() -> None:
    node = JansenRit(p=-20.0)
    potential = sb.Network(
        node, sb.examples.ring(3), coupling=0.0, observer=sb.observers.Identity(1000.0)
    ).run(20).values  # fmt: skip
    expected = 5.0 / (1 + np.exp(0.56 * (6.0 - potential)))
    np.testing.assert_allclose(rates(node), expected, rtol=1e-6)


@pytest.mark.parametrize("node", [sb.Linear(), WongWang()])
def test_a_node_without_a_rate_of_its_own_says_so(node: object) -> None:
    message = f"looks at the rate of a region, which {type(node).__name__} does not offer"
    with pytest.raises(ValueError, match=message):
        rates(node)
