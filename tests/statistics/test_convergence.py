import numpy as np
import pytest

from surrobrain.statistics.convergence import effective_sample_size, split_r_hat


def autoregression(rho, *, n_chains=4, n=4000):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n_chains, n, 1))
    for t in range(1, n):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * x[:, t]
    return x


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5, 0.9])
def test_an_autoregression_is_worth_what_theory_says(rho):
    found = effective_sample_size(autoregression(rho))[0]
    assert found == pytest.approx(16_000 * (1 - rho) / (1 + rho), rel=0.15)


def test_chains_that_have_met_and_chains_that_have_not():
    chains = autoregression(0.3)
    assert split_r_hat(chains)[0] < 1.01
    assert split_r_hat(chains + np.array([0.0, 0.0, 0.0, 1.0])[:, None, None])[0] > 1.1
    drifting = chains + np.linspace(0, 3, 4000)[:, None]
    assert split_r_hat(drifting)[0] > 1.2
    assert np.isfinite(split_r_hat(np.tan(np.pi * 0.999 * (np.argsort(chains, 1) / 4000 - 0.5)))[0])


def test_short_chains_are_refused():
    with pytest.raises(ValueError, match="8 draws or more, but 5"):
        split_r_hat(np.zeros((2, 5, 1)))
