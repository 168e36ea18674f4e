"""Problems are found where they are, and only there."""

import numpy as np
import pytest

from surrobrain.data.problems import find_problems

NAMES = ["a", "b", "c", "d"]


def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(30, 4))


def test_clean_values_have_none() -> None:
    assert find_problems(noise(), NAMES) == []


@pytest.mark.parametrize(
    ("value", "kind"), [(np.nan, "nan"), (np.inf, "infinite"), (-np.inf, "infinite")]
)
def test_first_sample_and_count(value: float, kind: str) -> None:
    values = noise()
    values[[4, 9, 20], 2] = value
    (problem,) = find_problems(values, NAMES)
    assert (problem.kind, problem.regions, problem.sample) == (kind, ("c",), 4)
    assert "and at 2 more of 30" in problem.message


def test_all_nan_region_is_one_problem() -> None:
    values = noise()
    values[:, 1] = np.nan
    assert [p.kind for p in find_problems(values, NAMES)] == ["nan"]


def test_nan_and_infinite_in_one_region_are_two_problems() -> None:
    values = noise()
    values[3, 0], values[5, 0] = np.nan, np.inf
    assert [(p.kind, p.sample) for p in find_problems(values, NAMES)] == [
        ("nan", 3),
        ("infinite", 5),
    ]


def test_constant_apart_from_gaps() -> None:
    values = noise()
    values[:, 3] = -2.5
    values[7, 3] = np.nan
    assert {p.kind for p in find_problems(values, NAMES)} == {"nan", "constant"}


def test_two_constant_regions_are_not_called_duplicates() -> None:
    values = noise()
    values[:, 0] = values[:, 1] = 1.0
    assert [p.kind for p in find_problems(values, NAMES)] == ["constant", "constant"]


def test_duplicate_names_its_original() -> None:
    values = noise()
    values[:, 3] = values[:, 1]
    (problem,) = find_problems(values, NAMES)
    assert (problem.kind, problem.regions) == ("duplicate", ("d", "b"))


def test_almost_equal_is_no_duplicate() -> None:
    values = noise()
    values[:, 3] = values[:, 1] * (1 + 1e-12)
    assert find_problems(values, NAMES) == []


def test_single_precision() -> None:
    values = noise().astype(np.float32)
    values[:, 0] = 3.0
    assert [p.kind for p in find_problems(values, NAMES)] == ["constant"]
