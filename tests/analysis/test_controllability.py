import numpy as np
import pytest

from surrobrain.analysis.controllability import (
    average_controllability,
    control_energy,
    modal_controllability,
    normalized,
)


def symmetric(n=6, seed=0):
    a = np.random.default_rng(seed).normal(size=(n, n))
    return normalized(a + a.T)


def test_a_diagonal_system_has_the_values_one_writes_down():
    rates = np.array([0.9, 0.5, 0.0])
    np.testing.assert_allclose(average_controllability(np.diag(rates)), 1 / (1 - rates**2))
    np.testing.assert_allclose(modal_controllability(np.diag(rates)), 1 - rates**2)


def test_average_controllability_is_the_energy_of_the_impulse_response():
    a = normalized(np.random.default_rng(1).normal(size=(5, 5)))
    powers = [np.linalg.matrix_power(a, k) for k in range(3000)]
    expected = sum(np.square(p).sum(axis=0) for p in powers)
    np.testing.assert_allclose(average_controllability(a), expected, rtol=1e-10)
    with pytest.raises(ValueError, match="not stable"):
        average_controllability(2 * np.eye(2))


def test_modal_controllability_of_a_symmetric_system_is_that_of_its_modes():
    a = symmetric()
    values, vectors = np.linalg.eigh(a)
    expected = np.square(vectors) @ (1 - values**2)
    np.testing.assert_allclose(modal_controllability(a), expected, rtol=1e-10)


def test_energy_of_one_leaky_region_is_the_analytic_one():
    leak, time, way = 0.7, 3.0, np.array([2.0])
    gramian = (1 - np.exp(-2 * leak * time)) / (2 * leak)
    found = control_energy(np.array([[-leak]]), start=np.zeros(1), target=way, duration=time)
    assert found == pytest.approx(4.0 / gramian, rel=1e-12)
    decayed = control_energy(
        np.array([[-leak]]), start=way, target=way * np.exp(-leak * time), duration=time
    )
    assert decayed == pytest.approx(0.0, abs=1e-12)


def test_an_input_of_that_energy_reaches_the_target():
    from scipy.integrate import solve_ivp
    from scipy.linalg import expm

    a = normalized(np.random.default_rng(2).normal(size=(4, 4)), discrete=False)
    start, target, time, regions = np.arange(4.0), np.array([1.0, 0, -1, 0]), 2.0, [0, 2]
    b = np.eye(4)[:, regions]
    t = np.linspace(0, time, 4001)
    kernels = np.stack([expm(a * s) @ b for s in t])
    gramian = np.trapezoid(kernels @ kernels.transpose(0, 2, 1), t, axis=0)
    weights = np.linalg.solve(gramian, target - expm(a * time) @ start)

    def moved(s, z):
        u = b.T @ expm(a.T * (time - s)) @ weights
        return np.append(a @ z[:4] + b @ u, u @ u)

    end = solve_ivp(moved, (0, time), np.append(start, 0.0), rtol=1e-9, atol=1e-10).y[:, -1]
    np.testing.assert_allclose(end[:4], target, atol=1e-4)
    found = control_energy(a, start=start, target=target, duration=time, regions=regions)
    assert found == pytest.approx(end[4], rel=1e-5)
    everywhere = control_energy(a, start=start, target=target, duration=time)
    assert everywhere < found


def test_what_cannot_be_reached_costs_without_end():
    apart = np.diag([-1.0, -2.0])
    way = {"start": np.zeros(2), "target": np.ones(2), "duration": 1.0}
    assert control_energy(apart, regions=[0], **way) == np.inf
