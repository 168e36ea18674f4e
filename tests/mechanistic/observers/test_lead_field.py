"""Channels: real gains, names, references and refusals."""

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
        network(connectome=sb.examples.ring(4))


def test_columns_in_another_order_are_refused() -> None:
    names = sb.examples.ring(3).names
    ordered = sb.observers.LeadField(GAIN, regions=names)
    assert network(observer=ordered).names == ("channel_0", "channel_1")
    with pytest.raises(ValueError, match="LeadField and the network have the same regions in ano"):
        network(observer=dataclasses.replace(ordered, regions=names[::-1]))


def test_what_if_stimulates_regions_and_shows_channels() -> None:
    pulse = sb.protocols.step(regions=["region_2"], amplitude=100.0, duration=0.1)
    effect = sb.what_if(network(), stimulus=pulse, duration=0.3, seed=1)
    assert effect.names == ("Cz", "Pz")
    bare = dataclasses.replace(network(), observer=sb.observers.Identity(200.0))
    regions = sb.what_if(bare, stimulus=pulse, duration=0.3, seed=1)
    np.testing.assert_allclose(effect.difference, regions.difference @ GAIN.T, atol=1e-10)


def test_another_quantity_can_be_the_dipole() -> None:
    observer = sb.observers.LeadField(GAIN, 200.0, quantity="rate")
    rates = network(observer=sb.observers.FiringRate(200.0)).run(20, seed=1).values
    np.testing.assert_allclose(network(observer=observer).run(20, seed=1).values, rates @ GAIN.T)
