import numpy as np
import pytest

import surrobrain as sb
from surrobrain.reports.figures.before_after import before_after


@pytest.fixture(scope="module")
def driven():
    pair = sb.Connectome(np.array([[0.0, 0.0], [0.5, 0.0]]), names=["A", "B"])
    model = sb.Network(sb.Linear(), pair, noise=1.0)
    wave = sb.protocols.sinusoid(regions=["A"], amplitude=30.0, rate=20.0)
    return sb.what_if(model, stimulus=wave, duration=4.0, n_seeds=4)


def test_the_runs_of_the_first_pair_are_drawn_with_their_spectra(driven):
    picture = before_after(driven)
    runs, spectra = picture.figure.axes[:2]
    after, before = (line.get_ydata() for line in runs.lines)
    np.testing.assert_array_equal(before, driven.example[0][:, 0])
    np.testing.assert_array_equal(after, driven.example[1][:, 0])
    drawn = spectra.lines[0].get_ydata()
    assert driven.rhythms.frequencies[drawn.argmax()] == pytest.approx(20.0, abs=1.1)
    assert "dB at 20 Hz in A" in picture.caption
    picture.png()


def test_regions_can_be_chosen_and_runs_too_short_have_no_spectrum(driven):
    picture = before_after(driven, regions=("B",))
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["B"]
    model = sb.Network(sb.Linear(), sb.examples.ring(3), noise=1.0)
    short = sb.what_if(model, lesion=["region_0"], duration=0.06, n_seeds=2)
    assert short.rhythms is None
    assert "power" not in before_after(short).caption


def test_an_effect_without_runs_is_refused(effect):
    with pytest.raises(ValueError, match="holds no pair of runs"):
        before_after(effect())
