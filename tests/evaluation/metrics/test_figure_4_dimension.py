"""The correlation dimension printed in figure 4 of the review, and why it is not ours."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import surrobrain as sb
from surrobrain.signals.correlation_dimension import correlation_dimension
from tests.chaos import lorenz


def review_dimension(states: np.ndarray, radii: np.ndarray) -> float:
    """Slope of one line through all radii, each state counted as its own neighbor."""
    distance = cdist(states, states)
    share = [(distance < r).mean() for r in radii]
    return float(np.polyfit(np.log(radii), np.log(share), 1)[0])


def review_correlation_dimension(real: np.ndarray, simulated: np.ndarray) -> float:
    """One minus the relative difference, at 50 radii of the recording, smallest to largest."""
    distance = cdist(real, real)
    ends = np.log10(distance[distance > 0].min()), np.log10(distance.max())
    a, b = (review_dimension(x, np.logspace(*ends, 50)) for x in (real, simulated))
    return 1 - abs(a - b) / (abs(a) + abs(b))


@pytest.mark.parametrize(("surrogate", "printed"), [(1, 0.976210), (2, 0.990072)])
def test_the_printed_digits(shared, surrogate, printed):
    folder = shared("dynamics/review_fig4")
    real, run = (
        np.load(folder / f"{name}.npy").T.astype(np.float64)  # stored channel by time
        for name in ("jr_truth", f"jr_surrogate{surrogate}")
    )
    assert review_correlation_dimension(real, run) == pytest.approx(printed, abs=5e-7)


def test_its_dimension_of_lorenz_is_that_of_no_attractor():
    """1.5 where 2.05 is true: lines through the largest radii and the states themselves."""
    states = lorenz()[:2000]
    distance = cdist(states, states)
    ends = np.log10(distance[distance > 0].min()), np.log10(distance.max())
    assert review_dimension(states, np.logspace(*ends, 50)) < 1.7
    assert correlation_dimension(lorenz(), theiler=100).dimension > 2.0


def test_it_hardly_tells_an_attractor_from_noise():
    real = lorenz()[:1000]
    noise = real.std(axis=0) * np.random.default_rng(0).normal(size=real.shape)
    assert review_correlation_dimension(real, noise) > 0.8  # of 1
    long, cloud = lorenz()[:6000], np.random.default_rng(0).normal(size=(6000, 3))
    assert sb.metrics.correlation_dimension(long, cloud, sfreq=100.0) > 0.7  # 3 - 2.05
