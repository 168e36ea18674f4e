"""Kernels against the peaks they are known for, SPM's own, and brute-force convolution."""

import numpy as np
import pytest

from surrobrain.signals.hemodynamics import (
    BALLOONS,
    KERNELS,
    convolve,
    kernel_response,
    step_response,
)

TIMES = np.arange(0, 60, 1e-3)


@pytest.mark.parametrize(
    ("kernel", "time_to_peak", "undershoot"),
    [("volterra", 0.80, None), ("gamma", 2.16, 0.0), ("mixture_of_gammas", 4.95, -0.21)],
)
def test_peaks_of_the_reference_sheet(
    kernel: str, time_to_peak: float, undershoot: float | None
) -> None:
    response = kernel_response(TIMES, kernel=kernel)
    assert TIMES[response.argmax()] == pytest.approx(time_to_peak, abs=0.005)
    if undershoot is not None:
        assert response.min() / response.max() == pytest.approx(undershoot, abs=0.005)


def test_the_double_sine_dips_first() -> None:
    response = kernel_response(TIMES, kernel="double_sine")
    assert TIMES[response.argmin()] == pytest.approx(1.6, abs=0.05)
    assert response.min() / response.max() == pytest.approx(-0.62, abs=0.01)


def test_canonical_is_that_of_spm() -> None:
    glm = pytest.importorskip("nilearn.glm.first_level")
    theirs = glm.spm_hrf(1.0, oversampling=50)
    ours = kernel_response(np.arange(len(theirs)) / 50, kernel="canonical")
    r = np.corrcoef(ours[:-1], theirs[1:])[0, 1], np.corrcoef(ours, theirs)[0, 1]
    assert max(r) > 0.99999


@pytest.mark.parametrize("kernel", KERNELS)
def test_area_is_one_and_the_integral_is_the_integral(kernel: str) -> None:
    response, steps = (f(TIMES, kernel=kernel) for f in (kernel_response, step_response))
    summed = np.concatenate([[0.0], np.cumsum((response[1:] + response[:-1]) / 2) * 1e-3])
    np.testing.assert_allclose(steps, summed, atol=2e-6)
    assert steps[-1] == pytest.approx(1.0, abs=1e-3)
    assert kernel_response(np.array([-1.0, -1e-9]), kernel=kernel).tolist() == [0.0, 0.0]


def test_convolution_is_the_sum_over_the_past() -> None:
    values = np.random.default_rng(0).normal(size=(40, 2))
    edges = step_response(np.arange(41) / 2.0, kernel="gamma")
    expected = [
        sum(values[i - k] * (edges[k + 1] - edges[k]) for k in range(i + 1)) for i in range(40)
    ]
    np.testing.assert_allclose(convolve(values, sfreq=2.0, kernel="gamma"), expected, atol=1e-13)


def test_convolution_refuses_gaps_and_unknown_kernels() -> None:
    with pytest.raises(ValueError, match="did you mean 'gamma'"):
        convolve(np.zeros((5, 1)), sfreq=1.0, kernel="gama")
    with pytest.raises(ValueError, match="values must be finite"):
        convolve(np.array([[0.0], [np.nan]]), sfreq=1.0)


def test_every_balloon_has_the_same_constants() -> None:
    assert {frozenset(constants) for constants in BALLOONS.values()} == {
        frozenset(BALLOONS["friston2003"])
    }
