"""Checks: what is wrong, what arrived, what to do."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surrobrain import checks


@given(st.floats(-1e6, 1e6))
def test_number_inside(value: float) -> None:
    assert checks.number(value, "x", low=-1e6, high=1e6) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 3.0, -0.1])
def test_number_outside(value: float) -> None:
    with pytest.raises(ValueError, match="x must be between 0 and 2, but"):
        checks.number(value, "x", low=0.0, high=2.0)


@pytest.mark.parametrize("value", [None, "three", [1.0], np.ones(2)])
def test_not_a_number(value: object) -> None:
    with pytest.raises(TypeError, match="x must be a number, but"):
        checks.number(value, "x")


@pytest.mark.parametrize("value", [0, -1.0, -1e-300])
def test_positive_names_the_unit(value: float) -> None:
    with pytest.raises(ValueError, match="sfreq must be above 0 Hz, but"):
        checks.positive(value, "sfreq", unit="Hz")
    with pytest.raises(ValueError, match="scale must be above 0, but"):
        checks.positive(value, "scale")


def test_whole() -> None:
    assert checks.whole(np.int32(4), "n") == 4
    with pytest.raises(ValueError, match="n must be at least 2, but 1 arrived"):
        checks.whole(1, "n", low=2)
    for value in (True, 2.0, "2", None):
        with pytest.raises(TypeError, match="n must be a whole number, but"):
            checks.whole(value, "n")


@pytest.mark.parametrize(
    ("value", "near"),
    [("INS_r", "INS_R"), ("ins_r", "INS_R"), ("Precentral", "Precentral_L"), ("rmsee", "rmse")],
)
def test_choice_offers_the_nearest_whatever_its_case(value: str, near: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean '{near}'\? available: INS_R, Prec"):
        checks.choice(value, ["rmse", "Precentral_L", "INS_R"], "thing")


def test_choice_without_a_neighbor() -> None:
    with pytest.raises(ValueError, match="there is no thing 'zzz'; available: a, b"):
        checks.choice("zzz", ["b", "a"], "thing")
    assert checks.choice("a", ["b", "a"], "thing") == "a"


def test_existing_file(tmp_path: Path) -> None:
    (tmp_path / "bold.npy").touch()
    assert checks.existing_file(str(tmp_path / "bold.npy")) == tmp_path / "bold.npy"
    with pytest.raises(FileNotFoundError, match=r"did you mean 'bold\.npy' in that folder"):
        checks.existing_file(tmp_path / "bolt.npy")
    with pytest.raises(FileNotFoundError, match="check the path"):
        checks.existing_file(tmp_path / "nowhere" / "bold.npy")


def test_text_of(tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        words.write_text("größer\n", encoding=encoding)
        assert checks.text_of(words) == "größer\n"
    words.write_bytes(b"\x93NUMPY\x01\x00")
    with pytest.raises(ValueError, match=r"words\.csv is no text in UTF-8 or UTF-16"):
        checks.text_of(words)
    with pytest.raises(ValueError, match="is a folder; give a file in it"):
        checks.text_of(tmp_path)


def test_finite_names_the_first_bad_entry() -> None:
    values = np.ones((4, 3))
    assert checks.finite(values, "x") is values
    values[2, 1] = values[3, 0] = np.nan
    with pytest.raises(ValueError, match=r"nan arrived at index \(2, 1\) \(b\), 2 such values"):
        checks.finite(values, "x", columns=["a", "b", "c"])


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (["a", "b"], "model has 3 regions but data has 2"),
        (["c", "b", "a"], "same regions in another order"),
        (["a", "b", "d"], "model has regions that data lacks, for instance c"),
    ],
)
def test_same_names(theirs: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=rf"{message}; keep the shared ones .*\.pick\(names\)"):
        checks.same_names(["a", "b", "c"], theirs, our="model", their="data")
    checks.same_names(["a"], ("a",), our="model", their="data")


def test_indices_by_name_and_position() -> None:
    names = ["a", "b", "c"]
    assert checks.indices(["c", 0, -1, np.int64(1)], names) == [2, 0, 2, 1]
    assert checks.indices("b", names) == [1]
    assert checks.indices(2, names) == [2]
    assert checks.indices([], names) == []
    with pytest.raises(ValueError, match=r"region 3 is outside 0\.\.2"):
        checks.indices([3], names)
    with pytest.raises(ValueError, match="there is no region 'd'"):
        checks.indices(["d"], names)
