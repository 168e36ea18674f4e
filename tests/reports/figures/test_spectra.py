import numpy as np
import pytest

from surrobrain.data.recording import Recording
from surrobrain.reports.figures.spectra import spectra


def test_the_line_is_the_median_region_and_peaks_where_the_rhythm_is():
    times = np.arange(2000) / 100.0
    noise = 0.1 * np.random.default_rng(0).normal(size=(2000, 3))
    real = Recording(np.sin(2 * np.pi * 10.0 * times)[:, None] + noise, 100.0)
    picture = spectra(real, Recording(noise, 100.0))
    measured, model = picture.figure.axes[0].lines
    assert abs(measured.get_xdata()[measured.get_ydata().argmax()] - 10.0) < 0.3
    assert measured.get_ydata().max() > 100 * model.get_ydata().max()
    picture.png()


def test_recordings_of_different_length_share_their_frequencies(recording):
    measured, model = spectra(recording(4, 300), recording(4, 900)).figure.axes[0].lines
    assert (measured.get_xdata() == model.get_xdata()).all()


@pytest.mark.parametrize(("n_times", "every"), [(30, None), (400, 12)])
def test_the_window_fits_the_longest_stretch(recording, n_times, every):
    values = recording(3, n_times).values.copy()
    if every is not None:
        values[::every] = np.nan
    measured, model = (
        spectra(Recording(values, 1.4, on_bad="mask"), recording(3, 900)).figure.axes[0].lines
    )
    assert np.isfinite(measured.get_ydata()).all()
    assert (measured.get_xdata() == model.get_xdata()).all()


def test_frequent_gaps_are_refused_in_plain_words(recording):
    values = recording(3, 400).values.copy()
    values[::8] = np.nan
    with pytest.raises(ValueError, match="no stretch without a missing sample has 8 samples"):
        spectra(Recording(values, 1.4, on_bad="mask"), recording(3))
