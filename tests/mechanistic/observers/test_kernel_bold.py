"""Convolution while the network runs equals convolution afterwards."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.steppers import euler
from surrobrain.signals.hemodynamics import KERNELS, convolve, kernel_response


def response(kernel: str, *, step: float, seconds: float = 20.0) -> np.ndarray:
    """Response to 0.2 for one second, at the end of every step."""
    observer = sb.observers.KernelBOLD(kernel=kernel)
    state, values = tuple(np.zeros(1) for _ in observer.states), []
    for k in range(round(seconds / step)):
        drive = np.full(1, 0.2 if k * step < 1.0 - 1e-9 else 0.0)
        state = euler(lambda x, u=drive: observer.drift(np, x, u, None), state, dt=step)
        values.append(observer.read(np, state, drive, None)[0])
    return np.array(values)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_response_is_the_convolution(kernel: str) -> None:
    """Euler's error is of first order: it halves with the step."""
    errors = []
    for step in (4e-3, 2e-3):
        found = response(kernel, step=step)
        drive = np.where(np.arange(len(found)) * step < 1.0 - 1e-9, 0.2, 0.0)[:, None]
        expected = convolve(drive, sfreq=1 / step, kernel=kernel)[:, 0]
        errors.append(abs(found - expected).max() / abs(expected).max())
    assert errors[1] < 0.005
    assert errors[1] / errors[0] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("kernel", "time_to_peak"), [("mixture_of_gammas", 4.95), ("gamma", 2.16)])
def test_in_the_compiled_loop(kernel: str, time_to_peak: float) -> None:
    """A node of one step's memory hands the drive on; half a second of it is centered at 0.25 s."""
    network = sb.Network(
        sb.Linear(tau=1e-3), sb.examples.ring(3), coupling=0.0, dt=1e-3, settle=0.0,
        observer=sb.observers.KernelBOLD(tr=0.01, kernel=kernel),
    )  # fmt: skip
    drive = np.zeros((1500, 3))
    drive[:50, 0] = 2.0
    seen = network.run(1500, inputs=drive).values
    times = (np.arange(1500) + 1) * 0.01
    assert times[seen[:, 0].argmax()] == pytest.approx(time_to_peak + 0.25, abs=0.02)
    pulse = kernel_response(times - 0.251, kernel=kernel)
    assert np.corrcoef(seen[:, 0], pulse)[0, 1] > 0.999
    assert not seen[:, 1:].any()


def test_a_lasting_drive_of_one_ends_at_one() -> None:
    network = sb.Network(
        sb.Linear(tau=0.1), sb.examples.ring(3), coupling=0.0,
        observer=sb.observers.KernelBOLD(kernel="gamma"),
    )  # fmt: skip
    assert network.run(60, inputs=np.ones((60, 3))).values[-1] == pytest.approx(1.0, abs=1e-6)


def test_unknown_kernels_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'gamma'"):
        sb.observers.KernelBOLD(kernel="gama")
