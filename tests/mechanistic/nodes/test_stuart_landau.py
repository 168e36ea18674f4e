"""Stuart-Landau against its closed forms."""

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import sweep

ALONE = Connectome(np.zeros((2, 2)))


def test_cycle_has_radius_sqrt_a_and_its_own_frequency() -> None:
    node = StuartLandau(a=np.array([0.5, 2.0]), omega=np.array([2 * np.pi, 4 * np.pi]))
    cycle = Network(node, ALONE, observer=Identity(100.0), dt=1e-4, settle=20.0).run(1000).values
    np.testing.assert_allclose(cycle.max(axis=0), np.sqrt([0.5, 2.0]), rtol=4e-3)
    spectrum = np.abs(np.fft.rfft(cycle, axis=0))
    np.testing.assert_array_equal(spectrum.argmax(axis=0) / 10.0, [1.0, 2.0])


def test_noisy_focus_has_the_variance_of_theory() -> None:
    node = StuartLandau(a=-5.0, omega=3.0)
    model = Network(node, ALONE, noise=0.01, observer=Identity(200.0), dt=1e-3)
    runs = sweep(model, {"a": np.full(32, -5.0)}, duration=100.0)
    assert runs.values.var() == pytest.approx(0.01**2 / 10, rel=0.03)


def test_diffusive_coupling_leaves_a_synchronous_state_alone() -> None:
    pair = Connectome(np.array([[0.0, 3.0], [0.5, 0.0]]))
    node = StuartLandau(a=1.0)
    coupled, alone = (Network(node, c, coupling=0.7).run(50).values for c in (pair, ALONE))
    np.testing.assert_allclose(coupled, alone, atol=1e-12)


def test_default_step_keeps_a_fast_focus_quiet() -> None:
    node = StuartLandau(a=-5.0, omega=63.0)
    quiet = Network(node, ALONE, observer=Identity(100.0), settle=5.0).run(10).values
    assert np.abs(quiet).max() < 1e-8
