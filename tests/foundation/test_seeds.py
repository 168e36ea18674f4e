"""Seeds: the same numbers for the same seed, independent ones for others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.seeds import generator, spawn, stream

SEED = st.integers(0, 2**32)


@given(SEED)
def test_same_seed_same_numbers(seed: int) -> None:
    np.testing.assert_array_equal(generator(seed).random(3), generator(seed).random(3))
    np.testing.assert_array_equal(stream(seed, 1, 2).random(3), stream(seed, 1, 2).random(3))
    ours, theirs = (np.stack([rng.random(3) for rng in spawn(seed, 4)]) for _ in range(2))
    np.testing.assert_array_equal(ours, theirs)
    assert len(np.unique(ours)) == 12


def test_a_generator_is_used_as_it_is() -> None:
    rng = np.random.default_rng(0)
    assert generator(rng) is rng


@given(SEED, st.integers(0, 1000))
def test_streams_differ_by_every_key(seed: int, step: int) -> None:
    drawn = {
        float(rng.random())
        for rng in (
            stream(seed), stream(seed, step), stream(seed, step + 1),
            stream(seed + 1, step), stream(seed, step, 1), stream(seed, 1, step + 2),
        )
    }  # fmt: skip
    assert len(drawn) == 6


def test_streams_are_no_children_and_no_other_streams() -> None:
    rngs = [stream(2**32), stream(0, 1), stream(0), stream(0, 0), stream(0, 0, 0)]
    rngs += [stream(0, k) for k in range(2, 50)] + spawn(0, 50) + [generator(0)]
    assert len({float(rng.random()) for rng in rngs}) == len(rngs)


def test_streams_are_uncorrelated() -> None:
    draws = np.stack([stream(0, step).normal(size=500) for step in range(200)])
    between = np.corrcoef(draws)[np.triu_indices(200, k=1)]
    assert abs(between.std() * np.sqrt(500) - 1.0) < 0.05


def test_nothing_touches_the_global_state() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    generator(1).random()
    spawn(1, 3)
    stream(1, 2).random()
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
