"""Electrodes before and after an operation, and a plan beside what was done."""

import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.data.read_gain import Gain
from surrobrain.intervention.clinical_resection import clinical_resection
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.seeg_view import seeg_view
from surrobrain.intervention.surgery_plan import SurgeryPlan
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.reports.figures.resection import resection
from surrobrain.reports.figures.seeg import seeg

GAIN = Gain(np.array([[1.0, 0.2, 0.0], [0.0, 0.0, 1.0]]), ("A1", "B1"))
LENGTH = 0.014


@pytest.fixture(scope="module")
def patient() -> sb.Network:
    """The first region seizes by itself and recruits the second; the third never does."""
    weights = np.zeros((3, 3))
    weights[1, 0] = 2.0
    return sb.Network(
        Epileptor2D(x0=np.array([-1.6, -2.4, -3.65]), tau0=10.0), sb.Connectome(weights),
        coupling=1.0, observer=sb.observers.Identity(10_000.0), dt=1e-4, settle=0.0,
    )  # fmt: skip


def plan(*regions: str, tracts=()) -> SurgeryPlan:
    return SurgeryPlan(regions, tracts, 1.0, 1.0, 1.0, 1.0, 0.0)


def test_contacts_see_the_seizure_go(patient):
    view = seeg_view(patient, plan("region_0"), gain=GAIN, duration=LENGTH)
    x = sb.simulate(patient, duration=LENGTH).values
    np.testing.assert_allclose(view.before.values, np.exp(x) @ GAIN.values.T)
    assert view.before.names == ("A1", "B1")
    assert view.before.modality == "SEEG"
    before, after = view.swing[:, 0]
    assert after < 0.1 * before
    np.testing.assert_allclose(view.after.values[:, 1], view.before.values[:, 1])
    picture = seeg(view)
    assert "A1 moved most" in picture.alt
    assert f"{view.left:.0%}" in picture.alt


def test_removed_tissue_is_not_seen(patient):
    view = seeg_view(patient, plan("region_0", "region_1"), gain=GAIN, duration=LENGTH)
    assert not view.after.values[:, 0].any()
    with pytest.raises(ValueError, match="no contact sees anything move"):
        seeg(
            dataclasses.replace(view, before=view.after.pick(["A1"]), after=view.after.pick(["A1"]))
        )


def test_a_cut_tract_leaves_the_tissue_in_sight(patient):
    cut = plan(tracts=(("region_0", "region_1"),))
    view = seeg_view(patient, cut, gain=GAIN, duration=LENGTH, sees="potential")
    alone = sb.simulate(patient.disconnected(edges=[("region_0", "region_1")]), duration=LENGTH)
    np.testing.assert_allclose(view.after.values, alone.values @ GAIN.values.T)
    with pytest.raises(ValueError, match="the patient has 3 regions"):
        seeg_view(patient, cut, gain=Gain(np.ones((2, 4)), ("A1", "B1")), duration=LENGTH)


def test_of_a_posterior_the_mean_is_shown(patient):
    free = sb.FreeNetwork(patient, {"coupling": sb.priors.Uniform(0.5, 2.0)})
    draws = np.random.default_rng(0).normal(size=(40, 1))
    posterior = sb.Posterior(free, draws, sb.Inference("laplace"), {}, 0.0, 0.0, 0, ())
    view = seeg_view(posterior, plan("region_0"), gain=GAIN, duration=LENGTH)
    center = free.at(draws.mean(axis=0))
    known = seeg_view(center, plan("region_0"), gain=GAIN, duration=LENGTH)
    np.testing.assert_array_equal(view.before.values, known.before.values)


def test_a_resection_is_run_under_the_same_noise_as_the_plan(patient):
    noisy = dataclasses.replace(patient, noise=0.1)
    found = sb.plan_surgery(noisy, duration=LENGTH, n_runs=20, seed=3)
    same = clinical_resection(noisy, found, resected=found.best.regions, duration=LENGTH, seed=3)
    done = same.operations["clinic"]
    assert (done.freedom, done.burden) == (found.best.freedom, found.best.burden)
    assert same.overlap.dice == 1.0
    other = clinical_resection(
        noisy, found, resected={"region_2": 0.6}, duration=LENGTH, seed=3, outcome="Engel IV"
    )
    assert other.operations["clinic"].freedom == found.before.freedom
    assert other.clinic_only == ("region_2",)
    assert "region_2 (60%)" in str(other)
    assert "Engel IV" in str(other)
    assert "1 in the resection alone" in resection(other).alt


def test_what_seizes_by_itself_does_not_count_beside_a_disconnection(patient):
    found = sb.plan_surgery(
        patient, duration=LENGTH, operation=Operation("disconnection"), n_runs=4
    )
    assert found.best.tracts == (("region_0", "region_1"),)
    beside = clinical_resection(patient, found, resected=["region_1"], duration=LENGTH)
    assert beside.operations["clinic"].freedom == 1.0
