"""The fast exponential against the library's."""

import numpy as np
import pytest
from numba import njit

from surrobrain.mechanistic.kernels import maths


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_exponential(dtype: str) -> None:
    exponential = getattr(maths, f"exp_{dtype}")

    @njit
    def run(x, y):
        for k in range(x.size):
            y[k] = exponential(x[k])

    edge = 700.0 if dtype == "float64" else 86.0
    x = np.concatenate([np.linspace(-edge, edge, 20001), np.linspace(-1e-3, 1e-3, 101)])
    x, found = x.astype(dtype), np.empty(len(x), dtype)
    run(x, found)
    exact = np.exp(x.astype(np.longdouble))
    assert float(np.abs(found / exact - 1).max()) < 3 * np.finfo(dtype).eps
    beyond, found = np.array([np.nan, -np.inf, np.inf], dtype), np.empty(3, dtype)
    run(beyond, found)
    assert np.isnan(found[0])
    assert found[1] < 1e-37
    assert found[2] > 1e37
