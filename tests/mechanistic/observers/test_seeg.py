"""Power at the contacts: the benchmark of synthetic seizures, the logarithm, refusals."""

import csv

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D

GAIN = np.array([[1.0, 0.0, 2.0], [0.5, 2.0, 0.0]])


def test_contacts_of_the_epilepsy_benchmark(shared) -> None:
    """Its recording, stored in float32, from its sources."""
    folder = shared("connectomes/vep84")
    gain = np.load(folder / "seeg_gain_162x84.npy")
    sources = np.load(folder / "p6_source_x.npy").astype(float).T
    stored = np.load(folder / "p6_seeg.npy").T
    seen = sb.observers.SEEG(gain).project(sources)
    np.testing.assert_allclose(seen, stored, rtol=2e-6)
    log = sb.observers.SEEG(gain, scale="log", slope=2.0, offset=-1.0).project(sources)
    np.testing.assert_allclose(log, 2.0 * np.log(seen) - 1.0)


def test_a_simulated_seizure_is_seen_by_the_contact_near_it(shared) -> None:
    """The brain of the benchmark with one epileptogenic region: its contact rises, others wait."""
    folder = shared("connectomes/vep84")
    weights, gain = np.load(folder / "weights_raw.npy"), np.load(folder / "seeg_gain_162x84.npy")
    with open(folder / "regions.csv", newline="") as stream:
        names = [row["label"] for row in csv.DictReader(stream)]
    excitable = np.full(84, -3.5)
    excitable[6] = -1.6
    network = sb.Network(
        Epileptor2D(x0=excitable, tau0=10.0),
        sb.Connectome(weights, names=names).without_self().normalized("max"),
        coupling=0.1, observer=sb.observers.SEEG(gain, 5000.0, regions=names),
    )  # fmt: skip
    seen = sb.simulate(network, duration=0.012)
    rise = np.ptp(seen.values, axis=0)
    assert seen.modality == "SEEG"
    assert rise.argmax() == gain[:, 6].argmax()


def test_in_a_network_it_is_the_power_of_its_regions() -> None:
    network = sb.Network(
        sb.Linear(), sb.examples.ring(3), coupling=0.4, noise=1.0, observer=sb.observers.SEEG(GAIN)
    )
    regions = sb.Network(
        sb.Linear(), sb.examples.ring(3), coupling=0.4, noise=1.0,
        observer=sb.observers.Identity(250.0),
    )  # fmt: skip
    expected = np.exp(regions.run(20, seed=1).values) @ GAIN.T
    np.testing.assert_allclose(network.run(20, seed=1).values, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gain": -GAIN, "scale": "log"}, "channel_0 has no such row"),
        ({"gain": GAIN * [[1.0], [0.0]], "scale": "log", "channels": ("A1", "A2")}, "A2 has no"),
        ({"gain": GAIN, "scale": "power"}, "scale of SEEG"),
        ({"gain": GAIN * np.nan}, "gain must be finite"),
        ({"gain": GAIN, "channels": ("A1",)}, "2 rows, but 1 channels"),
    ],
)
def test_what_cannot_be_seen_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sb.observers.SEEG(**arguments)
