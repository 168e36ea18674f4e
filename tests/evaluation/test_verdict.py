import numpy as np
import pytest

from surrobrain.evaluation.contest import Scores
from surrobrain.evaluation.verdict import spread, verdict

NOISE = np.random.default_rng(0).normal(size=1000)
FLOOR = "at the floor"


def scores(floor: float = np.nan, **values: float) -> Scores:
    """Every contestant varies by 0.1, independently."""
    replicates = {
        name: value + 0.1 * np.roll(NOISE, 100 * k)
        for k, (name, value) in enumerate(values.items())
    }
    return Scores(values, replicates, floor, "")


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    ("model", "floor", "expected"),
    [
        (9.0, 10.0, "beats every baseline"),
        (9.0, 9.1, f"{FLOOR}; beats every baseline"),
        (5.1, 10.0, "no better than the linear VAR"),
        (1.0, 10.0, "no better than the linear VAR and the phase-randomized null"),
        (9.0, np.nan, "beats every baseline"),
    ],
)
def test_either_direction_reads_alike(sign, model, floor, expected):
    found = scores(sign * floor, model=sign * model, persistence=sign * 0.0,
                   linear_var=sign * 5.0, null=sign * 1.0)  # fmt: skip
    assert verdict(found, better="higher" if sign > 0 else "lower") == expected


def test_an_undefined_baseline_is_no_rival():
    found = scores(model=9.0, persistence=np.nan, linear_var=5.0, null=1.0)
    assert verdict(found, better="higher") == "beats every baseline"


def test_without_an_interval_nothing_is_beaten():
    values = {"model": 9.0, "persistence": 1.0, "linear_var": 1.0, "null": 1.0}
    found = Scores(values, {name: np.full(50, np.nan) for name in values}, np.nan, "")
    assert verdict(found, better="higher").startswith("no better than persistence and")


def test_undefined_and_refused_are_said():
    values = {"model": np.nan, "persistence": 1.0, "linear_var": 1.0, "null": 1.0}
    assert verdict(Scores(values, {}, 1.0, ""), better="higher").startswith("undefined")
    assert verdict(Scores({}, {}, np.nan, "too short"), better="lower") == "not computed: too short"


def test_spread_is_the_normal_95_percent():
    assert spread(NOISE) == pytest.approx(1.96, rel=5 / np.sqrt(2 * 1000))
    assert np.isnan(spread(None))
    assert np.isnan(spread(np.array([1.0, np.nan, np.nan, np.nan])))
