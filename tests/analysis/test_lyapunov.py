"""Exponents of systems whose exponents are known: maps, flows, linear models, delays."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.linalg import block_diag
from scipy.special import lambertw

import surrobrain as sb
from surrobrain.analysis.lyapunov import LyapunovSpectrum, lyapunov_of_map, lyapunov_spectrum
from surrobrain.errors import Diverged
from surrobrain.learned.surrogate import Surrogate
from surrobrain.learned.window_model import WindowModel
from surrobrain.mechanistic.nodes.lorenz import Lorenz
from tests.evaluation.stubs import Linear, coupled


def runge_kutta(drift, slope, dt):
    """Return one step of a flow and its derivative."""

    def step(x):
        a = drift(x)
        b = drift(x + dt / 2 * a)
        c = drift(x + dt / 2 * b)
        return x + dt / 6 * (a + 2 * b + 2 * c + drift(x + dt * c))

    def jacobian(x):
        one = np.eye(x.shape[-1])
        a = drift(x)
        b = drift(x + dt / 2 * a)
        c = drift(x + dt / 2 * b)
        da = slope(x)
        db = slope(x + dt / 2 * a) @ (one + dt / 2 * da)
        dc = slope(x + dt / 2 * b) @ (one + dt / 2 * db)
        return one + dt / 6 * (da + 2 * db + 2 * dc + slope(x + dt * c) @ (one + dt * dc))

    return step, jacobian


def stacked(rows):
    """Turn a matrix of arrays, shape (n_runs,), into matrices, one per run."""
    flat = [[np.broadcast_to(entry, np.shape(rows[0][0])) for entry in row] for row in rows]
    return np.moveaxis(np.array(flat, float), (0, 1), (-2, -1))


def lorenz_63():
    def drift(s):
        x, y, z = np.moveaxis(s, -1, 0)
        return np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], axis=-1)

    def slope(s):
        x, y, z = np.moveaxis(s, -1, 0)
        return stacked([[0 * x - 10, 10, 0], [28 - z, -1, -x], [y, x, -8 / 3]])

    start = np.random.default_rng(0).normal(size=(40, 3)) + np.array([1.0, 1.0, 20.0])
    return runge_kutta(drift, slope, 0.01), start, 0.01, 5000


def roessler():
    def drift(s):
        x, y, z = np.moveaxis(s, -1, 0)
        return np.stack([-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)], axis=-1)

    def slope(s):
        x, _, z = np.moveaxis(s, -1, 0)
        return stacked([[0 * x, -1, -1], [1, 0.2, 0], [z, 0, x - 5.7]])

    start = np.array([3.0, 3.0, 0.0]) + np.random.default_rng(0).normal(size=(40, 3)) * np.array(
        [1.0, 1.0, 0.0]
    )
    return runge_kutta(drift, slope, 0.05), start, 0.05, 8000


def lorenz_96(n=40):
    eye = np.eye(n)
    ahead, behind, before = (np.roll(eye, k, axis=1) for k in (1, -1, -2))

    def drift(x):
        return (np.roll(x, -1, -1) - np.roll(x, 2, -1)) * np.roll(x, 1, -1) - x + 8

    def slope(x):
        span = np.roll(x, -1, -1) - np.roll(x, 2, -1)
        return span[..., None] * behind + np.roll(x, 1, -1)[..., None] * (ahead - before) - eye

    start = 8 + np.random.default_rng(0).normal(size=(16, n))
    return runge_kutta(drift, slope, 0.05), start, 0.05, 1200


def henon():
    def step(s):
        return np.stack([1 - 1.4 * s[..., 0] ** 2 + s[..., 1], 0.3 * s[..., 0]], axis=-1)

    def slope(s):
        return stacked([[-2.8 * s[..., 0], 1], [0.3, 0]])

    return (step, slope), np.zeros((20, 2)) + np.linspace(0, 0.1, 20)[:, None], 1.0, 3000


def logistic():
    return (
        (lambda x: 4 * x * (1 - x), lambda x: (4 - 8 * x)[..., None]),
        np.linspace(0.11, 0.87, 50)[:, None],
        1.0,
        3000,
    )


KNOWN = {
    "lorenz 63": (lorenz_63, [0.9057, 0.0, -14.572], 0.01),
    "roessler": (roessler, [0.0714, 0.0, -5.388], 0.003),
    "henon": (henon, [0.4192, -1.6233], 0.005),
    "logistic": (logistic, [np.log(2)], 0.005),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_spectra(name):
    system, exponents, tolerance = KNOWN[name]
    (step, jacobian), start, dt, n_steps = system()
    every = 1 if dt == 1.0 else 10
    found = lyapunov_of_map(step, jacobian, start, n_steps=n_steps, dt=dt, every=every)
    assert found.exponents[:2] == pytest.approx(exponents[:2], abs=tolerance)
    assert (np.abs(found.exponents - exponents) < 4 * found.error + 0.001).all()


def test_a_large_system_by_its_largest_exponent_alone():
    (step, jacobian), start, dt, n_steps = lorenz_96()
    found = lyapunov_of_map(step, jacobian, start, n_steps=n_steps, dt=dt, n_exponents=1, every=10)
    assert found.exponents == pytest.approx([1.68], abs=0.03)
    assert np.isnan(found.kaplan_yorke)  # one exponent is not enough


def test_volume_shrinks_as_the_divergence_says():
    """The trace of Lorenz's Jacobian is -13.667 everywhere, the determinant of Henon's -0.3."""
    (step, jacobian), start, dt, _ = lorenz_63()
    flow = lyapunov_of_map(step, jacobian, start[0], n_steps=400, dt=dt)
    assert flow.total == pytest.approx(-41 / 3, abs=1e-4)
    (step, jacobian), start, dt, _ = henon()
    plane = lyapunov_of_map(step, jacobian, start, n_steps=100)
    assert plane.total == pytest.approx(np.log(0.3), abs=1e-12)


def test_how_often_directions_are_made_orthonormal_does_not_matter():
    (step, jacobian), start, _, _ = henon()
    often, rarely = (
        lyapunov_of_map(step, jacobian, start, n_steps=1000, every=k).exponents for k in (1, 5)
    )
    assert often == pytest.approx(rarely, abs=5e-3)


def spectrum(*exponents: float, n_dimensions: int | None = None) -> LyapunovSpectrum:
    values = np.array(exponents)
    running = values[None]
    return LyapunovSpectrum(values, 0 * values, np.ones(1), running, n_dimensions or len(exponents))


def test_kaplan_and_yorke():
    assert spectrum(0.9057, 0.0, -14.572).kaplan_yorke == pytest.approx(2.062, abs=5e-4)
    assert spectrum(0.0713, 0.0, -5.388).kaplan_yorke == pytest.approx(2.013, abs=5e-4)
    assert spectrum(0.4193, -1.6233).kaplan_yorke == pytest.approx(1.258, abs=5e-4)
    assert spectrum(-1.0, -2.0).kaplan_yorke == 0.0
    assert spectrum(0.5, -0.5).kaplan_yorke == 2.0  # nothing shrinks
    assert np.isnan(spectrum(0.5, -0.1, n_dimensions=5).kaplan_yorke)


def test_the_error_covers_the_truth_and_the_run_converges():
    (step, jacobian), start, _, n_steps = henon()
    found = lyapunov_of_map(step, jacobian, start, n_steps=n_steps)
    assert found.running[-1] == pytest.approx(found.exponents)
    assert found.times[-1] == n_steps
    early, late = (np.abs(found.running[k, 0] - 0.4192) for k in (20, -1))
    assert late < early
    assert 0 < found.error[0] < 0.01


class Henon(WindowModel):
    """Henon's map as an architecture, in units of its own."""

    def __init__(self):
        super().__init__(2, memory=1)
        self.a = torch.nn.Parameter(torch.tensor(1.4))

    def warm_start(self, windows, targets, *, seed):
        pass

    def forward(self, windows):
        x, y = windows[:, -1].unbind(dim=1)
        return torch.stack([1 - self.a * x**2 + y, 0.3 * x], dim=1)


