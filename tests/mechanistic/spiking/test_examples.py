"""The networks that the field knows by name do what their papers say."""

import functools

import numpy as np
import pytest
from scipy.optimize import brentq

from surrobrain.mechanistic.spiking.examples import brunel, coba, cuba
from surrobrain.mechanistic.spiking.siegert import siegert_rate
from surrobrain.mechanistic.spiking.spikes import Spikes


def test_cuba_keeps_itself_active_at_its_rate():
    # Brian2 2.9.0 with the paper's equations: 5.5 to 6.0 Hz over its first second
    spikes = cuba().spikes(1.3).after(0.3)
    assert 4.8 < spikes.rates()["E"] < 6.5
    assert 4.8 < spikes.rates()["I"] < 6.5
    assert spikes.binned(0.1).min() > 3.0


def test_coba_keeps_itself_active_at_its_rate():
    # Brian2 2.9.0 with the paper's equations: 19.1 to 19.6 Hz over its first second
    spikes = coba().spikes(1.3).after(0.3)
    assert 15.0 < spikes.rates()["E"] < 23.0
    assert 15.0 < spikes.rates()["I"] < 23.0
    assert spikes.binned(0.1).min() > 8.0


@functools.cache
def regime(g: float, nu: float, seconds: float) -> Spikes:
    """The network of 12,500 neurons, its first 0.2 s left out."""
    return brunel(g, nu).spikes(seconds + 0.2, seed=1).after(0.2)


def mean_field(g: float, nu: float) -> float:
    """The rate in Hz at which Siegert's neurons keep themselves going (Brunel 2000, section 3)."""

    def excess(rate: float) -> float:
        own, outside = 20.0 * rate / 1000, 20.0 * nu * 0.01  # arrivals per tau and source
        mean = 1000 * 0.1 * (outside + own * (1 - g / 4))
        variance = 1000 * 0.01 * (outside + own * (1 + g**2 / 4))
        return siegert_rate(mean, np.sqrt(variance)) - rate

    return brentq(excess, 0.1, 450.0)


def rhythm(spikes: Spikes) -> tuple[float, float]:
    """Frequency of the strongest rhythm of the population rate, and sd over mean of the rate."""
    rate = spikes.binned(1e-3)
    power = np.abs(np.fft.rfft(rate - rate.mean())) ** 2
    return float(np.fft.rfftfreq(len(rate), 1e-3)[power.argmax()]), rate.std() / rate.mean()


def test_synchronous_regular():
    spikes = regime(3.0, 2.0, 0.2)
    assert spikes.variation("E") < 0.05, "neurons are clocks"
    assert rhythm(spikes)[1] > 0.5, "that tick together"
    assert spikes.rates()["E"] > 250.0


def test_asynchronous_irregular():
    spikes = regime(5.0, 2.0, 1.0)
    assert spikes.rates()["E"] == pytest.approx(mean_field(5.0, 2.0), rel=0.03)
    assert spikes.rates()["I"] == pytest.approx(spikes.rates()["E"], rel=0.03)
    assert spikes.variation("E") > 0.3


def test_synchronous_irregular_fast():
    spikes = regime(6.0, 4.0, 0.6)
    frequency, depth = rhythm(spikes)
    assert 150.0 < frequency < 210.0
    assert depth > 1.2 * rhythm(regime(5.0, 2.0, 1.0))[1], "deeper than the asynchronous state"
    assert spikes.rates()["E"] < frequency / 2, "a neuron skips most cycles"
    assert spikes.variation("E") > 0.6
    assert spikes.rates()["E"] == pytest.approx(mean_field(6.0, 4.0), rel=0.1)


def test_synchronous_irregular_slow():
    spikes = regime(4.5, 0.9, 2.0)
    frequency, depth = rhythm(spikes)
    assert 15.0 < frequency < 35.0
    assert depth > 1.0
    assert spikes.rates()["E"] < frequency / 2
    assert spikes.rates()["E"] == pytest.approx(mean_field(4.5, 0.9), rel=0.3)
