import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import surrobrain as sb
from surrobrain.intervention.dose import dose
from surrobrain.intervention.protocols.pulse_train import pulse_train
from surrobrain.intervention.protocols.sinusoid import sinusoid
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.stimulus import Stimulus


def test_a_step_starts_and_stops_where_it_says(linear_brain):
    drive = step(regions=["B"], amplitude=2.0, onset=0.5, duration=0.3).sampled(linear_brain(), 12)
    assert np.allclose(drive[:, 1], [0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0, 0])
    assert not drive[:, [0, 2, 3]].any()


def test_samples_before_the_onset_are_exactly_zero(linear_brain):
    drive = sinusoid(regions=["A"], amplitude=1.0, rate=2.0, phase=0.7, onset=1.03)
    assert not drive.sampled(linear_brain(), 10).any()


def test_weights_scale_each_region(linear_brain):
    drive = step(regions=["A", "C"], amplitude=2.0, weights=[1.0, -0.5]).sampled(linear_brain(), 3)
    assert np.allclose(drive, [[2.0, 0.0, -1.0, 0.0]] * 3)


def test_a_sum_delivers_both(linear_brain):
    model = linear_brain()
    first, second = step(regions=["A"], amplitude=1.0), sinusoid(regions=["A", "B"], amplitude=0.5)
    third = pulse_train(regions=["C"], amplitude=1.0)
    total = first + (second + third)
    expected = sum(part.sampled(model, 30) for part in (first, second, third))
    assert np.allclose(total.sampled(model, 30), expected)
    assert len(total.parts) == 3


@given(
    rate=st.floats(0.1, 5.0),
    share=st.floats(0.01, 1.0),
    onset=st.floats(0.0, 2.0),
)
def test_pulses_keep_their_charge_at_any_rate(rate, share, onset):
    """Whole pulses hold amplitude x width each, however they fall on the samples."""
    width = share / rate
    train = pulse_train(
        regions=["A"], amplitude=3.0, rate=rate, width=width, onset=onset, duration=4 / rate
    )
    edges = np.arange(1000) / 10.0
    total = np.diff(train.charge(edges)).sum()
    assert total == pytest.approx(3.0 * 4 * width, rel=1e-9)


def test_a_pulse_shorter_than_a_sample_is_spread_over_it(linear_brain):
    train = pulse_train(regions=["A"], amplitude=10.0, rate=1.0, width=0.01)
    drive = train.sampled(linear_brain(sfreq=10.0), 20)[:, 0]
    assert np.allclose(drive[[0, 10]], 1.0)
    assert np.allclose(np.delete(drive, [0, 10]), 0.0, atol=1e-12)


def test_a_sinusoid_is_the_mean_over_each_sample(linear_brain):
    rate, sfreq = 1.5, 10.0
    drive = sinusoid(regions=["A"], amplitude=2.0, rate=rate).sampled(linear_brain(), 40)[:, 0]
    middle = (np.arange(40) + 0.5) / sfreq
    expected = 2.0 * np.sin(2 * np.pi * rate * middle) * np.sinc(rate / sfreq)
    assert np.allclose(drive, expected)


def test_a_sampled_waveform_at_the_models_rate_arrives_unchanged(linear_brain):
    values = np.random.default_rng(0).normal(size=15)
    drive = Stimulus.from_samples(values, sfreq=10.0, regions=["D"], onset=0.5)
    sampled = drive.sampled(linear_brain(), 30)[:, 3]
    assert np.allclose(sampled, [*np.zeros(5), *values, *np.zeros(10)])


def test_a_fast_train_on_a_slow_model_is_refused_with_a_way_out(linear_brain):
    fast = pulse_train(regions=["A"], amplitude=1.0, rate=130.0)
    with pytest.raises(ValueError, match=r"130 Hz.*follows at most 0.7 Hz.*260 Hz.*protocols.step"):
        fast.sampled(linear_brain(sfreq=1.4), 10)


def test_the_fastest_part_of_a_sum_decides(linear_brain):
    both = step(regions=["A"], amplitude=1.0) + sinusoid(regions=["B"], amplitude=1.0, rate=6.0)
    with pytest.raises(ValueError, match="6 Hz"):
        both.sampled(linear_brain(sfreq=10.0), 10)


def test_a_fast_sampled_waveform_is_refused(linear_brain):
    wave = np.sin(2 * np.pi * 20.0 * np.arange(1000) / 1000.0)
    stimulus = Stimulus.from_samples(wave, sfreq=1000.0, regions=["A"])
    assert stimulus.fastest == pytest.approx(20.0)
    with pytest.raises(ValueError, match="20 Hz"):
        stimulus.sampled(linear_brain(sfreq=10.0), 10)


def test_a_constant_waveform_suits_every_model(linear_brain):
    still = Stimulus.from_samples(np.ones(100), sfreq=50.0, regions=["A"])
    assert np.allclose(still.sampled(linear_brain(sfreq=0.5), 2)[:, 0], [1.0, 0.0])


def test_an_unknown_region_is_named_with_its_neighbor(linear_brain):
    with pytest.raises(ValueError, match=r"no region 'AA'; did you mean 'A'|no region 'AA'"):
        step(regions=["AA"], amplitude=1.0).sampled(linear_brain(), 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"regions": []}, "at least one region"),
        ({"regions": ["A", "B"], "weights": [1.0]}, "1 weights arrived for 2 regions"),
        ({"amplitude": float("nan")}, "amplitude"),
        ({"onset": -1.0}, "onset"),
        ({"duration": 0.0}, "duration"),
    ],
)
def test_nonsense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        step(**({"regions": ["A"], "amplitude": 1.0} | wrong))


def test_a_pulse_longer_than_its_period_is_refused():
    with pytest.raises(ValueError, match=r"at most one period of 0.1 s"):
        pulse_train(regions=["A"], amplitude=1.0, rate=10.0, width=0.2)


def test_a_slowly_sampled_network_takes_fast_pulses_whole():
    network = sb.Network(
        sb.Linear(tau=0.1), sb.examples.ring(3), coupling=0.0,
        observer=sb.observers.Identity(1.0), dt=1e-3, settle=0.0,
    )  # fmt: skip
    train = pulse_train(regions=["region_1"], rate=10.0, width=0.01, amplitude=2.0, duration=2.0)
    drive = train.sampled(network, 3)
    assert drive.shape == (3 * network.rows_per_sample(train.fastest), 3)
    assert 1000 % network.rows_per_sample(train.fastest) == 0
    np.testing.assert_allclose(dose(train, network, duration=3.0).charge, 20 * 0.01 * 2.0)
    steady = network.run(3, inputs=train.sampled(network, 3)).values[:, 1]
    # the mean of a leaky region is the mean of its drive, 0.2, less what is still inside it
    assert steady[1] == pytest.approx(0.2, rel=0.01)
    assert steady[2] < 0.03
