import numpy as np
import pytest

import surrobrain as sb


def autoregression(order: int, *, seed: int, n_times: int = 1500) -> sb.Recording:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_times, 3))
    for t in range(order, n_times):
        x[t] += 0.5 * x[t - 1] * (order > 1) - 0.6 * x[t - order]
    return sb.Recording(x, sfreq=1.0)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_finds_the_order_of_the_process(order):
    assert [sb.choose_memory(autoregression(order, seed=s)) for s in range(3)] == [order] * 3


def test_noise_needs_no_memory():
    noise = sb.Recording(np.random.default_rng(0).normal(size=(600, 4)), sfreq=1.0)
    assert sb.choose_memory(noise, highest=4) == 1


def test_gaps_are_not_crossed():
    values = autoregression(2, seed=0).values.copy()
    values[::50] = np.nan
    gapped = sb.Recording(values, sfreq=1.0, on_bad="mask")
    assert sb.choose_memory(gapped) == 2


def test_too_short_a_recording_is_refused():
    with pytest.raises(ValueError, match="use a longer recording or a shorter memory"):
        sb.choose_memory(sb.Recording(np.eye(4), sfreq=1.0), highest=6)
