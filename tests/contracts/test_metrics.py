"""Every metric is perfect on itself, worse with noise, blind to what it must not see."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from surrobrain.catalog import load, names
from surrobrain.evaluation.metric import by_region, tag_of

FOLDER = "surrobrain.evaluation.metrics"
IN_UNITS = {"mae", "rmse"}  # of the signal
DEFINED_WITHOUT_VARIANCE = {*IN_UNITS, "spatial_similarity"}
BINNED = {"hellinger", "jensen_shannon", "kl"}
DRAWN = {"sliced_wasserstein"}  # other directions for other regions: equal in law only
BOXED = {"state_space_divergence"}  # what leaves the box of the recording is not seen
UNMOVED_BY_NOISE = {"branching"}  # noise shrinks all slopes alike, and their decay is measured
TIMELESS = {
    "cofluctuation", "fc", "hellinger", "jensen_shannon", "kl", "sliced_wasserstein",
    "state_space_divergence", "wasserstein",
}  # fmt: skip
CHAOTIC = {"correlation_dimension", "lyapunov"}  # on a strange attractor in test_dynamics.py
every = pytest.mark.parametrize("name", names(FOLDER))
every_of_noise = pytest.mark.parametrize("name", sorted({*names(FOLDER)} - CHAOTIC))


def recording(n_times: int = 1200, n_regions: int = 4, seed: int = 0) -> np.ndarray:
    """Slow signals that share a drive."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(7).normal(size=(n_regions, n_regions))
    noise = rng.normal(size=(n_times, n_regions)) @ mixing.T
    return np.asarray(lfilter([1.0], [1.0, -0.8], noise, axis=0))


def score(name: str, real: np.ndarray, simulated: np.ndarray) -> float:
    function = load(FOLDER, name)
    settings = {"sfreq": 2.0} if tag_of(function).needs_sfreq else {}
    return function(real, simulated, **settings)


@every
def test_tag_and_signature(name):
    function = load(FOLDER, name)
    assert inspect.isfunction(function)
    assert function.__name__ == name
    first, second, *rest = inspect.signature(function).parameters.values()
    assert (first.name, second.name) == ("real", "simulated")
    assert all(p.kind is p.KEYWORD_ONLY for p in rest)
    assert all(p.default is not p.empty for p in rest if p.name != "sfreq")
    assert tag_of(function).needs_sfreq == any(p.name == "sfreq" for p in rest)


@every_of_noise
def test_perfect_on_itself(name):
    real = recording()
    value = score(name, real, real)
    assert isinstance(value, float)
    assert value == pytest.approx(tag_of(load(FOLDER, name)).perfect, abs=1e-12)


@pytest.mark.parametrize("name", sorted({*names(FOLDER)} - CHAOTIC - UNMOVED_BY_NOISE))
def test_more_noise_never_scores_better(name):
    real = recording(n_times=3000)
    noise = np.random.default_rng(1).normal(size=real.shape) * real.std(axis=0)
    sign = 1 if tag_of(load(FOLDER, name)).better == "higher" else -1
    levels = (0.0, 0.3, 1.0, 3.0)[: 3 if name in BOXED else 4]
    scores = [sign * score(name, real, real + level * noise) for level in levels]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


@pytest.mark.parametrize("name", sorted({*names(FOLDER)} - CHAOTIC - DRAWN))
@given(order=st.permutations(range(4)))
def test_order_of_regions_does_not_matter(name, order):
    real, simulated = recording(), recording(seed=1)
    expected = score(name, real, simulated)
    assert score(name, real[:, order], simulated[:, order]) == pytest.approx(expected, abs=1e-9)


@every_of_noise
@given(scale=st.floats(0.01, 100.0), offset=st.floats(-100.0, 100.0))
def test_the_unit_does_not_matter(name, scale, offset):
    real, simulated = recording(), recording(seed=1)
    expected = score(name, real, simulated) * (scale if name in IN_UNITS else 1.0)
    # a value that falls on the border of a bin may round into its neighbor: 1 of 600 samples
    tolerance = 0.02 if name in BINNED else 1e-6
    changed = score(name, scale * real + offset, scale * simulated + offset)
    assert changed == pytest.approx(expected, rel=1e-6, abs=tolerance)


@every_of_noise
def test_missing_samples_are_left_out(name):
    real, simulated = recording(), recording(seed=1)
    gappy, poisoned = real.copy(), simulated.copy()
    gappy[[50, 300]] = np.nan
    poisoned[[50, 300]] = 1e6  # never looked at
    assert score(name, gappy, simulated) == score(name, gappy, poisoned)
    assert np.isfinite(score(name, gappy, simulated))


@every
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_a_diverged_run_is_nan(name, bad):
    real = recording()
    run = recording(seed=1)
    run[400:, 2] = bad
    assert np.isnan(score(name, real, run))


@every_of_noise
def test_a_constant_run_is_undefined_or_worse_than_a_true_one(name):
    real = recording()
    constant = score(name, real, np.full_like(real, 0.1))
    true = score(name, real, recording(seed=1))
    if tag_of(load(FOLDER, name)).protocol == "forecast":
        assert np.isfinite(constant)  # the mean is a forecast like any other
    else:
        assert np.isnan(constant) or constant > true  # kl, wasserstein: lower is better


@every
def test_a_constant_recording_is_undefined(name):
    real = recording()
    real[:, 1] = 0.1
    value = score(name, real, recording(seed=1))
    assert np.isnan(value) != (name in DEFINED_WITHOUT_VARIANCE)


@every
def test_lengths_must_agree(name):
    with pytest.raises(ValueError, match="cut the longer one"):
        score(name, recording(), recording(n_times=500))


@every
def test_an_empty_recording_is_refused(name):
    with pytest.raises(ValueError, match="no sample that is finite"):
        score(name, np.full((50, 4), np.nan), recording(n_times=50))


@every
def test_regions_average_to_the_metric(name):
    function = load(FOLDER, name)
    tag = tag_of(function)
    real, simulated = recording(), recording(seed=1)
    sfreq = 2.0 if tag.needs_sfreq else None
    if tag.scope == "network":
        with pytest.raises(ValueError, match="pairs of regions"):
            by_region(function, real, simulated, sfreq=sfreq)
    else:
        values = by_region(function, real, simulated, sfreq=sfreq)
        assert values.shape == (4,)
        assert values.mean() == pytest.approx(score(name, real, simulated), abs=1e-12)


@pytest.mark.parametrize("name", sorted(TIMELESS & set(names(FOLDER))))
def test_metrics_of_values_do_not_see_time(name):
    real, simulated = recording(), recording(seed=1)
    order = np.random.default_rng(2).permutation(len(real))
    assert score(name, real, simulated[order]) == pytest.approx(
        score(name, real, simulated), abs=1e-9
    )


def test_only_a_metric_has_a_tag():
    with pytest.raises(TypeError, match="not a metric"):
        tag_of(len)