class Lagged(torch.nn.Module):
    """A latent state of two parts, of which one is seen."""

    closed_form, n_regions, memory, n_active, n_inputs = False, 1, 1, 1, 0

    def __init__(self):
        super().__init__()
        self.rates = torch.nn.Parameter(torch.tensor([0.9, -0.5]))

    def config(self):
        return {}

    def warm_start(self, windows, targets, *, seed):
        pass

    def encode(self, windows):
        return windows[:, -1], 0 * windows[:, -1]

    def step(self, state, inputs=None, drive=None):
        seen, hidden = state
        later = self.rates[0] * seen + hidden
        return (later if inputs is None else later + inputs), self.rates[1] * hidden

    def observe(self, state):
        return state[0]


def surrogate(architecture, noise: float = 0.0, sfreq: float = 10.0) -> Surrogate:
    n = architecture.n_regions
    names = tuple(f"region_{k}" for k in range(n))
    return Surrogate(
        architecture, names, sfreq, "activity", np.zeros(n), np.full(n, 2.0), noise * np.eye(n)
    )


def test_a_surrogate_that_is_a_known_map():
    found = lyapunov_spectrum(surrogate(Henon()), duration=50.0, n_runs=100)
    assert found.exponents == pytest.approx([4.192, -16.233], abs=0.06)  # per second
    assert found.total == pytest.approx(10 * np.log(0.3), abs=1e-6)
    assert found.kaplan_yorke == pytest.approx(1.258, abs=0.005)


