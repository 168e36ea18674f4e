"""The haemodynamic response against integrations done elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest

from surrobrain.mechanistic.observers.bold import BOLD
from surrobrain.mechanistic.steppers import euler
from surrobrain.signals.hemodynamics import BALLOONS

VARIANTS = tuple(BALLOONS)


@pytest.fixture(scope="module")
def responses() -> np.ndarray:
    """Responses of the variants (times, variants) to an input of 0.2 for one second."""
    constants = [BOLD(1.0, name).constants for name in VARIANTS]
    p = SimpleNamespace(**{k: np.array([c[k] for c in constants]) for k in constants[0]})
    state, values = tuple(np.zeros(len(VARIANTS)) for _ in BOLD.states), []
    for step in range(15000):
        drive = np.full(len(VARIANTS), 0.2 if step < 1000 else 0.0)
        state = euler(lambda x, u=drive: BOLD.drift(np, x, u, p), state, dt=1e-3)
        values.append(BOLD.read(np, state, drive, p))
    return np.array(values)


@pytest.mark.parametrize(
    ("variant", "time_to_peak", "peak", "undershoot"),
    [("friston2003", 3.55, 0.00673, -0.157), ("friston2000", 3.57, 0.00668, -0.156),
     ("deco", 2.21, 0.00202, -0.047), ("vbjax", 2.51, 0.00197, -0.048),
     ("tvboptim", 2.58, 0.00200, -0.050), ("tvb", 3.39, 0.00528, -0.241)],
)  # fmt: skip
def test_response(
    responses: np.ndarray, variant: str, time_to_peak: float, peak: float, undershoot: float
) -> None:
    response = responses[:, VARIANTS.index(variant)]
    assert response.argmax() * 1e-3 == pytest.approx(time_to_peak, abs=0.01)
    assert response.max() == pytest.approx(peak, abs=1e-5)
    assert response.min() / response.max() == pytest.approx(undershoot, abs=1.5e-3)


@pytest.mark.parametrize(("variant", "time"), [("friston2003", 9.6), ("deco", 5.2), ("tvb", 7.8)])
def test_time_of_the_undershoot(responses: np.ndarray, variant: str, time: float) -> None:
    assert responses[:, VARIANTS.index(variant)].argmin() * 1e-3 == pytest.approx(time, abs=0.05)


def test_efficacy_scales_the_drive() -> None:
    state = tuple(np.array([x]) for x in (0.1, 0.2, 0.05, -0.02))
    doubled, once = (SimpleNamespace(**BOLD(1.0, efficacy=e).constants) for e in (2.0, 1.0))
    np.testing.assert_allclose(
        BOLD.drift(np, state, np.array([0.3]), doubled),
        BOLD.drift(np, state, np.array([0.6]), once),
    )
    with pytest.raises(ValueError, match="efficacy"):
        BOLD(efficacy=np.inf)


def test_echo_variants_differ_in_the_signal_equation_alone() -> None:
    """Constants as the papers give them: Stephan 2007 for 1.5 T, Heinzle 2016 for 3 T."""
    default = BOLD(1.0).constants
    stephan, heinzle = (BOLD(1.0, name).constants for name in ("stephan2007", "heinzle2016"))
    assert [stephan[k] for k in ("k1", "k2", "k3")] == pytest.approx([2.77264, 0.4, 0.0])
    assert [heinzle[k] for k in ("k1", "k2", "k3")] == [3.72, 0.527, 0.53]
    assert {k for k in default if heinzle[k] != default[k]} == {"k1", "k2", "k3"}
    assert (default["k1"], default["k2"], default["k3"]) == pytest.approx((2.38, 2.0, 0.48))


def test_unknown_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'friston2003'"):
        BOLD(1.0, "friston")


def test_strong_negative_drive_keeps_flow_positive() -> None:
    p = SimpleNamespace(**BOLD(1.0).constants)
    state = tuple(np.zeros(1) for _ in BOLD.states)
    for _ in range(3000):
        state = euler(lambda x: BOLD.drift(np, x, np.full(1, -0.5), p), state, dt=1e-3)
    assert np.isfinite(np.concatenate(state)).all()
    assert 0 < np.exp(state[1][0]) < 0.5
