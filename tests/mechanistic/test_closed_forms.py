"""Where theory solves a network, the linearization must say the same."""

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.mechanistic.averaged import averaged_covariance
from surrobrain.mechanistic.linearization import stationary_covariance


def symmetric(n=4):
    weights = np.random.default_rng(0).random((n, n))
    weights = weights + weights.T
    np.fill_diagonal(weights, 0.0)
    return sb.Connectome(weights / np.linalg.eigvalsh(weights).max())


def of_means(rates, interval):
    """What averaging over an interval leaves of the variance of modes with these rates."""
    z = np.asarray(rates) * interval
    return 2 * ((np.exp(z) - 1 - z) / z**2).real


def test_a_linear_network_has_the_covariance_of_galan():
    # A P + P A' + s^2 = 0 with symmetric A = (G C - 1) / tau has P = s^2 tau / 2 (1 - G C)^-1
    connectome = symmetric()
    network = sb.Network(sb.Linear(tau=0.05), connectome, coupling=0.8, noise=2.0)
    found = stationary_covariance(network, {}).detach().numpy()
    # and a mean over h of a mode with rate l has 2 (exp(l h) - 1 - l h) / (l h)^2 of its variance
    own, modes = np.linalg.eigh(connectome.weights)
    rates = (0.8 * own - 1) / 0.05
    variances = 2.0**2 / (-2 * rates) * of_means(rates, 0.01)
    expected = modes @ np.diag(variances) @ modes.T
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_below_its_bifurcation_stuart_landau_is_solved_too():
    # x and y rotate into each other, which no covariance of symmetric coupling sees:
    # with diffusive coupling L = D - W, P = s^2 / 2 (-a + G L)^-1 for x and for y
    connectome = symmetric()
    node = sb.StuartLandau(a=-0.5, omega=0.7)
    network = sb.Network(node, connectome, coupling=0.3, noise=0.01)
    laplacian = np.diag(connectome.weights.sum(axis=1)) - connectome.weights
    own, modes = np.linalg.eigh(laplacian)
    rates = -0.5 - 0.3 * own
    variances = 0.01**2 / (-2 * rates) * of_means(rates + 0.7j, 0.01)
    expected = modes @ np.diag(variances) @ modes.T
    found = stationary_covariance(network, {}).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    run = sb.simulate(network, duration=4000.0, seed=0).values
    simulated = np.cov(run.T)
    np.testing.assert_allclose(np.diag(simulated), np.diag(expected), rtol=0.15)


def test_the_fit_of_a_linear_network_solves_instead_of_searching_by_simulation():
    # one unknown: the coupling at which theory has the measured correlation, by bisection
    pair = sb.Connectome(np.array([[0.0, 1.0], [1.0, 0.0]]))
    fast = sb.observers.Identity(1e7)  # so that means over samples are momentary values
    network = sb.Network(sb.Linear(), pair, coupling=0.2, noise=1.0, observer=fast)
    target = 0.6  # P = (1 - G C)^-1 has the correlation G
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.95)})
    matrix = np.array([[1.0, target], [target, 1.0]])
    alike = sb.features.functional_connectivity(target=matrix, distance="squared")
    search = sb.Search("gauss_newton", through="linearization")
    found = sb.fit(free, None, loss=alike, training=search).values["coupling"]
    assert abs(found - target) < 1e-6


def test_the_closed_form_has_slopes():
    network = sb.Network(sb.Linear(tau=0.05), symmetric(), coupling=0.8, noise=2.0)
    noise = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    total = stationary_covariance(network, {"noise": noise}).sum()
    (slope,) = torch.autograd.grad(total, noise)
    assert abs(float(slope - 2 * total.detach() / 2.0)) < 1e-9  # P grows with the square


@pytest.mark.parametrize("sfreq", [2.0, 20.0, 2000.0])
def test_slow_samples_are_means_of_a_fast_process(sfreq):
    network = sb.Network(
        sb.Linear(tau=0.05), symmetric(), coupling=0.8, noise=2.0, dt=5e-4,
        observer=sb.observers.Identity(sfreq),
    )  # fmt: skip
    found = stationary_covariance(network, {}).detach().numpy()
    own = [np.cov(sb.simulate(network, duration=4000 / min(sfreq, 20.0), seed=k).values.T)
           for k in range(4)]  # fmt: skip
    np.testing.assert_allclose(np.diag(found), np.diag(np.mean(own, axis=0)), rtol=0.06)


@pytest.mark.parametrize("interval", [1e-6, 0.003, 0.3, 30.0])
def test_the_covariance_of_means_has_exact_slopes(interval):
    rng = np.random.default_rng(0)
    jacobian = torch.tensor(0.3 * rng.normal(size=(3, 3)) - 2 * np.eye(3), requires_grad=True)
    root = torch.as_tensor(rng.normal(size=(3, 3)))

    def averaged(a):
        return averaged_covariance(a, root @ root.T, interval)

    assert torch.autograd.gradcheck(averaged, jacobian, eps=1e-6, atol=1e-6)
