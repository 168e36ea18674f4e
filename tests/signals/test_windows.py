import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.signals.windows import valid_samples, window_starts


@given(
    st.lists(st.booleans(), min_size=1, max_size=60),
    st.integers(1, 10),
    st.integers(1, 10),
)
def test_windows_cross_no_gap_and_none_is_forgotten(valid, length, step):
    valid = np.array(valid)
    starts = window_starts(valid, length=length, step=step)
    assert all(valid[s : s + length].all() and s + length <= len(valid) for s in starts)
    every = [s for s in range(len(valid) - length + 1) if valid[s : s + length].all()]
    if step == 1:
        assert starts.tolist() == every
    else:
        assert set(starts) <= set(every)
        assert bool(len(starts)) == bool(every)


def test_a_sample_is_missing_when_one_region_is():
    values = np.ones((4, 2))
    values[1, 0], values[2, 1] = np.nan, np.inf
    assert valid_samples(values).tolist() == [True, False, False, True]


def test_a_window_has_at_least_one_sample():
    with pytest.raises(ValueError, match="length must be at least 1"):
        window_starts(np.ones(3, dtype=bool), length=0)