def test_a_state_of_several_parts():
    found = lyapunov_spectrum(surrogate(Lagged(), noise=0.1), duration=30.0, interval=0.3)
    assert found.n_dimensions == 2
    assert found.exponents == pytest.approx(10 * np.log([0.9, 0.5]), abs=1e-2)


def test_a_fitted_linear_model_has_the_rates_of_its_companion_matrix():
    rng = np.random.default_rng(0)
    values = np.zeros((500, 2))
    for t in range(2, 500):
        mixed = [0.6 * values[t - 1, 0], 0.4 * values[t - 1, 1] + 0.5 * values[t - 1, 0]]
        values[t] = mixed + 0.2 * values[t - 2] + rng.normal(size=2)
    model = sb.fit(sb.LinearVAR(2, memory=2), sb.Recording(values, sfreq=5.0)).model
    older, newest = np.moveaxis(
        np.array([model.architecture.linear.weight.detach().numpy().reshape(2, 2, 2)])[0], 1, 0
    )
    companion = np.block([[np.zeros((2, 2)), np.eye(2)], [older, newest]])
    rates = 5.0 * np.log(np.sort(np.abs(np.linalg.eigvals(companion)))[::-1])
    found = lyapunov_spectrum(model, duration=300.0)
    assert found.exponents == pytest.approx(rates, abs=0.05)
    assert found.kaplan_yorke == 0.0


def ring(n: int = 3) -> sb.Connectome:
    weights = np.roll(np.eye(n), 1, axis=0) + 0.3 * np.roll(np.eye(n), -1, axis=0)
    lengths = np.where(weights > 0, 50.0, 0.0)
    return sb.Connectome(weights, lengths, names=[f"r{k}" for k in range(n)])


def test_a_linear_network_has_the_rates_of_its_matrix():
    network = sb.Network(sb.Linear(), ring(), coupling=0.4, noise=1.0, stepper="rk4")
    rates = np.linalg.eigvals((0.4 * ring().weights - np.eye(3)) / 0.1).real
    found = lyapunov_spectrum(network, duration=4.0, interval=0.1, transient=2.0)
    assert found.exponents == pytest.approx(np.sort(rates)[::-1], abs=0.02)


def test_a_delayed_network_has_the_rate_of_its_characteristic_equation():
    """tau x' = -x + g x(t - d) in the mode that all regions share: Lambert's W."""
    tau, delay, gain = 0.1, 0.05, 0.5 * 1.3
    network = sb.Network(sb.Linear(), ring(), coupling=0.5, speed=1.0, dt=1e-3, noise=1.0)
    rate = (lambertw(gain * delay / tau * np.exp(delay / tau)) / delay - 1 / tau).real
    found = lyapunov_spectrum(network, duration=5.0, n_exponents=1)
    assert found.n_dimensions == 3 * (1 + 50)
    assert found.exponents == pytest.approx([rate], rel=0.01)  # Euler's step is 1 % of tau


@pytest.mark.slow
def test_a_chaotic_network():
    network = sb.Network(
        Lorenz(), sb.Connectome(np.zeros((2, 2)), names=["a", "b"]), coupling=0.0,
        observer=sb.observers.Identity(20.0), stepper="rk4", dt=5e-3,
    )  # fmt: skip
    found = lyapunov_spectrum(network, duration=300.0, interval=0.1)
    once = np.array([0.9057, 0.0, -14.572])
    assert found.exponents == pytest.approx(np.repeat(once, 2), abs=0.06)
    assert found.total == pytest.approx(-82 / 3, abs=1e-3)


def test_the_seed_decides():
    model = surrogate(Henon())
    one, same, other = (lyapunov_spectrum(model, duration=5.0, seed=s).exponents for s in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).all()


def test_refusals():
    model = surrogate(Henon())
    with pytest.raises(ValueError, match="2 dimensions has as many exponents, but 3"):
        lyapunov_spectrum(model, duration=30.0, n_exponents=3)
    with pytest.raises(TypeError, match=r"dynamics of Linear are not known; .* lyapunov_of_map"):
        lyapunov_spectrum(Linear(coupled(3)), duration=30.0)
    with pytest.raises(ValueError, match="duration must be above 0 s"):
        lyapunov_spectrum(model, duration=0.0)
    with pytest.raises(ValueError, match="interval must be above 0 s"):
        lyapunov_spectrum(model, duration=1.0, interval=-1.0)
    escaping = Henon()
    escaping.a.data += 10.0
    with pytest.raises(Diverged, match="left the finite range"):
        lyapunov_spectrum(dataclasses.replace(model, architecture=escaping), duration=30.0)


def test_parts_that_never_meet_are_all_seen():
    blocks = block_diag([[0.5]], [[2.0]], [[0.9]])
    found = lyapunov_of_map(lambda x: 0 * x, lambda x: blocks[None], np.zeros(3), n_steps=300)
    assert found.exponents == pytest.approx(np.log([2.0, 0.9, 0.5]), abs=0.02)
