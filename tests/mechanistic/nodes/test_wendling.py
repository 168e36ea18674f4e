"""Wendling: without fast inhibition it is Jansen-Rit, with it a third synapse acts."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.wendling import Wendling


@pytest.mark.parametrize("off", [{"G": 0.0}, {"C7": 0.0}])
def test_without_fast_inhibition_it_is_jansen_rit(off: dict) -> None:
    wired = sb.examples.ring(3)
    runs = [
        sb.Network(
            node, wired, coupling=5.0, noise=noise, dt=5e-5, settle=0.0,
            observer=sb.observers.Identity(500.0),
        ).run(400, seed=2).values
        for node, noise in ((JansenRit(p=220.0), 20.0), (Wendling(p=220.0, **off), 20.0))
    ]  # fmt: skip
    np.testing.assert_allclose(runs[1], runs[0], atol=1e-9)


def test_slow_and_fast_inhibition_follow_their_own_time_constants() -> None:
    state = tuple(np.zeros(1) for _ in range(10))
    _, _, slow, fast, interneuron = Wendling.drift(np, state, (0.0,), Wendling())[5:]
    node = Wendling()
    quiet = 2 * node.e0 / (1 + np.exp(node.r * node.v0))
    np.testing.assert_allclose(slow, node.B * node.b * node.C4 * quiet)
    np.testing.assert_allclose(fast, node.G * node.g * node.C7 * quiet)
    np.testing.assert_allclose(interneuron, node.B * node.b * quiet)
