"""Numbers printed in figures 3 and 4 of the review, from its own arrays, and ours beside them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from benchmarks import metrics
from benchmarks.__main__ import show
from benchmarks.outcome import met
from surrobrain.signals.bands import power_in_bands
from surrobrain.signals.connectivity import upper_triangle
from surrobrain.statistics.agreement import correlation
from tests.evaluation import review


@pytest.fixture
def arrays(shared):
    folder = shared("dynamics/review_fig4")
    return lambda name: np.load(folder / f"{name}.npy").T  # stored channel by time


@pytest.fixture
def learned(shared):
    folder = shared("dynamics/review_fig3")
    return lambda name: np.load(folder / f"{name}.npy")


def printed(number: str) -> object:
    """Equal to a printed number in every digit of it."""
    digits = len(number.partition(".")[2])
    return pytest.approx(float(number), rel=0, abs=0.5000001 * 10.0**-digits)


@pytest.mark.parametrize(
    ("surrogate", "rmse", "kl", "hellinger", "dimension"),
    [
        ("jr_surrogate1", "0.298068", "6.80442", "0.4491", "0.976210"),
        ("jr_surrogate2", "1.676400", "0.0293607", "0.0884", "0.990072"),
    ],
)
def test_panels_4_a_to_c(arrays, surrogate, rmse, kl, hellinger, dimension):
    truth, run = arrays("jr_truth"), arrays(surrogate)
    assert review.review_rmse(truth, run) == printed(rmse)
    assert review.review_kl(truth, run) == printed(kl)
    assert review.review_hellinger(truth, run) == printed(hellinger)
    assert review.review_dimension_similarity(truth, run) == printed(dimension)


def test_panel_4_b_by_channel_and_panel_4_c_by_signal(arrays):
    truth, narrow, right = (arrays(f"jr_{name}") for name in ("truth", "surrogate1", "surrogate2"))
    channels = [review.review_kl(truth[:, [k]], narrow[:, [k]]) for k in range(3)]
    assert channels == [printed("7.365"), printed("7.172"), printed("5.876")]
    assert review.review_correlation_dimension(truth) == printed("0.8868")
    assert review.review_correlation_dimension(narrow, radii_of=truth) == printed("0.8456")
    assert review.review_correlation_dimension(right, radii_of=truth) == printed("0.9046")


@pytest.mark.parametrize(
    ("surrogate", "nrmse", "rmse"),
    [("jr_surrogate1", "0.298068", "9.2233"), ("jr_surrogate2", "1.676400", "56.633")],
)
def test_what_panel_4_a_calls_rmse_is_nrmse(arrays, surrogate, nrmse, rmse):
    truth, run = arrays("jr_truth"), arrays(surrogate)
    assert sb.metrics.nrmse(truth, run) == printed(nrmse)
    assert sb.metrics.rmse(truth, run) == printed(rmse)


def test_the_default_kl_orders_them_without_exploding(arrays):
    truth = arrays("jr_truth")
    narrow, right = (sb.metrics.kl(truth, arrays(f"jr_surrogate{k}")) for k in (1, 2))
    assert 0 < right < 0.1 < narrow < 2
    # an eps that is a thousand times larger moves the number of the review by a third
    run = arrays("jr_surrogate1")
    assert review.review_kl(truth, run) - review.review_kl(truth, run, eps=1e-7) > 2


def test_panel_4_e(arrays):
    real, run = arrays("ieeg_real"), arrays("ieeg_pred")
    assert review.review_spectral(real, run, sfreq=200.0) == printed("0.993")
    assert sb.metrics.r2(real, run) == printed("0.794")
    similarity = sb.metrics.spectral(real, run, sfreq=200.0, window=1.0, band=(0.0, 100.0))
    assert 1 - similarity == printed("0.076")
    band = {"sfreq": 200.0, "window": 1.0, "band": (0.0, 30.0)}
    assert sb.metrics.spectral(real, run, method="log_correlation", **band) == printed("0.987")
    power = [power_in_bands(v, sfreq=200.0, bands=[(0.0, 101.0)], window=1.0) for v in (real, run)]
    assert power[1].sum() / power[0].sum() == printed("0.81")


def test_holding_samples_beats_the_surrogate_of_panel_4_e(arrays):
    real = arrays("ieeg_real")
    held = real[np.arange(len(real)) // 5 * 5]
    assert sb.metrics.r2(real, held) == printed("0.871")
    assert sb.metrics.r2(real[1:], real[:-1]) == printed("0.948")


def test_panel_4_d_without_the_samples_that_are_copies(arrays):
    """The figure shows column 70; the first 75 of 150 are copies of the truth."""
    real, run = (arrays(f"pattern_{side}").astype(np.float64) for side in ("real", "pred"))
    assert (real[:75] == run[:75]).all()
    assert review.review_r2(real, run) == printed("0.861")
    assert review.review_r2(real[1:], real[:-1]) == printed("0.961")
    real, run = real[75:], run[75:]
    assert review.review_r2(real, run) == printed("0.520")
    assert correlation(real.ravel(), run.ravel()) == printed("0.894")
    spatial = sb.metrics.spatial_similarity(real, run, maps="values")
    assert spatial == printed("0.908")
    assert sb.metrics.temporal_similarity(real, run, sfreq=1.0) == printed("0.652")
    # what remains when the mean map is taken away, and when every region counts alike
    assert sb.metrics.spatial_similarity(real, run) < spatial - 0.2
    assert sb.metrics.r2(real, run) < 0.02


def test_panel_4_f(arrays):
    real, run = arrays("fc_real"), arrays("fc_pred")
    assert review.review_fc(real, run) == printed("0.7389")
    assert correlation(upper_triangle(real), upper_triangle(run)) == printed("0.8343")


KERNELS = {
    "poly": [0.666, 0.450, 0.858, 1.771, 1.329, 2.485, 3.233, 4.066, 5.454, 6.819],
    "trig": [0.143, 0.301, 0.402, 0.504, 0.756, 1.029, 1.432, 1.784, 2.098, 2.334],
}
COLUMNS = {
    "poly": [0.008, 0.028, 0.077, 0.164, 1.078, 1.266, 1.331, 1.363, 1.388, 1.400],
    "trig": [0.175, 0.372, 0.583, 0.845, 1.055, 1.204, 1.266, 1.293, 1.320, 1.316],
}
SINGULAR = {
    "poly": [2.1016, 1.7469, 1.5619, 1.3809, 1.1077, 0.9396, 0.7914, 0.5476, 0.3863, 0.0009]
    + 6 * [0.0],
    "trig": [2.2767, 1.5050, 1.4003, 1.1285, 1.0963, 1.0551, 0.9804, 0.8427, 0.7648, 0.5611,
             0.4337, 0.3976, 0.2485, 0.1213, 0.0888, 0.0228],
}  # fmt: skip


@pytest.mark.parametrize("basis", ["poly", "trig"])
def test_panel_3_d(learned, basis):
    reference = learned(f"{basis}_ref_matrix").astype(np.float64)
    singular = np.linalg.svd(reference, compute_uv=False)
    np.testing.assert_allclose(singular, SINGULAR[basis], rtol=0, atol=0.5001e-4)
    assert review.review_rank(reference) == {"poly": 9, "trig": 16}[basis]
    disturbed = review.review_disturbance(
        learned(f"{basis}_ref_coef"), learned(f"{basis}_pert_coef")
    )
    np.testing.assert_allclose(disturbed, KERNELS[basis], rtol=0, atol=0.5001e-3)
    column = review.review_disturbance(reference[:, 15], learned(f"{basis}_pert_matrix")[..., 15])
    np.testing.assert_allclose(column, COLUMNS[basis], rtol=0, atol=0.5001e-3)


def test_panel_3_d_condition_numbers(learned):
    assert np.linalg.cond(learned("trig_ref_matrix").astype(np.float64)) == printed("99.8")
    poly = np.linalg.svd(learned("poly_ref_matrix").astype(np.float64), compute_uv=False)
    # six of 16 are zero to the rounding of the stored numbers: no condition number
    assert (poly[10:] < np.finfo(np.float32).eps * poly[0]).all()


def test_panel_3_c(learned):
    one, other = learned("trig_ref_matrix"), learned("trig_uniform_init_matrix")
    assert correlation(one.ravel(), other.ravel()) == printed("0.047")
    assert np.linalg.norm(one - other) / np.linalg.norm(one) == printed("1.15")


def test_the_page_shows_what_the_benchmark_prints(shared, capsys):
    """Whoever changes an estimator must print the page again."""
    shared("dynamics/review_fig4")
    outcome = metrics.measure()
    assert met(outcome)
    kept = [row for row in outcome.rows if row["figure"] != "series"]  # that one holds CPU times
    show(dataclasses.replace(outcome, rows=kept, notes=[]))
    page = (Path(__file__).parents[2] / "docs" / "review_figures.md").read_text()
    for line in capsys.readouterr().out.strip().splitlines():
        assert line in page, line
