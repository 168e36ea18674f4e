"""Every protocol against what its paper says, and where stimuli arrive."""

import numpy as np
import pytest

from surrobrain.intervention.dose import dose
from surrobrain.intervention.protocols import (
    dbs,
    noise,
    paired_pulse,
    seeg_50hz,
    single_pulse,
    tdcs,
    theta_burst,
)
from surrobrain.intervention.spatial import electrode_weights, field_weights


@pytest.fixture
def fast(linear_brain):
    return linear_brain(sfreq=10000.0)


def _onsets(drive, sfreq):
    acting = np.abs(drive) > 1e-9
    return np.flatnonzero(acting & ~np.concatenate([[False], acting[:-1]])) / sfreq


@pytest.mark.parametrize(("pattern", "lasts"), [("intermittent", 191.8), ("continuous", 39.8)])
def test_theta_bursts_are_those_of_huang(linear_brain, pattern, lasts):
    model = linear_brain(sfreq=1000.0)
    stimulus = theta_burst(regions=["A"], amplitude=2.0, pattern=pattern)
    onsets = _onsets(stimulus.sampled(model, 200_000)[:, 0], 1000.0)
    assert len(onsets) == 600
    assert np.allclose(onsets[:9], [0, 0.02, 0.04, 0.2, 0.22, 0.24, 0.4, 0.42, 0.44])
    assert onsets[-1] == pytest.approx(lasts + 0.04)
    assert onsets[30] == pytest.approx(10.0 if pattern == "intermittent" else 2.0)
    assert dose(stimulus, model, duration=200.0).charge == pytest.approx([600 * 2.0 * 1e-3])


def test_deep_brain_stimulation_is_balanced_in_every_period(fast):
    stimulus = dbs(regions=["A"], amplitude=3.0, rate=125.0, width=1e-4)
    drive = stimulus.sampled(fast, 8000)[:, 0]
    assert np.allclose(drive.reshape(-1, 80).sum(axis=1), 0.0, atol=1e-9)
    assert np.allclose(drive[::80], 3.0)
    assert np.allclose(drive[1:80], -3.0 / 79)
    assert dbs(regions=["A"], amplitude=1.0).fastest == 130.0


def test_deep_brain_stimulation_leaves_no_charge_when_cut_short(fast):
    given = dose(dbs(regions=["A"], amplitude=3.0, rate=125.0, duration=0.1), fast, duration=1.0)
    assert given.net == pytest.approx([0.0], abs=1e-12)
    assert given.charge == pytest.approx([12 * 2 * 3.0 * 1e-4])
    assert given.charge_per_phase == pytest.approx([3e-4])


def test_seeg_trains_are_biphasic_and_refuse_models_that_would_see_nothing(fast, linear_brain):
    stimulus = seeg_50hz(regions={"A": 1.0, "B": -1.0}, amplitude=2.0)
    drive = stimulus.sampled(fast, 60_000)
    assert np.array_equal(drive[:, 0], -drive[:, 1])
    assert np.allclose(drive[:10, 0], 2.0)
    assert np.allclose(drive[10:20, 0], -2.0)
    assert not drive[20:200].any()
    assert not drive[50_000:].any()
    with pytest.raises(ValueError, match="500 Hz"):
        stimulus.sampled(linear_brain(sfreq=500.0), 10)


def test_a_paired_pulse_is_two_pulses(fast):
    stimulus = paired_pulse(regions=["A"], amplitude=5.0, interval=0.004, onset=0.01)
    drive = stimulus.sampled(fast, 400)[:, 0]
    expected = np.zeros(400)
    expected[100:110], expected[140:150] = 4.0, 5.0
    assert np.allclose(drive, expected)


