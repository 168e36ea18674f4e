"""Numbers printed in figure 4 of the review, from its own arrays."""

import numpy as np
import pytest

import surrobrain as sb


@pytest.fixture
def arrays(shared):
    folder = shared("dynamics/review_fig4")
    return lambda name: np.load(folder / f"{name}.npy").T  # stored channel by time


@pytest.mark.parametrize(
    ("surrogate", "nrmse", "kl", "rmse"),
    [("jr_surrogate1", 0.298068, 6.80442, 9.2233), ("jr_surrogate2", 1.676400, 0.0293607, 56.633)],
)
def test_jansen_rit(arrays, surrogate, nrmse, kl, rmse):
    truth, run = arrays("jr_truth"), arrays(surrogate)
    assert sb.metrics.nrmse(truth, run) == pytest.approx(nrmse, rel=2e-6)
    assert sb.metrics.rmse(truth, run) == pytest.approx(rmse, rel=2e-5)
    # the review adds its 1e-10 to float32 densities, here they are float64
    assert sb.metrics.kl(truth, run, rule="review") == pytest.approx(kl, rel=2e-5)


def test_the_default_kl_orders_them_without_exploding(arrays):
    truth = arrays("jr_truth")
    narrow, right = (sb.metrics.kl(truth, arrays(f"jr_surrogate{k}")) for k in (1, 2))
    assert 0 < right < 0.1 < narrow < 2


def test_ieeg(arrays):
    real, simulated = arrays("ieeg_real"), arrays("ieeg_pred")
    assert sb.metrics.r2(real, simulated) == pytest.approx(0.794, abs=5e-4)
    similarity = sb.metrics.spectral(real, simulated, sfreq=200.0, window=1.0, band=(0.0, 100.0))
    assert 1 - similarity == pytest.approx(0.076, abs=5e-4)
