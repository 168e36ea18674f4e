import numpy as np
import pytest

from surrobrain.mechanistic.spiking.spikes import Spikes
from surrobrain.reports.figures.raster import raster


def spikes():
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0.0, 1.0, 2000))
    return Spikes(times, rng.integers(0, 200, 2000), ("E", "I"), (160, 40), 1.0)


def test_every_spike_of_the_neurons_shown_is_a_mark():
    picture = raster(spikes(), start=0.2, stop=0.6, n_neurons=50)
    dots = picture.figure.axes[0]
    record = spikes()
    within = (record.times > 0.2) & (record.times <= 0.6)
    expected = [within & (record.neurons < 40), within & (record.neurons >= 160)]
    expected[1] &= record.neurons < 170
    for line, mine in zip((dots.lines[0], dots.lines[2]), expected, strict=True):
        assert np.array_equal(line.get_xdata(), record.times[mine])
    assert [t.get_text() for t in dots.get_yticklabels()] == ["E", "I"]
    assert "50 of 200 neurons" in dots.get_title(loc="left")
    picture.png()


def test_words_tell_the_rates_of_the_stretch():
    record = spikes()
    late = record.of("I") & (record.times > 0.5)
    assert f"I {late.sum() / (40 * 0.5):.3g} Hz" in raster(record, start=0.5).alt


def test_the_lines_below_are_the_rates_of_all_neurons():
    record = spikes()
    line = raster(record).figure.axes[1].lines[0]
    assert np.allclose(line.get_ydata(), record.binned(0.005, "E"))
    assert "bins of 5 ms" in raster(record).figure.axes[1].get_title(loc="left")


def test_a_silent_network_can_be_drawn():
    none = np.zeros(0)
    picture = raster(Spikes(none, none.astype(int), ("E",), (10,), 0.5))
    assert "E 0 Hz" in picture.alt
    assert picture.png().startswith(b"\x89PNG")


def test_a_stretch_beyond_the_record_is_refused():
    with pytest.raises(ValueError, match="stop must be between"):
        raster(spikes(), stop=2.0)