def test_single_pulses_come_once_or_at_intervals(fast, linear_brain):
    once = single_pulse(regions=["A"], amplitude=5.0, onset=0.2)
    assert np.allclose(_onsets(once.sampled(fast, 30_000)[:, 0], 1e4), [0.2])
    again = single_pulse(regions=["A"], amplitude=5.0, onset=0.2, interval=1.1)
    assert np.allclose(_onsets(again.sampled(fast, 30_000)[:, 0], 1e4), [0.2, 1.3, 2.4])
    slow = dose(once, linear_brain(sfreq=1.0), duration=3.0)
    assert slow.charge == pytest.approx([5e-3])


def test_noise_has_the_deviation_asked_for_and_is_the_same_in_every_run(linear_brain):
    model = linear_brain(sfreq=50.0)
    first = noise(regions=["A"], amplitude=0.5, seed=3)
    drive = first.sampled(model, 20_000)[:, 0]
    assert drive.std() == pytest.approx(0.5, rel=0.03)
    assert abs(np.corrcoef(drive[1:], drive[:-1])[0, 1]) < 0.03
    assert np.allclose(first.sampled(model, 300)[:, 0], drive[:300])
    other = noise(regions=["A"], amplitude=0.5, seed=4).sampled(model, 20_000)[:, 0]
    assert abs(np.corrcoef(drive, other)[0, 1]) < 0.03


def test_direct_current_rises_and_falls(linear_brain):
    drive = tdcs(regions=["A"], amplitude=2.0, ramp=1.0, onset=1.0, duration=4.0)
    sampled = drive.sampled(linear_brain(sfreq=10.0), 70)[:, 0]
    times = (np.arange(70) + 0.5) / 10
    assert np.allclose(sampled, np.interp(times, [1, 2, 4, 5], [0, 2, 2, 0]))
    endless = tdcs(regions=["A"], amplitude=2.0).sampled(linear_brain(), 150)[:, 0]
    assert endless[-1] == pytest.approx(2.0)
    assert endless[50] == pytest.approx(1.01)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: theta_burst(regions=["A"], amplitude=1.0, width=0.03), "at most 0.02 s"),
        (lambda: dbs(regions=["A"], amplitude=1.0, width=0.01), "less than one period"),
        (lambda: dbs(regions=["A"], amplitude=1.0, duration=0.001), "at least one period"),
        (lambda: seeg_50hz(regions=["A"], amplitude=1.0, width=0.02), "two phases"),
        (lambda: single_pulse(regions=["A"], amplitude=1.0, interval=0.0), "longer than a pulse"),
        (lambda: paired_pulse(regions=["A"], amplitude=1.0, interval=1e-4), "interval"),
        (lambda: tdcs(regions=["A"], amplitude=1.0, ramp=2.0, duration=3.0), "do not fit"),
        (lambda: noise(regions=["A"], amplitude=1.0, rate=0.0), "rate"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_bipolar_electrode_falls_off_like_a_dipole():
    where = np.array([[0.0, 0.0, 5.0], [0.0, 0.0, -5.0], [5.0, 0.0, 0.0], [0.0, 0.0, 300.0]])
    contacts = np.array([[0.0, 0.0, 2.0], [0.0, 0.0, -2.0]])
    found = electrode_weights("abcd", where, contacts=contacts, currents=[1.0, -1.0])
    assert found == {"a": 1.0, "b": -1.0}
    inside = electrode_weights("a", where[:1], contacts=where[:1] + 0.1)
    assert inside == {"a": 1.0}


def test_a_field_counts_along_the_columns():
    field = np.array([[0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    normals = np.array([[0.0, 0.0, 3.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])
    assert field_weights("abc", field, normals=normals) == {"a": 1.0, "c": -0.5}
    assert field_weights("abc", field) == {"a": 1.0, "b": 0.5, "c": 0.5}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: field_weights("ab", np.zeros((2, 3))), "no region feels anything"),
        (lambda: field_weights("abc", np.ones((2, 3))), r"shape \(3, 3\)"),
        (lambda: electrode_weights("a", np.ones((1, 3)), contacts=np.ones((2, 3)), currents=[1.0]),
         "1 currents arrived for 2"),
    ],
)  # fmt: skip
def test_nonsense_in_space_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
