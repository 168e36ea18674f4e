"""The filter against its equation, and what it takes off a Jansen-Rit column."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.steppers import euler


@pytest.mark.parametrize("frequency", [0.5, 2.0, 20.0])
def test_amplitude_is_that_of_a_first_order_filter(frequency: float) -> None:
    observer = sb.observers.LocalFieldPotential(1000.0, high_pass=2.0)
    p = type("Constants", (), observer.constants)
    state, seen = (np.zeros(1),), []
    for k in range(8000):
        drive = np.full(1, np.sin(2 * np.pi * frequency * k / 1000))
        state = euler(lambda x, u=drive: observer.drift(np, x, u, p), state, dt=1e-3)
        seen.append(observer.read(np, state, drive, p)[0])
    amplitude = np.sqrt(2 * np.mean(np.square(seen[4000:])))
    assert amplitude == pytest.approx(frequency / np.hypot(frequency, 2.0), rel=0.01)


def test_a_column_loses_its_mean_and_keeps_its_alpha() -> None:
    def run(observer: object) -> np.ndarray:
        node = JansenRit()
        return sb.Network(node, sb.examples.ring(3), observer=observer).run(2000).values

    potential = run(sb.observers.Identity(1000.0))
    field = run(sb.observers.LocalFieldPotential(1000.0))
    assert potential.mean() > 5.0
    assert abs(field.mean()) < 0.1
    assert field.std() == pytest.approx(potential.std(), rel=0.02)


def test_a_filter_too_fast_for_its_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="high_pass must be between"):
        sb.observers.LocalFieldPotential(100.0, high_pass=6.0)
