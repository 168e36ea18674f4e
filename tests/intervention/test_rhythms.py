import numpy as np
import pytest

import surrobrain as sb
from surrobrain.intervention.rhythms import PairedSpectra


def test_the_interval_covers_a_known_change_and_none():
    rng = np.random.default_rng(3)
    pairs = PairedSpectra(100.0)
    for _ in range(12):
        noise = rng.normal(size=(800, 2))
        pairs.add(noise, np.stack([2 * noise[:, 0], rng.normal(size=800)], axis=1))
    found = pairs.rhythms()
    assert found is not None
    np.testing.assert_allclose(found.change[:, 0], 20 * np.log10(2))
    covered = ((found.low[:, 1] < 0) & (found.high[:, 1] > 0)).mean()
    assert covered > 0.85
    np.testing.assert_allclose(found.after[:, 0], 4 * found.before[:, 0])


def test_power_that_is_not_there_has_no_ratio():
    pairs = PairedSpectra(10.0)
    for _ in range(2):
        pairs.add(np.zeros((40, 1)), np.random.default_rng(0).normal(size=(40, 1)))
    found = pairs.rhythms()
    assert found is not None
    assert np.isnan(found.change).all()


def test_an_effect_holds_its_first_pair_and_the_spectra_of_all():
    model = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.3, noise=1.0)
    wave = sb.protocols.sinusoid(regions=["region_0"], amplitude=5.0, rate=12.5)
    effect = sb.what_if(model, stimulus=wave, duration=3.0, n_seeds=3)
    assert effect.example[0].shape == effect.difference.shape
    peak = effect.rhythms.change[:, 0].argmax()
    assert effect.rhythms.frequencies[peak] == pytest.approx(12.5, abs=1.4)
    assert effect.rhythms.low[peak, 0] > 0
