import numpy as np
import pytest

from surrobrain.errors import NotEnough
from surrobrain.signals.embedding import choose_delay, choose_dimension, delay_embedding
from tests.chaos import henon, lorenz


def test_states_hold_the_past_of_every_region():
    values = np.arange(12.0).reshape(6, 2)
    states = delay_embedding(values, delay=2, dimension=3)
    assert states.tolist() == [[0, 1, 4, 5, 8, 9], [2, 3, 6, 7, 10, 11]]


def test_no_state_spans_a_gap():
    values = np.arange(6.0)[:, None]
    values[3] = np.nan
    states = delay_embedding(values, delay=1, dimension=2)
    assert np.isfinite(states).all(axis=1).tolist() == [True, True, False, False, True]


def test_lorenz_from_one_variable():
    """Delay 0.16 to 0.19 time units and dimension 3 are those of the textbooks."""
    signal = lorenz()[:, 0]
    delay = choose_delay(signal)
    assert 14 <= delay <= 22
    assert choose_dimension(signal, delay=delay) == 3


def test_a_map_needs_no_delay_and_two_dimensions():
    signal = henon(3000)[:, 0]
    assert choose_delay(signal) == 1
    assert choose_dimension(signal, delay=1) == 2


def test_noise_has_no_dimension():
    noise = np.random.default_rng(0).normal(size=2000)
    with pytest.raises(ValueError, match="up to dimension 4 more than 1% of the neighbors"):
        choose_dimension(noise, delay=1, highest=4)


def test_short_signals_are_refused_with_the_number():
    short = np.arange(50.0)
    for ask in (choose_delay, lambda x: choose_dimension(x, delay=1)):
        with pytest.raises(NotEnough, match="needs 100 samples, but 50 arrived"):
            ask(short)
    with pytest.raises(NotEnough, match="spans 61 samples, but 50 arrived"):
        delay_embedding(short[:, None], delay=30, dimension=3)
