"""Wendling's column: Jansen and Rit's without fast inhibition, and the activity of each set."""

import numpy as np
import pytest
from scipy.signal import welch

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.wendling import Wendling
from surrobrain.mechanistic.observers.identity import Identity

SETS = {
    "background": (5.0, 50.0, 15.0), "sporadic": (5.0, 40.0, 15.0), "rhythmic": (5.0, 25.0, 15.0),
    "alpha": (5.0, 10.0, 15.0), "fast": (5.0, 5.0, 25.0), "sinusoidal": (5.0, 15.0, 0.0),
}  # fmt: skip


def test_without_fast_inhibition_it_is_jansen_and_rit() -> None:
    rng = np.random.default_rng(0)
    weights = rng.uniform(0, 50, (4, 4))
    inputs = np.linspace(90, 220, 4)
    runs = [
        Network(node, Connectome(weights), noise=300.0, settle=0.0).run(100, seed=2).values
        for node in (Wendling(G=0.0, p=inputs), JansenRit(p=inputs))
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-10)
    assert runs[0].std() > 0.1


def test_fast_inhibition_and_what_slows_it() -> None:
    """The tenth-order system of the paper, with a potential of its own from slow to fast cells."""
    node, state = Wendling(), np.array([0.1, 20.0, 9.0, 3.0, 1.0, -2.0, 4.0, 5.0])
    found = Wendling.drift(np, tuple(state), (0.0,), node)
    own = state[2] / (0.25 * 135)
    driven = 5 / (1 + np.exp(0.56 * (6 - (0.3 * 135 * 0.1 - 0.1 * 135 * own))))
    expected = 10 * 500 * 0.8 * 135 * driven - 2 * 500 * 5.0 - 500**2 * 3.0
    assert found[7] == pytest.approx(expected, rel=1e-12)
    pyramidal = 5 / (1 + np.exp(0.56 * (6 - (20.0 - 9.0 - 3.0))))
    assert found[4] == pytest.approx(3.25 * 100 * pyramidal - 2 * 100 - 100**2 * 0.1, rel=1e-12)


@pytest.fixture(scope="module")
def activity() -> dict[str, np.ndarray]:
    """A minute of EEG at 500 Hz for each of the six sets, with the noise of the paper."""
    A, B, G = np.array(list(SETS.values())).T
    network = Network(
        Wendling(A=A, B=B, G=G), Connectome(np.zeros((6, 6))), noise=5.0 * 100 * 2.0,
        observer=Identity(500.0), settle=5.0,
    )  # fmt: skip
    return dict(zip(SETS, network.run(30_000, seed=1).values.T, strict=True))


def peak(eeg: np.ndarray) -> float:
    frequencies, power = welch(eeg, 500.0, nperseg=2000)
    return float(frequencies[1:][power[1:].argmax()])


def test_background_is_small_and_slow(activity: dict[str, np.ndarray]) -> None:
    assert activity["background"].std() < 1
    assert peak(activity["background"]) < 7


def test_sporadic_spikes_are_large_and_irregular(activity: dict[str, np.ndarray]) -> None:
    eeg = activity["sporadic"]
    spikes = np.flatnonzero((eeg[:-1] < 7) & (eeg[1:] >= 7)) / 500
    gaps = np.diff(spikes)
    assert 20 < len(spikes) < 240
    assert gaps.std() > 0.2 * gaps.mean()


def test_rhythmic_spikes_are_large_and_regular(activity: dict[str, np.ndarray]) -> None:
    eeg = activity["rhythmic"]
    assert np.ptp(eeg) > 15
    assert 4 < peak(eeg) < 5
    spikes = np.flatnonzero((eeg[:-1] < 7) & (eeg[1:] >= 7)) / 500
    assert np.diff(spikes).std() < 0.1 * np.diff(spikes).mean()


def test_less_slow_inhibition_turns_spikes_into_faster_and_smaller_waves(
    activity: dict[str, np.ndarray],
) -> None:
    assert 8 < peak(activity["alpha"]) < 13
    assert 13 < peak(activity["fast"]) < 30
    assert activity["fast"].std() < activity["alpha"].std() < activity["rhythmic"].std() / 5


def test_without_fast_inhibition_a_sine(activity: dict[str, np.ndarray]) -> None:
    frequencies, power = welch(activity["sinusoidal"], 500.0, nperseg=2000)
    near = (frequencies > 10) & (frequencies < 12)
    assert power[near].sum() > 0.9 * power.sum()
