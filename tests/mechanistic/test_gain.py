"""A gain is a finite matrix whose rows have names."""

import numpy as np
import pytest

from surrobrain.mechanistic.gain import channel_names, checked_gain, seen_through


@pytest.mark.parametrize("shape", [(3,), (0, 3), (3, 0), (2, 2, 2)])
def test_a_gain_is_a_matrix(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one row per channel and one column per region"):
        checked_gain(np.ones(shape))


def test_a_gain_is_a_copy() -> None:
    given = np.ones((2, 3), np.float32)
    kept = checked_gain(given)
    given[:] = 0.0
    assert kept.dtype == np.float64
    assert kept.all()


def test_rows_are_named() -> None:
    assert channel_names((), np.ones((2, 3))) == ("channel_0", "channel_1")
    with pytest.raises(ValueError, match="2 rows, but 3 channels with 3 different names"):
        channel_names(("a", "b", "c"), np.ones((2, 3)))


def test_trials_lead_and_other_brains_are_refused() -> None:
    values = np.random.default_rng(0).normal(size=(4, 5, 3))
    gain = np.random.default_rng(1).normal(size=(2, 3))
    np.testing.assert_allclose(seen_through(gain, values), np.einsum("cr,ktr->ktc", gain, values))
    with pytest.raises(ValueError, match="gain has 3 columns but the network has 4 regions"):
        seen_through(gain, np.zeros((5, 4)))
