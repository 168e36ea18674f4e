"""What every stimulation protocol must offer; a new file is tested the day it appears."""

import inspect
from dataclasses import dataclass

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.forward import Trajectory
from surrobrain.intervention.dose import dose
from surrobrain.intervention.stimulus import Stimulus

FOLDER = "surrobrain.intervention.protocols"


@dataclass(frozen=True)
class Still:
    """A model that only has regions and a rate."""

    regions: tuple[str, ...] = ("A", "B", "C")
    names: tuple[str, ...] = ("A", "B", "C")
    sfreq: float = 1000.0
    modality: str = "activity"
    n_regions: int = 3

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        return Trajectory(np.zeros((n_times, 3)), state)


@pytest.fixture(params=catalog.names(FOLDER))
def protocol(request):
    return catalog.load(FOLDER, request.param)


def test_regions_and_amplitude_are_all_that_must_be_said(protocol):
    parameters = inspect.signature(protocol).parameters
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    needed = {n for n, p in parameters.items() if p.default is inspect.Parameter.empty}
    assert needed == {"regions", "amplitude"}
    assert {"onset", "duration", "weights"} <= set(parameters)


def test_it_returns_a_stimulus_that_says_what_it_is(protocol):
    stimulus = protocol(regions=["B"], amplitude=0.5)
    assert isinstance(stimulus, Stimulus)
    assert "0.5" in stimulus.in_words()
    assert stimulus.in_words().endswith("at B")


def test_it_acts_where_and_when_it_says(protocol):
    drive = protocol(regions=["B"], amplitude=0.5, onset=1.0, duration=2.0).sampled(Still(), 5000)
    assert drive.shape == (5000, 3)
    assert np.isfinite(drive).all()
    assert not drive[:, [0, 2]].any()
    assert not drive[:1000].any()
    assert drive[1000:3000].any()
    assert np.allclose(drive[3000:], 0.0, atol=1e-12)


def test_drive_is_proportional_to_amplitude_and_zero_at_zero(protocol):
    one = protocol(regions=["B"], amplitude=1.0).sampled(Still(), 300)
    minus = protocol(regions=["B"], amplitude=-2.5).sampled(Still(), 300)
    none = protocol(regions=["B"], amplitude=0.0).sampled(Still(), 300)
    assert np.allclose(minus, -2.5 * one)
    assert not none.any()


def test_charge_does_not_depend_on_the_rate_of_the_model(protocol):
    stimulus = protocol(regions=["B"], amplitude=1.0, onset=0.37, duration=3.1)
    fine = dose(stimulus, Still(sfreq=10000.0), duration=5.0)
    coarse = dose(stimulus, Still(), duration=5.0)
    assert coarse.net == pytest.approx(fine.net)


def test_a_mapping_gives_every_region_its_weight(protocol):
    drive = protocol(regions={"C": 1.0, "A": -0.5}, amplitude=2.0).sampled(Still(), 500)
    assert np.allclose(drive[:, 0], -0.5 * drive[:, 2])
    with pytest.raises(ValueError, match="leave weights out"):
        protocol(regions={"C": 1.0}, amplitude=2.0, weights=[1.0])


def test_an_amplitude_that_is_no_number_is_refused(protocol):
    with pytest.raises((ValueError, TypeError)):
        protocol(regions=["B"], amplitude=float("inf"))
