import numpy as np
import pytest

from surrobrain.mechanistic.spiking.spikes import Spikes


def record():
    times = np.array([0.01, 0.02, 0.02, 0.03, 0.055, 0.09])
    return Spikes(times, np.array([0, 0, 2, 0, 2, 0]), ("E", "I"), (2, 1), 0.1)


def test_rates_count_silent_neurons():
    assert record().rates() == {"E": 4 / 0.2, "I": 20.0}


def test_bins_hold_every_spike_once():
    binned = record().binned(0.02)
    assert np.allclose(binned * 3 * 0.02, [3, 1, 1, 0, 1])
    assert np.allclose(record().binned(0.02, "I") * 0.02, [1, 0, 1, 0, 0])


def test_what_comes_after_is_counted_from_there():
    late = record().after(0.025)
    assert np.allclose(late.times, [0.005, 0.03, 0.065])
    assert late.duration == pytest.approx(0.075)
    with pytest.raises(ValueError, match="what is left of the record"):
        record().after(0.1)


def test_variation_is_that_of_the_intervals():
    intervals = np.array([0.01, 0.01, 0.06])
    assert record().variation("E", least=3) == pytest.approx(intervals.std() / intervals.mean())
    assert np.isnan(record().variation("I"))


def test_unknown_populations_are_named():
    with pytest.raises(ValueError, match="no population 'X'"):
        record().of("X")
