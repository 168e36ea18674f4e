"""Systems whose truth is known, for the architectures to find."""

import numpy as np

import surrobrain as sb


def remembering(n_times: int, *, lag: int) -> sb.Recording:
    """Two regions that bend what they did some samples ago; to a linear map they are noise."""
    rng, x = np.random.default_rng(0), np.zeros((n_times, 2))
    x[:lag] = rng.normal(size=(lag, 2))
    for t in range(lag, n_times):
        x[t] = np.cos(2.5 * x[t - lag]) + 0.2 * rng.normal(size=2)
    return sb.Recording(x, sfreq=1.0)
