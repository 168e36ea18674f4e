import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.errors import MissingDependency, NotEnough
from surrobrain.signals.persistent_homology import (
    diagram_distance,
    landmarks,
    persistence_diagram,
)
from tests.chaos import lorenz

diagrams = st.lists(st.tuples(st.floats(0, 2), st.floats(0.01, 2)), min_size=0, max_size=5).map(
    lambda rows: np.array([(b, b + life) for b, life in rows], dtype=float).reshape(-1, 2)
)


def circle(n: int, *, noise: float = 0.0) -> np.ndarray:
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, size=n)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return ring + noise * np.random.default_rng(1).normal(size=ring.shape)


def test_a_circle_has_one_loop_that_dies_at_root_three():
    pytest.importorskip("ripser")
    (loop,) = persistence_diagram(circle(3000), n_landmarks=200)
    assert loop[0] < 0.1
    assert loop[1] == pytest.approx(np.sqrt(3), abs=0.02)


def test_two_circles_have_two_loops_and_one_gap():
    pytest.importorskip("ripser")
    both = np.vstack([circle(1000), circle(1000) + np.array([5.0, 0.0])])
    loops = persistence_diagram(both, n_landmarks=150)
    assert (loops[:, 1] - loops[:, 0] > 1).sum() == 2
    gaps = persistence_diagram(both, degree=0, n_landmarks=150)
    assert gaps[0, 1] == pytest.approx(3.0, abs=0.05)
    assert gaps[1, 1] < 0.3


def test_size_is_that_of_the_states_and_order_of_dimensions_does_not_matter():
    pytest.importorskip("ripser")
    states = circle(500, noise=0.1)
    one = persistence_diagram(states, n_landmarks=80)
    other = persistence_diagram(3 - 10 * states[:, ::-1], n_landmarks=80)
    assert other == pytest.approx(10 * one, rel=1e-5)


def test_lorenz_is_nearer_to_itself_than_to_noise():
    pytest.importorskip("ripser")
    states = lorenz() / lorenz().std(axis=0)
    cloud = np.random.default_rng(0).normal(size=states.shape)
    one, two, noise = (
        persistence_diagram(x, n_landmarks=100) for x in (states[:10_000], states[10_000:], cloud)
    )
    assert 3 * diagram_distance(one, two) < diagram_distance(one, noise)


@given(first=diagrams, second=diagrams, third=diagrams)
def test_the_distance_is_a_metric(first, second, third):
    assert diagram_distance(first, first) == 0
    there, back = diagram_distance(first, second), diagram_distance(second, first)
    assert there == pytest.approx(back, abs=1e-9)
    assert there <= diagram_distance(first, third) + diagram_distance(third, second) + 1e-9


@given(first=diagrams, second=diagrams)
def test_no_pairing_is_cheaper(first, second):
    """Against the square table in which every class may meet its own shadow on the diagonal."""
    from scipy.optimize import linear_sum_assignment

    m, n = len(first), len(second)
    cost = np.zeros((m + n, m + n))
    cost[:m, :n] = np.linalg.norm(first[:, None] - second, axis=2)
    cost[:m, n:] = ((first[:, 1] - first[:, 0]) / np.sqrt(2))[:, None]
    cost[m:, :n] = (second[:, 1] - second[:, 0]) / np.sqrt(2)
    expected = cost[linear_sum_assignment(cost)].sum()
    assert diagram_distance(first, second) == pytest.approx(expected, abs=1e-9)


def test_the_distance_agrees_with_persim():
    persim = pytest.importorskip("persim")
    rng = np.random.default_rng(0)
    first, second = (np.sort(rng.random((n, 2)), axis=1) for n in (30, 40))
    expected = persim.wasserstein(first, second)
    assert diagram_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_landmarks_cover_the_states():
    states = lorenz()[:5000]
    chosen = landmarks(states, 60, seed=3)
    assert len(set(chosen.tolist())) == 60
    gaps = np.linalg.norm(states[:, None] - states[chosen], axis=2).min(axis=1)
    between = np.linalg.norm(states[chosen][:, None] - states[chosen], axis=2)
    between[np.eye(60, dtype=bool)] = np.inf
    assert gaps.max() <= between.min()  # the next landmark would be nearer than any two are


def test_missing_states_are_no_landmarks_and_too_few_are_refused():
    states = circle(300)
    states[::2] = np.nan
    assert (landmarks(states, 40) % 2 == 1).all()
    with pytest.raises(NotEnough, match="200 landmarks need as many samples, but 150 arrived"):
        landmarks(states, 200)


def test_without_ripser_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ripser", None)
    with pytest.raises(MissingDependency, match=r"surrobrain\[topology\]"):
        persistence_diagram(circle(100), n_landmarks=50)
