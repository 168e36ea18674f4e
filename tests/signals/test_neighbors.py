import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from surrobrain.signals.neighbors import decorrelation_time, nearest_neighbors


@given(theiler=st.integers(0, 60), seed=st.integers(0, 20))
def test_neighbors_are_those_of_the_full_table_of_distances(theiler, seed):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(80, 2)).cumsum(axis=0)  # near in time is near in space
    states[rng.integers(80, size=3)] = np.nan
    rows = np.flatnonzero(np.isfinite(states[:, 0]))
    distance = cdist(states[rows], states[:70])
    distance[np.abs(rows[:, None] - np.arange(70)) <= theiler] = np.nan
    distance[distance == 0] = np.nan
    expected = np.array([-1 if np.isnan(d).all() else np.nanargmin(d) for d in distance])
    assert (nearest_neighbors(states, rows, theiler=theiler, last=70) == expected).all()


def test_states_that_coincide_are_no_neighbors():
    states = np.array([[1.0], [9.0], [1.0], [3.0]])
    assert nearest_neighbors(states, np.array([0]), theiler=0, last=4).tolist() == [3]
    assert nearest_neighbors(np.ones((5, 1)), np.array([0]), theiler=0, last=5).tolist() == [-1]


def test_the_slowest_signal_decides_the_memory():
    times = np.arange(4000)
    slow, fast = (np.sin(2 * np.pi * times / period) for period in (200, 20))
    assert decorrelation_time(np.stack([fast, slow], axis=1)) in (50, 51)
    assert decorrelation_time(fast[:, None]) in (5, 6)
    gappy = slow.copy()
    gappy[1000:1100] = np.nan
    assert abs(decorrelation_time(gappy[:, None]) - 50) <= 2


def test_a_signal_without_a_zero_remembers_everything():
    assert decorrelation_time(np.ones((30, 1))) <= 30
