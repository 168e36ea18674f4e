"""Every coupling and every noise of the catalog: declared fully, and traceable."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.mechanistic.coupling import Coupling
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.noise import Noise
from surrobrain.mechanistic.tape import Tape

COUPLINGS, NOISES = "surrobrain.mechanistic.couplings", "surrobrain.mechanistic.noises"


@pytest.mark.parametrize("name", catalog.names(COUPLINGS))
def test_coupling_meets_its_contract(name: str) -> None:
    coupling = catalog.load(COUPLINGS, name)()
    assert isinstance(coupling, Coupling)
    assert coupling.__dataclass_params__.frozen
    assert next(iter(parameters(coupling))) == "strength"
    assert all(parameter in type(coupling).__doc__ for parameter in parameters(coupling))
    source = (np.linspace(-1, 1, 5), np.linspace(0, 2, 5))
    sent = coupling.send(np, source, coupling)
    received = coupling.receive(np, sent, sent, np.ones(5), coupling)
    assert [np.shape(x) for x in (*sent, *received)] == [(5,)] * 4
    doubled = dataclasses.replace(coupling, strength=2 * coupling.strength)
    twice = doubled.receive(np, sent, sent, np.ones(5), doubled)
    np.testing.assert_allclose(twice, 2 * np.array(received))


@pytest.mark.parametrize("name", catalog.names(COUPLINGS))
def test_coupling_is_traced(name: str) -> None:
    coupling, tape = catalog.load(COUPLINGS, name)(), Tape()
    p = SimpleNamespace(**{k: tape.term(k) for k in parameters(coupling)})
    sent = coupling.send(tape, (tape.term("x"),), p)
    (received,) = coupling.receive(tape, sent, sent, tape.term("row"), p)
    assert received.name in {name for name in tape.operations.values()}


@pytest.mark.parametrize("name", catalog.names(NOISES))
def test_noise_meets_its_contract(name: str) -> None:
    noise = catalog.load(NOISES, name)(0.3)
    assert isinstance(noise, Noise)
    assert noise.__dataclass_params__.frozen
    assert noise.sigma == 0.3
    x, h = np.linspace(-2, 2, 7), 1e-6
    slope = (noise.scale(np, x + h) - noise.scale(np, x - h)) / (2 * h)
    np.testing.assert_allclose(np.broadcast_to(noise.slope(np, x), 7), slope, atol=1e-8)
    assert "Ito" in type(noise).__doc__ or np.all(slope == 0), "say whose equation it solves"
