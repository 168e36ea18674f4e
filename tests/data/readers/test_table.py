"""Text tables, as spreadsheets, fMRIPrep pipelines, MATLAB and R write them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surrobrain.data.read import read
from surrobrain.data.read_connectome import read_connectome
from surrobrain.errors import BadRecording

NAMES = ("Precentral_L", "Insula_R", "V1")


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=list(NAMES))


def test_header_of_region_names(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(tmp_path / "sub-01_timeseries.tsv", sep="\t", index=False)
    recording = read(tmp_path / "sub-01_timeseries.tsv", sfreq=0.5)
    np.testing.assert_array_equal(recording.values, frame.to_numpy())
    assert (recording.names, recording.modality) == (NAMES, "fMRI")


def test_index_column_is_no_region(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(tmp_path / "x.csv")
    assert read(tmp_path / "x.csv", sfreq=0.5).names == NAMES


def test_region_by_time_with_row_names(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.T.to_csv(tmp_path / "x.csv", header=False)
    recording = read(tmp_path / "x.csv", sfreq=0.5)
    np.testing.assert_array_equal(recording.values, frame.to_numpy())
    assert recording.names == NAMES


@pytest.mark.parametrize("corner", ["", "region"])
def test_region_by_time_under_a_counter_or_times(
    tmp_path: Path, frame: pd.DataFrame, corner: str
) -> None:
    frame.T.to_csv(tmp_path / "x.csv", index_label=corner)
    assert read(tmp_path / "x.csv", sfreq=0.5).n_times == 30
    frame.index = frame.index * 0.72
    frame.T.to_csv(tmp_path / "y.csv", index_label=corner)
    np.testing.assert_array_equal(read(tmp_path / "y.csv", sfreq=0.5).values, frame.to_numpy())


def test_words_on_both_sides_decide_nothing(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.index = [f"t{k}" for k in range(30)]
    frame.to_csv(tmp_path / "x.csv")
    with pytest.raises(ValueError, match="does not say which axis is time"):
        read(tmp_path / "x.csv", sfreq=0.5)
    np.testing.assert_array_equal(
        read(tmp_path / "x.csv", sfreq=0.5, names=NAMES).values, frame.to_numpy()
    )


@pytest.mark.parametrize("separator", [",", "\t", ";", " "])
def test_bare_numbers_of_any_separator(tmp_path: Path, frame: pd.DataFrame, separator: str) -> None:
    path = tmp_path / "x.txt"
    np.savetxt(path, frame.to_numpy(), delimiter=separator, fmt="%.17g", header="made by hand")
    with pytest.raises(ValueError, match="does not say which axis is time"):
        read(path, sfreq=1.0)
    recording = read(path, sfreq=1.0, orientation="time_by_region")
    np.testing.assert_array_equal(recording.values, frame.to_numpy())


def test_data_frame_without_column_names(tmp_path: Path, frame: pd.DataFrame) -> None:
    pd.DataFrame(frame.to_numpy()).to_csv(tmp_path / "x.csv", index=False)
    recording = read(tmp_path / "x.csv", sfreq=1.0, orientation="time_by_region")
    assert recording.n_times == 30


def test_time_column_is_no_region_but_a_hint(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.insert(0, "time", np.arange(30) * 0.72)
    frame.to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(ValueError, match=r"steps by 0.72: in seconds that is sfreq=1.38889"):
        read(tmp_path / "x.csv")
    assert read(tmp_path / "x.csv", sfreq=1.0).names == NAMES


def test_missing_numbers_are_missing(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.iloc[0, 1] = np.nan
    frame.to_csv(tmp_path / "x.tsv", sep="\t", index=False, na_rep="n/a")
    with pytest.raises(BadRecording, match="Insula_R is NaN at sample 0"):
        read(tmp_path / "x.tsv", sfreq=1.0)
    assert not read(tmp_path / "x.tsv", sfreq=1.0, on_bad="mask").valid[0]


def test_explicit_orientation_may_not_contradict_the_header(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    frame.to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(ValueError, match=r"contradicts x\.csv, which is time_by_region"):
        read(tmp_path / "x.csv", sfreq=1.0, orientation="region_by_time")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "no rows of numbers"),
        ("a,b,c\n", "names but no numbers"),
        ("1,2,3\n4,5\n", "row 2 has 2 cells but row 1 has 3"),
        ("a,b\n1,2\n3,x\n", "'x' stands in row 3"),
        ("1,x,3,4\n5,6,7,8\n", "'x' stands in row 1"),
        ("1,5;2,5\n3,5;4,5\n", "stands in row"),
        ("Dear colleague,\nplease find attached the data.\nBest\n", "not a table of numbers"),
        ("a\tb\n1\tzwei\n", "'zwei' stands in row 2"),
    ],
)
def test_other_text_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(BadRecording, match=message):
        read(tmp_path / "x.csv", sfreq=1.0)


def test_bytes_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(BadRecording, match="cannot be read as text"):
        read(tmp_path / "x.csv", sfreq=1.0)


def test_labelled_connectome(tmp_path: Path) -> None:
    weights = pd.DataFrame(np.arange(9.0).reshape(3, 3), columns=NAMES, index=NAMES)
    weights.to_csv(tmp_path / "sc.csv")
    connectome = read_connectome(tmp_path / "sc.csv")
    assert connectome.names == NAMES
    np.testing.assert_array_equal(connectome.weights, weights.to_numpy())
    weights.index = list(reversed(NAMES))
    weights.to_csv(tmp_path / "sc.csv")
    with pytest.raises(ValueError, match="V1 and Precentral_L"):
        read_connectome(tmp_path / "sc.csv")
