import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surrobrain.intervention.safety import Guard, LoopLimits, Reason

SFREQ = 100.0
SAMPLES = np.arange(1000.0)[:, None, None]


def run(limits, demands):
    """Return what a guard gives, and why, for demands of shape (n_ticks, n_regions)."""
    guard = Guard(limits, demands.shape[1], SFREQ)
    told = []
    for t, asked in enumerate(demands):
        guard.watch(SAMPLES[t])
        told.append(guard.allow(asked))
    return np.array([g for g, _ in told]), [r for _, r in told]


def window_sums(values, n):
    padded = np.vstack([np.zeros((n - 1, values.shape[1])), values])
    return np.lib.stride_tricks.sliding_window_view(padded, n, axis=0).sum(axis=-1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.5, 2.0, 1e3]))
def test_no_demand_gets_past_a_limit_in_any_window(seed, scale):
    limits = LoopLimits(amplitude=1.5, charge=0.05, duty=0.3, window=0.2, tolerance=100.0)
    demands = scale * np.random.default_rng(seed).standard_cauchy((150, 2))
    demands[7] = np.nan
    got, _ = run(limits, demands)
    assert np.abs(got).max() <= 1.5
    assert window_sums(np.abs(got) / SFREQ, 20).max() <= 0.05 * (1 + 1e-9)
    assert window_sums((got != 0).astype(float), 20).max() <= 6
    assert (np.abs(got) <= np.abs(demands)).all(where=np.isfinite(demands))
    assert got.any()


def test_a_demand_within_limits_is_given_as_it_is():
    demands = np.random.default_rng(0).uniform(-1, 1, (300, 3))
    got, reasons = run(LoopLimits(amplitude=1.0, charge=1.0), demands)
    np.testing.assert_array_equal(got, demands)
    assert not any(reasons)


def test_budgets_come_back_with_time():
    limits = LoopLimits(amplitude=1.0, charge=0.1, window=1.0)
    got, reasons = run(limits, np.ones((300, 1)))
    np.testing.assert_allclose(got[:100, 0].sum() / SFREQ, 0.1)
    assert reasons[50] == Reason.CHARGE
    assert got[100:110, 0] == pytest.approx(1.0)
    got, reasons = run(LoopLimits(amplitude=1.0, charge=9.0, duty=0.25), np.ones((200, 1)))
    assert (got != 0).sum() == 50
    assert reasons[99] == Reason.DUTY


def test_who_keeps_asking_for_too_much_is_cut_off_for_good():
    demands = np.full((100, 1), 5.0)
    demands[50:] = 0.5
    got, reasons = run(LoopLimits(amplitude=1.0, charge=9.0, tolerance=0.1), demands)
    assert (got[:10] == 1.0).all()
    assert not got[10:].any()
    assert reasons[9] == Reason.AMPLITUDE
    assert Reason.CUT_OFF in reasons[10]
    assert Reason.CUT_OFF in reasons[99]


def test_what_is_not_finite_is_never_given():
    got, reasons = run(LoopLimits(amplitude=1.0, charge=9.0), np.array([[np.nan, 1.0], [0.5, 0.5]]))
    np.testing.assert_array_equal(got, [[0.0, 0.0], [0.5, 0.5]])
    assert reasons[0] == Reason.NOT_FINITE


@pytest.mark.parametrize(
    "fields",
    [{"amplitude": 0.0}, {"charge": -1.0}, {"duty": 1.5}, {"window": np.inf}, {"patience": 0.0}],
)
def test_limits_that_limit_nothing_are_refused(fields):
    with pytest.raises(ValueError, match="must be"):
        LoopLimits(**({"amplitude": 1.0, "charge": 1.0} | fields))


def test_a_demand_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="one number per region"):
        Guard(LoopLimits(amplitude=1.0, charge=1.0), 3, SFREQ).allow(np.zeros(2))
