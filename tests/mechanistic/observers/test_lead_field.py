"""Channels: real gains, names, references and refusals; and rates."""

import dataclasses
import json

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.sweep import sweep

GAIN = np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])


def network(**changes: object) -> sb.Network:
    observer = sb.observers.LeadField(GAIN, 200.0, ("Cz", "Pz"))
    base = sb.Network(JansenRit(), sb.examples.ring(3), coupling=5.0, noise=50.0, observer=observer)
    return dataclasses.replace(base, **changes)


def test_channels_are_the_gain_times_the_regions() -> None:
    seen = sb.simulate(network(), duration=0.5, seed=1)
    regions = network(observer=sb.observers.Identity(200.0)).run(100, seed=1).values
    assert (seen.names, seen.modality) == (("Cz", "Pz"), "EEG")
    np.testing.assert_allclose(seen.values, regions @ GAIN.T)
    swept = sweep(network(), {"coupling": np.array([5.0, 6.0])}, duration=0.1, seed=1)
    assert swept.values.shape == (2, 20, 2)


def test_a_real_lead_field_with_an_average_reference(shared) -> None:
    gain = np.load(shared("connectomes/tms_eeg_schaefer200") / "leadfield_62x200.npy")
    sources = np.random.default_rng(0).normal(size=(7, 200))
    seen = sb.observers.LeadField(gain, reference="average").project(sources)
    np.testing.assert_allclose(seen.mean(axis=1), 0.0, atol=1e-12 * np.abs(seen).max())
    centered = gain.astype(float) - gain.astype(float).mean(axis=0)
    np.testing.assert_allclose(seen, sources @ centered.T, rtol=1e-9, atol=1e-9)


def test_contacts_of_the_epilepsy_benchmark(shared) -> None:
    """The benchmark's recording is its gain times exp of its sources."""
    folder = shared("connectomes/vep84")
    gain = np.load(folder / "seeg_gain_162x84.npy")
    sources = np.load(folder / "p6_source_x.npy").astype(float).T
    seen = sb.observers.LeadField(gain, modality="SEEG").project(np.exp(sources))
    expected = np.load(folder / "p6_seeg.npy").T
    np.testing.assert_allclose(seen, expected, rtol=2e-6)


def test_a_saved_network_keeps_its_gain() -> None:
    config, arrays = network().to_parts()
    again = sb.Network.from_parts(json.loads(json.dumps(config)), arrays)
    np.testing.assert_array_equal(again.run(5).values, network().run(5).values)
    assert again.names == ("Cz", "Pz")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gain": GAIN, "channels": ("A", "A")}, "1 different names"),
        ({"gain": GAIN * np.nan}, "gain"),
        ({"gain": GAIN, "reference": "nose"}, "reference"),
        ({"gain": GAIN, "modality": "fMRI"}, "modality"),
    ],
)
def test_bad_gains_are_named(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sb.observers.LeadField(**arguments)


def test_a_gain_for_another_brain_is_refused() -> None:
    with pytest.raises(ValueError, match="gain has 3 columns but the network has 4 regions"):
        network(connectome=sb.examples.ring(4)).run(2)


def test_rates_are_those_of_the_node() -> None:
    rates = network(observer=sb.observers.FiringRate(200.0)).run(50, seed=1).values
    assert ((rates > 0) & (rates < 5.0)).all()
    with pytest.raises(ValueError, match="looks at the rate of a region, which Linear does not"):
        sb.Network(sb.Linear(), sb.examples.ring(3), observer=sb.observers.FiringRate())
