"""Gains against physics, against MNE, and against a gain that came with a patient's head."""

import csv
from pathlib import Path

import numpy as np
import pytest

from surrobrain.signals.volume_conduction import seeg_gain, sphere_meg_gain


def positions(path: Path) -> np.ndarray:
    with open(path, newline="") as stream:
        rows = list(csv.DictReader(stream))
    return np.array([[float(row[f"{axis}_mm"]) for axis in "xyz"] for row in rows])


def spread(ratio: np.ndarray) -> float:
    return float(ratio.std() / ratio.mean())


def test_the_gain_of_a_real_head_falls_with_the_square_of_the_distance(shared) -> None:
    """Its authors sum over vertices; one point per region comes within a tenth."""
    stored = np.load(shared("connectomes/vep76") / "seeg_gain_20x76.npy")
    contacts = positions(shared("connectomes/vep76") / "seeg_sensors.csv")
    sources = positions(shared("connectomes/tvb/connectivity_76") / "regions.csv")
    square = spread(stored / seeg_gain(contacts, sources))
    assert square < 0.1
    assert spread(stored / seeg_gain(contacts, sources, kind="monopole")) > 4 * square


def test_every_contact_of_an_implantation_sees_its_surroundings_most(shared) -> None:
    contacts = positions(shared("connectomes/tvb") / "sensors_seeg_588.csv")
    sources = positions(shared("connectomes/tvb/connectivity_76") / "regions.csv")
    gain = seeg_gain(contacts, sources)
    assert gain.shape == (588, 76)
    nearest = np.linalg.norm(contacts[:, None] - sources, axis=-1).argmin(axis=1)
    np.testing.assert_array_equal(gain.argmax(axis=1), nearest)


def test_a_dipole_is_two_monopoles_close_together() -> None:
    rng = np.random.default_rng(0)
    contacts, sources, normals = rng.normal(size=(5, 3)) * 40, rng.normal(size=(4, 3)), np.eye(4, 3)
    normals[3] = (1.0, 1.0, 0.0)
    unit, h = normals / np.linalg.norm(normals, axis=1, keepdims=True), 1e-3
    pair = seeg_gain(contacts, sources + h * unit / 2, kind="monopole") - seeg_gain(
        contacts, sources - h * unit / 2, kind="monopole"
    )
    dipole = seeg_gain(contacts, sources, kind="dipole", normals=normals)
    np.testing.assert_allclose(dipole, pair / (h * 1e-3), rtol=1e-6, atol=1e-6 * abs(dipole).max())


def test_a_monopole_has_the_potential_of_ohm() -> None:
    """1 A at 10 mm in 0.3 S/m."""
    gain = seeg_gain(np.array([[10.0, 0, 0]]), np.zeros((1, 3)), kind="monopole")
    assert gain[0, 0] == pytest.approx(1 / (4 * np.pi * 0.3 * 0.01))


def on_a_sphere(n: int, radius: float, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(n, 3))
    return radius * points / np.linalg.norm(points, axis=1, keepdims=True)


def test_radial_dipoles_are_silent() -> None:
    sensors, facing = on_a_sphere(20, 110.0, 0), on_a_sphere(20, 1.0, 1)
    sources, tangential = on_a_sphere(9, 70.0, 2), np.cross(on_a_sphere(9, 1.0, 3), [0.0, 0, 1])
    silent = sphere_meg_gain(sensors, facing, sources, sources)
    heard = sphere_meg_gain(sensors, facing, sources, tangential)
    assert abs(silent).max() < 1e-12 * abs(heard).max()


def test_the_field_is_that_of_mne() -> None:
    """The same point magnetometers and dipoles, around a center off the origin."""
    mne = pytest.importorskip("mne")
    center = np.array([0.0, 0.0, 40.0])
    sensors, facing = on_a_sphere(12, 110.0, 0) + center, on_a_sphere(12, 1.0, 1)
    sources, normals = on_a_sphere(6, 65.0, 2) + center, on_a_sphere(6, 1.0, 3)
    info = mne.create_info(12, 100.0, "mag")
    for channel, at, ex in zip(info["chs"], sensors * 1e-3, facing, strict=True):
        channel["coil_type"] = mne.io.constants.FIFF.FIFFV_COIL_POINT_MAGNETOMETER
        side = np.cross(ex, [0.3, 0.4, 0.5])
        side /= np.linalg.norm(side)
        channel["loc"][:] = np.concatenate([at, side, np.cross(ex, side), ex])
    with info._unlock():
        info["dev_head_t"] = mne.transforms.Transform("meg", "head", np.eye(4))
    space = mne.setup_volume_source_space(pos={"rr": sources * 1e-3, "nn": normals}, verbose=False)
    head = mne.make_sphere_model(r0=center * 1e-3, head_radius=None, verbose=False)
    forward = mne.make_forward_solution(
        info, mne.transforms.Transform("head", "mri"), space, head, eeg=False, verbose=False
    )
    theirs = forward["sol"]["data"].reshape(12, 6, 3)  # free orientation along x, y, z
    ours = sphere_meg_gain(sensors, facing, sources, normals, center_mm=tuple(center))
    np.testing.assert_allclose(
        ours, np.einsum("srx,rx->sr", theirs, normals), atol=1e-6 * abs(ours).max()
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contacts_mm": np.zeros((2, 3))}, "contact 0 lies on source 0"),
        (
            {"contacts_mm": np.ones((2, 2)), "sources_mm": np.zeros((1, 2))},
            r"contacts_mm must have shape \(n, 3\)",
        ),
        ({"sources_mm": np.full((1, 3), np.nan)}, "sources_mm must be finite"),
        ({"kind": "inverse"}, "did you mean 'inverse_square'"),
        ({"kind": "dipole"}, "normals missing"),
        ({"normals": np.eye(1, 3)}, "for no other"),
        ({"kind": "dipole", "normals": np.zeros((1, 3))}, "1 of length zero"),
    ],
)
def test_what_makes_no_gain_is_refused(changes: dict, message: str) -> None:
    given = {"contacts_mm": np.ones((2, 3)), "sources_mm": np.zeros((1, 3)), **changes}
    with pytest.raises(ValueError, match=message):
        seeg_gain(given.pop("contacts_mm"), given.pop("sources_mm"), **given)


def test_a_source_outside_the_sensors_is_refused() -> None:
    up = np.array([[0.0, 0.0, 1.0]])
    with pytest.raises(ValueError, match=r"a sensor only 70\.0 mm"):
        sphere_meg_gain(70 * up, up, 110 * up, np.eye(1, 3))
