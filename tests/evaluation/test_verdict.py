import math

import numpy as np
import pytest

from surrobrain.evaluation.contest import Scores
from surrobrain.evaluation.metric import Tag
from surrobrain.evaluation.verdict import verdict

NOISE = np.linspace(-1.0, 1.0, 8)
FLOOR = "at the floor"


def tag(better: str, scope: str = "region") -> Tag:
    return Tag(better, "free_run", 0.0, "", scope, needs_sfreq=False)


def scores(floor: float = np.nan, n_repeats: int = 4, n_runs: int = 6, **values: float) -> Scores:
    """Every run varies by 0.1, every mean by the jackknife of about 0.15."""
    replicates = {
        name: value + 0.03 * np.roll(NOISE, k) for k, (name, value) in enumerate(values.items())
    }
    single = {name: value + 0.1 * np.linspace(-1, 1, n_runs) for name, value in values.items()}
    repeats = np.array([]) if math.isnan(floor) else floor + 0.1 * np.linspace(-1, 1, n_repeats)
    return Scores(values, replicates, repeats, single, "")


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    ("model", "floor", "expected"),
    [
        (9.0, 10.0, "beats every baseline"),
        (9.0, 9.05, f"{FLOOR}; beats every baseline"),
        (9.0, 8.0, f"{FLOOR}; beats every baseline"),
        (9.0, 9.3, "beats every baseline"),  # the interval holds it, the test does not
        (5.1, 10.0, "no better than the linear VAR"),
        (1.0, 10.0, "no better than the linear VAR and the phase-randomized null"),
        (9.0, np.nan, "beats every baseline"),
    ],
)
def test_either_direction_reads_alike(sign, model, floor, expected):
    found = scores(sign * floor, model=sign * model, persistence=sign * 0.0,
                   linear_var=sign * 5.0, null=sign * 1.0)  # fmt: skip
    assert verdict(found, tag("higher" if sign > 0 else "lower")) == expected


def test_an_undefined_baseline_is_no_rival():
    found = scores(model=9.0, persistence=np.nan, linear_var=5.0, null=1.0)
    assert verdict(found, tag("higher")) == "beats every baseline"


def test_a_score_on_which_the_recording_is_no_better_than_the_null_has_no_floor():
    worthless = {"floor": -0.3, "model": 0.0, "persistence": np.nan, "linear_var": 0.0, "null": 0.0}
    told = "the recording does not repeat itself on this score"
    assert verdict(scores(**worthless), tag("higher", "network")).startswith(told)
    assert told not in verdict(scores(**{**worthless, "floor": 0.5}), tag("higher", "network"))
    # what a region does alone the null has by construction: being no better says nothing
    assert verdict(scores(**{**worthless, "floor": 0.0}), tag("higher")).startswith(FLOOR)


def test_one_null_and_one_stretch_prove_nothing_against_the_recording():
    found = scores(
        0.5, n_repeats=1, n_runs=1, model=0.5, persistence=np.nan, linear_var=0.0, null=0.4
    )
    assert "does not repeat" not in verdict(found, tag("higher", "network"))


def test_one_run_and_one_stretch_are_too_few():
    found = scores(5.0, n_repeats=1, n_runs=1, model=4.0, persistence=0.0, linear_var=0.0, null=0.0)
    assert verdict(found, tag("higher")).startswith("too few runs and stretches")


def test_without_an_interval_nothing_is_beaten():
    values = {"model": 9.0, "persistence": 1.0, "linear_var": 1.0, "null": 1.0}
    empty = {name: np.full(8, np.nan) for name in values}
    found = Scores(values, empty, np.empty(0), {}, "")
    assert verdict(found, tag("higher")).startswith("no better than persistence and")


def test_undefined_is_said():
    values = {"model": np.nan, "persistence": 1.0, "linear_var": 1.0, "null": 1.0}
    undefined = Scores(values, {}, np.ones(1), {}, "")
    assert verdict(undefined, tag("higher")).startswith("undefined")
