import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.linalg import logm

import surrobrain as sb
from surrobrain.learned.architectures import NeuralODE, neural_ode
from surrobrain.learned.linear_map import linear_start
from surrobrain.training.options import Training


def pendulum(t, x):
    return np.array([x[1], -np.sin(x[0]) - 0.3 * x[1]])


def linear_system(step: np.ndarray, n_times: int) -> np.ndarray:
    rng, x = np.random.default_rng(0), np.zeros((n_times, len(step)))
    for t in range(1, n_times):
        x[t] = step @ x[t - 1] + rng.normal(size=len(step))
    return x


@pytest.mark.parametrize(("memory", "n_inputs"), [(1, 0), (3, 0), (2, 1)])
def test_it_starts_exactly_as_its_linear_part(memory, n_inputs):
    x = linear_system(np.array([[0.9, -0.2, 0.0], [0.2, 0.9, 0.1], [0.0, 0.1, 0.8]]), 400)
    windows = np.stack([x[k : len(x) - memory + k] for k in range(memory)], axis=1)
    drives = np.random.default_rng(1).normal(size=(len(windows), n_inputs))
    targets = x[memory:] + drives.sum(axis=1, keepdims=True)
    model = NeuralODE(3, memory=memory, n_inputs=n_inputs).double()
    model.warm_start(windows, targets, drives=drives, seed=0)
    found = model(torch.as_tensor(windows), torch.as_tensor(drives)).detach().numpy()
    expected = linear_start(windows, targets, drives).predict(windows, drives)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_the_linear_drift_is_the_logarithm_where_steps_are_fine():
    x = linear_system(np.array([[0.9, -0.2], [0.2, 0.8]]), 400)
    model = NeuralODE(2, substeps=16).double()
    model.warm_start(x[:-1, None], x[1:], seed=0)
    expected = logm(linear_start(x[:-1, None], x[1:]).coefficients[0])
    np.testing.assert_allclose(model.linear.weight.detach().numpy(), expected, atol=1e-7)


def test_what_no_flow_can_do_is_replaced():
    x = linear_system(np.diag([-0.5, 0.8]), 2000)
    model = NeuralODE(2, substeps=2).double()
    model.warm_start(x[:-1, None], x[1:], seed=0)
    slope = torch.func.jacrev(lambda s: model(s[None, None])[0])(torch.zeros(2).double())
    found = np.sort(np.linalg.eigvals(slope.detach().numpy()))
    solved = np.linalg.eigvals(linear_start(x[:-1, None], x[1:]).coefficients[0])
    np.testing.assert_allclose(found, [np.exp(-2), solved.max()], atol=1e-6)


def test_a_chain_of_equal_regions_has_a_logarithm():
    chain = np.array([[0.5, 0.0], [1.0, 0.5]])  # one eigenvector for two eigenvalues
    model = NeuralODE(2, substeps=2).double()
    with torch.no_grad():
        model.linear.weight.copy_(torch.as_tensor(neural_ode._logarithm(chain, 2)))
    found = model(torch.eye(2).double()[:, None]).detach().numpy()
    np.testing.assert_allclose(found, chain.T, atol=1e-5)


def test_the_solver_is_of_fourth_order():
    rng, start = np.random.default_rng(0), np.array([0.5, -0.3])
    models = [NeuralODE(2, hidden=8, substeps=n).double() for n in (8, 16, 32)]
    drawn = {
        k: torch.as_tensor(rng.normal(size=v.shape)) for k, v in models[0].state_dict().items()
    }
    for model in models:
        model.load_state_dict(drawn)

    def drift(t, x):
        return models[0].drift(torch.as_tensor(x)[None, None])[0].detach().numpy()

    exact = solve_ivp(drift, (0, 1), start, rtol=1e-12, atol=1e-12).y[:, -1]
    errors = [abs(m(torch.as_tensor(start)[None, None])[0].detach().numpy() - exact).max()
              for m in models]  # fmt: skip
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(4.0, abs=0.3)


def test_it_recovers_the_vector_field_of_a_pendulum():
    dt, rng, runs = 0.2, np.random.default_rng(0), []
    for start in rng.uniform(-1.3, 1.3, size=(12, 2)):
        run = solve_ivp(pendulum, (0, 12), start, t_eval=np.arange(60) * dt, rtol=1e-8).y.T
        runs.append(run)
    values = np.concatenate([np.vstack([run, np.full((1, 2), np.nan)]) for run in runs])
    recording = sb.Recording(values, sfreq=1 / dt, on_bad="mask")
    training = Training(epochs=10, optimizer="lbfgs")
    model = sb.fit(NeuralODE(2, hidden=32, substeps=1), recording, training=training).model
    grid = rng.uniform(-1.0, 1.0, size=(200, 2))
    seen = torch.as_tensor((grid - model.center) / model.scale)[:, None]
    found = model.architecture.drift(seen).detach().numpy() * model.scale / dt
    true = np.array([pendulum(0, x) for x in grid])
    linear = np.column_stack([grid[:, 1], -grid[:, 0] - 0.3 * grid[:, 1]])
    error, of_linear = (np.square(f - true).sum() for f in (found, linear))
    assert error < 0.05 * of_linear
