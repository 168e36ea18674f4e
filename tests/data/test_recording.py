"""Recording: validated once, never changed, cut and joined without loss."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surrobrain.data.recording import Recording
from surrobrain.errors import BadRecording


def noise(n_times: int = 40, n_regions: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n_times, n_regions))


def test_values_are_a_read_only_copy() -> None:
    values = noise()
    recording = Recording(values, 1.0)
    values[0, 0] = 99.0
    assert recording.values[0, 0] != 99.0
    with pytest.raises(ValueError, match="read-only"):
        recording.values[0, 0] = 1.0


def test_fields_cannot_be_set() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recording(noise(), 1.0).sfreq = 2.0  # pyright: ignore


@pytest.mark.usefixtures("as_users_call")
@pytest.mark.parametrize(
    ("dtype", "kept"), [("f4", "f4"), ("f8", "f8"), ("i2", "f8"), ("u1", "f8"), ("f2", "f8")]
)
def test_precision_is_kept_or_raised(dtype: str, kept: str) -> None:
    values = np.arange(80).reshape(40, 2).astype(dtype)
    assert Recording(values, 1.0).values.dtype == kept


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(5), r"shape \(5,\)"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (np.zeros((0, 3)), "real numbers"),
        (np.array([["a", "b"], ["c", "d"]]), "real numbers"),
        (np.ones((4, 2), dtype=complex), "real numbers"),
        (np.array([[1, None], [2, 3]], dtype=object), "real numbers"),
    ],
)
@pytest.mark.usefixtures("as_users_call")
def test_other_arrays_are_refused(values: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recording(values, 1.0)


@pytest.mark.parametrize("sfreq", [0.0, -1.0, float("nan"), float("inf")])
def test_rate_must_be_positive(sfreq: float) -> None:
    with pytest.raises(ValueError, match="sfreq must be"):
        Recording(noise(), sfreq)


def test_names_must_fit_and_differ() -> None:
    with pytest.raises(ValueError, match="2 names arrived for 3 regions"):
        Recording(noise(), 1.0, ["a", "b"])
    with pytest.raises(ValueError, match="a arrived twice"):
        Recording(noise(), 1.0, ["a", "b", "a"])


def test_one_sample_is_refused() -> None:
    with pytest.raises(BadRecording, match=r"at least 2 samples, but 1 arrived.*transpose"):
        Recording(noise(1, 5), 1.0)


@pytest.mark.parametrize(
    ("value", "kind"), [(np.nan, "NaN"), (np.inf, "infinite"), (-np.inf, "infinite")]
)
def test_not_finite_values_are_named(value: float, kind: str) -> None:
    values = noise()
    values[7, 1] = value
    with pytest.raises(BadRecording, match=rf"region b is .*{kind}.* at sample 7 of 40.*on_bad"):
        Recording(values, 1.0, ["a", "b", "c"])


def test_constant_and_duplicate_are_named() -> None:
    values = noise()
    values[:, 0] = 5.0
    values[:, 2] = values[:, 1]
    with pytest.raises(BadRecording, match=r"a is constant \(5\).*c repeats region b exactly"):
        Recording(values, 1.0, ["a", "b", "c"])


def test_many_problems_are_counted() -> None:
    with pytest.raises(BadRecording, match="and 4 more problems"):
        Recording(np.ones((10, 7)), 1.0)


def test_drop_leaves_bad_regions_out() -> None:
    values = noise(40, 4)
    values[3, 0], values[:, 1] = np.nan, 2.0
    recording = Recording(values, 1.0, ["a", "b", "c", "d"], on_bad="drop")
    assert recording.names == ("c", "d")
    np.testing.assert_array_equal(recording.values, values[:, 2:])


def test_drop_with_nothing_left() -> None:
    with pytest.raises(BadRecording, match="no usable region is left"):
        Recording(np.ones((5, 2)), 1.0, on_bad="drop")


def test_mask_marks_whole_samples() -> None:
    values = noise()
    values[3, 0], values[9, 2] = np.nan, np.inf
    recording = Recording(values, 1.0, on_bad="mask")
    assert np.flatnonzero(~recording.valid).tolist() == [3, 9]
    assert np.isnan(recording.values[[3, 9]]).all()
    assert "2 samples missing" in repr(recording)


def test_mask_still_refuses_what_was_constant_outside_the_gap() -> None:
    values = noise()
    values[:, 1] = 4.0
    values[5, 1] = np.nan
    with pytest.raises(BadRecording, match="constant"):
        Recording(values, 1.0, on_bad="mask")


def test_mask_refuses_what_the_mask_makes_constant() -> None:
    values = noise()
    values[:, 1] = 4.0
    values[5] = [np.nan, 9.0, 0.0]  # region 1 varies only at a sample that becomes missing
    with pytest.raises(BadRecording, match="constant"):
        Recording(values, 1.0, on_bad="mask")


def test_mask_with_nothing_left() -> None:
    values = noise()
    values[1:, 0] = np.nan
    with pytest.raises(BadRecording, match="no usable sample is left"):
        Recording(values, 1.0, on_bad="mask")


def test_keep_takes_everything() -> None:
    values = np.full((1, 2), np.nan)
    assert Recording(values, 1.0, on_bad="keep").n_times == 1


@pytest.mark.usefixtures("as_users_call")
def test_unknown_on_bad() -> None:
    with pytest.raises(ValueError, match="there is no on_bad 'ignore'"):
        Recording(noise(), 1.0, on_bad="ignore")  # pyright: ignore


@settings(max_examples=40, deadline=None)
@given(n_times=st.integers(6, 60), fraction=st.floats(0.0, 1.0))
def test_split_loses_nothing(n_times: int, fraction: float) -> None:
    recording = Recording(noise(n_times), 2.0)
    cut = round(fraction * n_times)
    if not 2 <= cut <= n_times - 2:
        with pytest.raises(ValueError, match="fewer than 2 samples"):
            recording.split(fraction)
        return
    first, last = recording.split(fraction)
    np.testing.assert_array_equal(np.concatenate([first.values, last.values]), recording.values)
    assert first.names == last.names == recording.names


def test_crop_by_seconds() -> None:
    recording = Recording(noise(), 4.0)
    assert recording.crop(1.0, 3.0).values.tolist() == recording.values[4:12].tolist()
    assert recording.crop().n_times == 40
    for start, stop in [(3.0, 1.0), (-1.0, 2.0), (0.0, 11.0), (2.0, 2.0)]:
        with pytest.raises(ValueError, match=r"0 <= start < stop <= 10 s"):
            recording.crop(start, stop)


def test_pick_and_without_agree() -> None:
    recording = Recording(noise(), 1.0, ["a", "b", "c"])
    assert recording.pick(["c", 0]).names == ("c", "a")
    assert recording.without(["b"]).names == ("a", "c")
    np.testing.assert_array_equal(recording.pick(["c"]).values[:, 0], recording.values[:, 2])
    with pytest.raises(ValueError, match="there is no region 'd'"):
        recording.pick(["d"])


def test_zscored_over_valid_samples() -> None:
    values = noise(100) * [1.0, 50.0, 1e-6] + [0.0, 1e3, 5.0]
    values[10, 0] = np.nan
    scored = Recording(values, 1.0, on_bad="mask").zscored()
    good = scored.values[scored.valid]
    np.testing.assert_allclose(good.mean(axis=0), 0.0, atol=1e-8)
    np.testing.assert_allclose(good.std(axis=0), 1.0, rtol=1e-8)
    assert scored.unit == "sd"
    assert not scored.valid[10]


@settings(max_examples=40, deadline=None)
@given(missing=st.lists(st.integers(0, 29), max_size=12), shortest=st.integers(1, 5))
def test_segments_are_the_valid_stretches(missing: list[int], shortest: int) -> None:
    values = noise(30)
    values[missing] = np.nan
    recording = Recording(values, 1.0, on_bad="keep")
    text = "".join("x" if ok else " " for ok in recording.valid)
    expected = [len(part) for part in text.split() if len(part) >= shortest]
    segments = recording.segments(shortest=shortest)
    assert [s.n_times for s in segments] == expected
    assert all(s.valid.all() for s in segments)


def test_shape_in_words() -> None:
    recording = Recording(noise(), 4.0, modality="EEG")
    assert repr(recording) == "Recording(40 samples x 3 regions, 4 Hz, 10 s, EEG)"
    assert recording.duration == 10.0
    np.testing.assert_allclose(np.diff(recording.times), 0.25)
