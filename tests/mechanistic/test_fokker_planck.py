"""Responses of noisy neurons against Siegert's formula and another way to solve their equation."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.sparse import csc_matrix, diags, eye
from scipy.sparse.linalg import splu

from surrobrain.mechanistic import fokker_planck
from surrobrain.mechanistic.fokker_planck import cascade, cascade_tables
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.spiking.siegert import siegert_rate
from surrobrain.mechanistic.table import lookup

CORTICAL = Exponential(
    tau=20.0, rest=-65.0, soft_v=-50.0, sharpness=1.5, peak_v=-40.0, reset_v=-70.0, refractory=1.5
)


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 4.0), (10.0, 3.0), (15.0, 5.0), (20.0, 5.0), (24.0, 0.5), (30.0, 3.0)]
)
def test_leaky_neurons_fire_as_siegert_says(mean: float, sd: float) -> None:
    """From a spike in six days to 64 per second, the square of a small step away."""
    found = cascade(Leaky(), np.array([mean / 20]), np.array([sd / 20**0.5])).rate[0, 0]
    assert 1000 * found == pytest.approx(siegert_rate(mean, sd), rel=5e-5)


def volumes(mean: float, noise: float, n: int) -> tuple[csc_matrix, csc_matrix, np.ndarray]:
    """Finite volumes of Scharfetter and Gummel: flow between cells, what leaves, where they are."""
    top, width, diffusion = CORTICAL.peak_v, 0.02, noise**2 / 2
    (drift,) = CORTICAL.drift(np, (top - width * np.arange(n - 1, -1, -1),), 0.0, CORTICAL)
    a = (drift + mean) * width / diffusion  # at the upper face of every cell
    a[-1] /= 2  # the density is 0 at the threshold, half a cell away
    up, down = diffusion / width * a / -np.expm1(-a), diffusion / width * a / np.expm1(a)
    up[-1] *= 2
    flow = diags([up[:-1], -up - np.append(0.0, down[:-1]), down[:-1]], [-1, 0, 1]) / width
    leaves = csc_matrix(([up[-1]], ([0], [n - 1])), shape=(1, n))
    return flow.tocsc(), leaves, top - width * (np.arange(n - 1, -1, -1) + 0.5)


def answers(mean: float, noise: float) -> tuple[float, float, float, float]:
    """Rate, mean potential and both time constants, by a method that shares nothing with ours."""
    low = min(CORTICAL.reset_v, CORTICAL.rest + CORTICAL.tau * mean) - 8 * noise * CORTICAL.tau**0.5
    n = round((CORTICAL.peak_v - low) / 0.02)
    flow, leaves, v = volumes(mean, noise, n)
    width = v[1] - v[0]
    where = (v > CORTICAL.reset_v - width) & (v < CORTICAL.reset_v + width)
    enters = csc_matrix(where / (2 * width)).T
    level = csc_matrix(np.full((1, n), width)) + CORTICAL.refractory * leaves
    first = csc_matrix(([1.0], ([0], [0])), shape=(n, 1))
    singular = (flow + enters @ leaves).tolil()
    singular[0] = level  # this equation follows from the others: the norm in its place
    p = splu(singular.tocsc()).solve(first.toarray()[:, 0])
    h, forces, at_once = 1e-5, [], []
    for way in ((h, 0.0), (0.0, h)):
        more, less = (volumes(mean + s * way[0], noise + s * way[1], n) for s in (1, -1))
        forces.append((more[0] - less[0]) @ p / (2 * h))
        at_once.append(((more[1] - less[1]) @ p)[0] / (2 * h))
    frequencies = np.linspace(2.5e-4, 1.0, 200)
    found = np.empty((2, 200), complex)
    for k, omega in enumerate(2 * np.pi * frequencies):
        back = np.exp(-1j * omega * CORTICAL.refractory) * enters
        solver = splu(csc_matrix(1j * omega * eye(n) - flow - back @ leaves))
        for i in range(2):
            forced = forces[i] + back.toarray()[:, 0] * at_once[i]
            found[i, k] = (leaves @ solver.solve(forced))[0] + at_once[i]
    times = [fitted(response / response[0].real, frequencies) for response in found]
    return (leaves @ p)[0], p @ v / p.sum(), *times


def fitted(response: np.ndarray, frequencies: np.ndarray) -> float:
    """Time constant of the nearest exponential filter, in the mean square up to 1 kHz."""

    def misfit(time: float) -> float:
        gap = response - 1 / (1 + 2j * np.pi * frequencies * time)
        return float(np.trapezoid(np.abs(gap) ** 2, frequencies))

    return float(minimize_scalar(misfit, bounds=(1e-3, 100.0), method="bounded").x)


@pytest.mark.parametrize(("mean", "noise"), [(0.5, 1.5), (0.0, 3.0), (-0.5, 1.5)])
def test_every_response_is_that_of_another_method(mean: float, noise: float) -> None:
    rate, voltage, *times = answers(mean, noise)
    found = cascade(CORTICAL, np.array([mean]), np.array([noise]))
    assert found.rate[0, 0] == pytest.approx(rate, rel=2e-4)
    assert found.voltage[0, 0] == pytest.approx(voltage, abs=1e-3)
    assert found.tau_mean[0, 0] == pytest.approx(times[0], rel=2e-3)
    assert found.tau_noise[0, 0] == pytest.approx(times[1], rel=2e-3)


def test_a_rate_that_falls_as_the_noise_grows_follows_it_at_once() -> None:
    found = cascade(CORTICAL, np.array([7.0]), np.array([3.7, 3.8]))
    assert found.rate[0, 1] < found.rate[0, 0]
    assert (found.tau_noise == 0.1).all()


def test_between_the_points_of_the_tables() -> None:
    """In the middle of cells, where straight lines are furthest off, at the noise of cortex."""
    tables, rng = cascade_tables(CORTICAL), np.random.default_rng(0)
    means = -0.975 + 0.05 * rng.choice(np.arange(100), 12, replace=False)
    noises = 1.55 + 0.1 * rng.choice(np.arange(30), 6, replace=False)
    exact = cascade(CORTICAL, means, noises)
    at = np.meshgrid(means, noises, indexing="ij")
    for name, off in (("rate", 3e-5), ("voltage", 0.02), ("tau_mean", 0.05), ("tau_noise", 0.05)):
        found = lookup(np, tables[name], *at)
        np.testing.assert_allclose(found, getattr(exact, name), rtol=0, atol=off, err_msg=name)


def test_tables_are_kept_for_every_neuron(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURROBRAIN_CACHE", str(tmp_path))
    monkeypatch.setattr(fokker_planck, "_MEANS", (0.5, 0.5, 3))
    monkeypatch.setattr(fokker_planck, "_NOISES", (1.0, 1.0, 2))
    afresh = cascade_tables.__wrapped__
    made = afresh(Leaky())["rate"]
    assert made.values[1, 1] == cascade(Leaky(), np.array([1.0]), np.array([2.0])).rate[0, 0]
    other = afresh(Leaky(tau=10.0))["rate"].values
    assert len(list(tmp_path.rglob("*.npy"))) == 2
    monkeypatch.setattr(fokker_planck, "cascade", None)  # from here on nothing is computed
    np.testing.assert_array_equal(afresh(Leaky())["rate"].values, made.values)
    np.testing.assert_array_equal(afresh(Leaky(tau=10.0))["rate"].values, other)


@pytest.mark.parametrize(
    ("mean", "noise", "message"),
    [
        (np.nan, 1.0, "means"),
        (0.5, 0.0, r"noises must be positive, but 0 mV per sqrt\(ms\) arrived"),
        (-1.0, 0.1, r"Exponential neurons need input to fire, but a mean of -1 mV/ms"),
    ],
)
def test_what_has_no_response_is_refused(mean: float, noise: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cascade(CORTICAL, np.array([mean]), np.array([noise]))
