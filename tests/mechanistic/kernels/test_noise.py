"""Noise: the published generator, normal, independent, and the same in both engines."""

import numpy as np
import pytest
import torch
from numba import njit
from scipy import stats

from surrobrain.mechanistic import draws
from surrobrain.mechanistic.engine import key_of
from surrobrain.mechanistic.kernels import noise

REGIONS, STEPS = 16, 40000


def compiled(dtype: str, *, variable: int = 0, lane: int = 0, seed: int = 5) -> np.ndarray:
    """Return normals (steps, regions) from the compiled generator."""
    normals = getattr(noise, f"normals_{dtype}")

    @njit
    def run(out, z, key, lane):
        for step in range(0, out.shape[0], 4):
            normals(z, variable, REGIONS, 1, key, lane, step)
            for phase in range(4):
                for k in range(REGIONS):
                    out[step + phase, k] = z[(4 * variable + phase) * REGIONS + k]

    out = np.empty((STEPS, REGIONS), dtype)
    run(out, np.empty(8 * REGIONS, dtype), np.uint64(key_of(seed)), np.uint64(lane))
    return out


@pytest.fixture(scope="module")
def double() -> np.ndarray:
    return compiled("float64", variable=1, lane=3)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)  # fmt: skip
def test_philox_gives_the_published_words(counter: tuple, key: tuple, expected: tuple) -> None:
    words = draws.philox(tuple(map(np.uint64, counter)), tuple(map(np.uint64, key)))
    assert tuple(int(word) for word in words) == expected


def test_compiled_noise_equals_numpy(double: np.ndarray) -> None:
    expected = draws.normals(5, STEPS, REGIONS, variable=1, lane=3)
    np.testing.assert_allclose(double, expected, rtol=0, atol=1e-12)


def test_single_precision_noise_is_the_same_noise(double: np.ndarray) -> None:
    single = compiled("float32", variable=1, lane=3)
    # 24 bits instead of 32 decide the radius, which shows in the far tail only
    assert (np.abs(single - double) < 1e-3).mean() > 0.9999


def test_noise_of_single_precision_equals_torch() -> None:
    """Its radius has 24 bits, as the tail tells: torch has to leave out the same ones."""
    counted = [torch.arange(n) for n in (STEPS // 4, REGIONS)]
    stream, unit = torch.tensor(256 * 3 + 1), torch.tensor(2.0**-32, dtype=torch.float64)
    expected = compiled("float32", variable=1, lane=3)
    tail = np.abs(expected) > 3.5
    for dropped, agrees in ((8, True), (0, False)):
        four = draws.four_normals(
            torch, counted[0][:, None], counted[1], stream, seed=5, unit=unit, dropped=dropped
        )
        apart = np.abs(torch.stack(four, dim=1).flatten(0, 1).numpy() - expected)
        assert (apart[tail].max() < 3e-6) == agrees
        assert (apart.max() < 1e-4) == agrees


def test_noise_is_standard_normal(double: np.ndarray) -> None:
    values = double.ravel()
    error = 1 / np.sqrt(values.size)
    moments = [(values**k).mean() for k in (1, 2, 3, 4)]
    spread = np.sqrt([1.0, 2.0, 15.0, 96.0]) * error
    assert (np.abs(np.subtract(moments, [0, 1, 0, 3])) < 4 * spread).all()
    assert stats.kstest(values, "norm").pvalue > 0.01


def test_regions_steps_variables_and_lanes_are_independent(double: np.ndarray) -> None:
    others = [draws.normals(5, STEPS, REGIONS, variable=v, lane=k) for v, k in ((0, 3), (1, 4))]
    shifted = [np.roll(double, shift, axis=0) for shift in (1, 2, 4)]
    together = np.concatenate([double, *others, *shifted], axis=1)
    related = np.corrcoef(together.T)[np.triu_indices(together.shape[1], 1)]
    assert np.abs(related).max() < 5.5 / np.sqrt(STEPS)
