"""Regions are driven and lesioned, channels are seen: two lists, told apart all the way."""

import dataclasses

import numpy as np
import pytest

from surrobrain.intervention.dose import dose
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.what_if import what_if
from surrobrain.simulation import simulate

GAIN = np.array([[1.0, 0.5, 0.0], [0.0, -0.3, 2.0]])
PULSE = step(regions=["C"], amplitude=1.0, duration=0.1)


@pytest.fixture
def behind(wired_brain):
    """Three regions A, B, C, seen through two channels."""
    return wired_brain(3, sigma=1.0, gain=GAIN)


@pytest.fixture
def bare(behind):
    return dataclasses.replace(behind, gain=None)


def test_a_run_has_a_column_per_channel(behind, bare):
    seen = simulate(behind, duration=3.0, stimulus=PULSE, seed=1)
    assert seen.names == ("E0", "E1")
    regions = simulate(bare, duration=3.0, stimulus=PULSE, seed=1).values
    np.testing.assert_allclose(seen.values, regions @ GAIN.T)


def test_a_stimulus_at_a_region_has_the_dose_of_that_region(behind):
    assert PULSE.sampled(behind, 4).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert dose(PULSE, behind, duration=1.0).names == ("C",)
    with pytest.raises(ValueError, match="no region 'E0'"):
        step(regions=["E0"], amplitude=1.0).sampled(behind, 4)


def test_what_if_drives_a_region_and_sees_channels(behind):
    effect = what_if(behind, stimulus=PULSE, duration=2.0, n_seeds=2)
    weights, state = behind.connectome.weights, np.array([0.0, 0.0, 1.0])
    for difference in effect.difference:
        np.testing.assert_allclose(difference, GAIN @ state, atol=1e-12)
        state = weights @ state
    assert effect.names == ("E0", "E1")
    assert effect.fc_before.shape == (2, 2)


def test_a_lesion_cuts_a_region_and_silences_no_channel(behind):
    effect = what_if(behind, lesion=["C"], duration=20.0, n_seeds=3)
    assert np.isfinite(effect.response).all()
    weights = lesion(behind, regions=["C"]).connectome.weights
    assert not weights[2].any()
    assert not weights[:, 2].any()
    assert what_if(behind, lesion=[2], duration=20.0, n_seeds=3).response == pytest.approx(
        effect.response
    )


def test_a_learned_model_of_channels_has_no_region_to_silence(linear_brain):
    class Channels(type(linear_brain())):
        names = ("E0", "E1", "E2", "E3")

    known = linear_brain()
    with pytest.raises(TypeError, match="4 channels from channels"):
        lesion(Channels(known.lags, known.center), regions=["A"])
