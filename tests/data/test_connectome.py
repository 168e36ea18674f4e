"""Connectome: orientation, delays and normalizations against plain arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surrobrain.data.connectome import Connectome
from surrobrain.errors import BadRecording

WEIGHTS = np.array([[0.0, 2.0, 0.0], [1.0, 0.5, 4.0], [0.0, 0.0, 0.0]])
LENGTHS = np.array([[0.0, 20.0, 50.0], [20.0, 0.0, 40.0], [50.0, 40.0, 0.0]])


def make() -> Connectome:
    return Connectome(WEIGHTS, LENGTHS, ["a", "b", "c"])


def test_matrices_are_read_only_copies() -> None:
    weights = WEIGHTS.copy()
    connectome = Connectome(weights)
    weights[0, 1] = 77.0
    assert connectome.weights[0, 1] == 2.0
    with pytest.raises(ValueError, match="read-only"):
        connectome.weights[0, 1] = 1.0


@pytest.mark.parametrize("shape", [(2, 3), (3,), (0, 0), (2, 2, 2)])
@pytest.mark.usefixtures("as_users_call")
def test_only_square_matrices(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights must be a square matrix"):
        Connectome(np.zeros(shape))


@pytest.mark.usefixtures("as_users_call")
def test_sizes_must_fit() -> None:
    with pytest.raises(ValueError, match=r"lengths has shape \(2, 2\) but weights has \(3, 3\)"):
        Connectome(WEIGHTS, np.zeros((2, 2)))


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "a"]])
def test_names_must_fit_and_differ(names: list[str]) -> None:
    with pytest.raises(ValueError, match="2 different names arrived for 3 regions"):
        Connectome(WEIGHTS, names=names)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite_is_named(value: float) -> None:
    weights = WEIGHTS.copy()
    weights[1, 2] = value
    with pytest.raises(BadRecording, match=r"weights must be finite.*index \(1, 2\) \(c\)"):
        Connectome(weights, names=["a", "b", "c"])
    with pytest.raises(BadRecording, match="lengths must be finite"):
        Connectome(WEIGHTS, weights)


def test_negative_length_is_named_by_direction() -> None:
    lengths = LENGTHS.copy()
    lengths[1, 2] = -3.0
    with pytest.raises(BadRecording, match="from c to b is -3 mm"):
        Connectome(WEIGHTS, lengths, ["a", "b", "c"])


def test_density_and_symmetry() -> None:
    assert make().density == 3 / 6
    assert not make().symmetric
    assert Connectome(WEIGHTS + WEIGHTS.T).symmetric
    assert Connectome(np.ones((1, 1))).density == 0.0
    assert "asymmetric, with lengths" in repr(make())


def test_delays_in_seconds() -> None:
    delays = make().delays(5.0)
    assert delays[0, 1] == pytest.approx(20.0 / 5000.0)
    assert delays[1, 2] == pytest.approx(40.0 / 5000.0)
    assert (delays[WEIGHTS == 0] == 0).all()
    assert (np.diag(delays) == 0).all()


def test_delays_need_lengths() -> None:
    with pytest.raises(ValueError, match="delays need tract lengths"):
        Connectome(WEIGHTS).delays(5.0)
    lengths = LENGTHS.copy()
    lengths[1, 2] = 0.0
    with pytest.raises(ValueError, match="1 connections have length zero, the first from c to b"):
        Connectome(WEIGHTS, lengths, ["a", "b", "c"]).delays(5.0)
    with pytest.raises(ValueError, match="speed must be above 0 m/s"):
        make().delays(0.0)


def test_normalizations() -> None:
    assert make().normalized("max").weights.max() == 1.0
    pairs = ~np.eye(3, dtype=bool)
    assert make().normalized("mean").weights[pairs].mean() == pytest.approx(1.0)
    radius = np.abs(np.linalg.eigvals(make().normalized("spectral_radius").weights)).max()
    assert radius == pytest.approx(1.0)
    np.testing.assert_allclose(make().normalized("log1p").weights, np.log1p(WEIGHTS))
    full = Connectome(WEIGHTS + 1.0).normalized("row_sum")
    np.testing.assert_allclose(full.weights.sum(axis=1), 1.0)
    assert make().normalized("max").lengths is not None


@pytest.mark.usefixtures("as_users_call")
def test_normalizations_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="cannot normalize by row_sum"):
        Connectome(np.array([[0.0, 1.0, -1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])).normalized(
            "row_sum"
        )
    with pytest.raises(ValueError, match="log1p needs weights above -1"):
        Connectome(-WEIGHTS).normalized("log1p")
    with pytest.raises(ValueError, match="there is no normalization 'largest'"):
        make().normalized("largest")  # pyright: ignore
    with pytest.raises(ValueError, match="all weights zero"):
        Connectome(np.zeros((2, 2))).normalized("max")


def test_without_self() -> None:
    assert (np.diag(make().without_self().weights) == 0).all()
    assert make().without_self().weights[1, 2] == 4.0


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(3)))
def test_pick_permutes_both_matrices(order: list[int]) -> None:
    picked = make().pick(order)
    for i, old_i in enumerate(order):
        for j, old_j in enumerate(order):
            assert picked.weights[i, j] == WEIGHTS[old_i, old_j]
            assert picked.lengths is not None
            assert picked.lengths[i, j] == LENGTHS[old_i, old_j]


def test_without_leaves_out() -> None:
    assert make().without("b").names == ("a", "c")


def test_disconnected_cuts_both_directions_or_one() -> None:
    cut = make().disconnected(["b"])
    assert (cut.weights[1] == 0).all()
    assert (cut.weights[:, 1] == 0).all()
    single = make().disconnected(edges=[("b", "a")])
    assert single.weights[0, 1] == 0.0  # from b to a
    assert single.weights[1, 0] == 1.0  # the way back stays
    assert make().weights[0, 1] == 2.0


def test_row_sum_leaves_a_region_without_input_alone():
    weights = np.array([[0.0, 2.0], [0.0, 0.0]])
    assert np.array_equal(Connectome(weights).normalized("row_sum").weights, weights / 2)
    with pytest.raises(ValueError, match="cannot normalize by row_sum"):
        Connectome(np.zeros((2, 2))).normalized("row_sum")
