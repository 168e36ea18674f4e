import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import surrobrain as sb
from surrobrain.learned.windows import training_windows


def counting(n_times: int, *, missing: tuple[int, ...] = ()) -> sb.Recording:
    values = np.arange(2.0 * n_times).reshape(n_times, 2)
    values[list(missing)] = np.nan
    return sb.Recording(values, 1.0, on_bad="keep")


@given(
    lengths=st.lists(st.integers(16, 24), min_size=1, max_size=3),
    gap=st.integers(0, 7),
    memory=st.integers(1, 3),
    horizon=st.integers(1, 3),
)
def test_no_window_crosses_a_gap_or_an_end(lengths, gap, memory, horizon):
    recordings = [counting(n, missing=(gap,)) for n in lengths]
    windows, targets = training_windows(recordings, memory=memory, horizon=horizon)
    together = np.concatenate([windows, targets], axis=1)
    assert np.isfinite(together).all()
    assert (np.diff(together, axis=1) == 2).all()  # neighbors in one recording differ by 2
    span = memory + horizon - 1
    expected = sum(max(gap - span, 0) + max(n - gap - 1 - span, 0) for n in lengths)
    assert len(windows) == expected


def test_too_short_is_refused_with_the_longest_stretch():
    with pytest.raises(ValueError, match=r"needs 4 samples in a row, but the longest.* has 3"):
        training_windows([counting(6, missing=(3,))], memory=3)
