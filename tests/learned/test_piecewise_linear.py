"""The compiled steps of piecewise linear networks are the plain ones, as are their gradients."""

import numpy as np
import pytest
import torch

from surrobrain.learned.architectures.almost_linear_rnn import AlmostLinearRNN
from surrobrain.learned.architectures.dendritic_plrnn import DendriticPLRNN
from surrobrain.learned.architectures.shallow_plrnn import ShallowPLRNN
from surrobrain.learned.unroll import stepped

N, LANES, STEPS = 3, 5, 7
MODELS = {
    "shallow": lambda: ShallowPLRNN(N, hidden=9, n_inputs=2, clipped=False),
    "components": lambda: ShallowPLRNN(N, hidden=9, n_inputs=2, components=2),
    "clipped": lambda: ShallowPLRNN(N, hidden=9, n_inputs=2),
    "dendritic": lambda: DendriticPLRNN(N, n_states=5, branches=3, n_inputs=2),
    "clipped dendritic": lambda: DendriticPLRNN(
        N, n_states=5, branches=3, n_inputs=2, clipped=True
    ),
    "almost linear": lambda: AlmostLinearRNN(N, n_states=6, rectified=2, n_inputs=2),
}
every = pytest.mark.parametrize("kind", MODELS)


def drawn(kind: str, dtype: torch.dtype = torch.float64):
    rng = np.random.default_rng(0)
    model = MODELS[kind]().to(dtype)
    with torch.no_grad():
        for p in model.state_dict().values():
            p.copy_(torch.as_tensor(0.5 * rng.normal(size=tuple(p.shape))))

    def tensor(*shape: int):
        return torch.as_tensor(rng.normal(size=shape), dtype=dtype).requires_grad_()

    arguments = {
        "inputs": tensor(LANES, STEPS, N), "drives": tensor(LANES, STEPS, 2),
        "teacher": tensor(LANES, STEPS, model.n_states).detach(),
        "shares": torch.as_tensor(rng.random((LANES, STEPS)), dtype=dtype),
    }  # fmt: skip
    return model, tensor(LANES, model.n_states), arguments


def results(way, model, start, arguments) -> list[torch.Tensor]:
    values, state = way(start, STEPS, **arguments)
    weights = torch.linspace(-1, 1, values.numel(), dtype=values.dtype).reshape(values.shape)
    loss = (weights * values).square().sum() + state.square().sum()
    sources = [start, arguments["inputs"], arguments["drives"], *model.parameters()]
    gradients = torch.autograd.grad(loss, sources, allow_unused=True)
    return [values, state, *(torch.zeros(()) if g is None else g for g in gradients)]


@every
def test_fused_steps_and_gradients_are_the_plain_ones(kind):
    model, start, arguments = drawn(kind)

    def plain(state, n_steps, **given):
        return stepped(model, state, n_steps, **given)

    pairs = zip(
        results(model.unroll, model, start, arguments), results(plain, model, start, arguments),
        strict=True,
    )  # fmt: skip
    for fused, expected in pairs:
        torch.testing.assert_close(fused, expected, rtol=1e-10, atol=1e-12)


@every
def test_in_single_precision_too(kind):
    model, start, arguments = drawn(kind, torch.float32)
    values, _ = model.unroll(start, STEPS, **arguments)
    assert values.dtype == torch.float32
    expected, _ = stepped(model, start, STEPS, **arguments)
    torch.testing.assert_close(values, expected, rtol=1e-4, atol=1e-4)


@every
def test_jacobian_is_that_of_the_step(kind):
    model, start, _ = drawn(kind)
    found = model.jacobians(start)
    for k in range(LANES):
        expected = torch.func.jacrev(lambda z: model.step(z[None])[0])(start[k])
        torch.testing.assert_close(found[k], expected)


@pytest.mark.parametrize("kind", [kind for kind in MODELS if kind != "components"])
def test_starts_as_the_linear_autoregression(kind):
    rng = np.random.default_rng(1)
    windows = rng.normal(size=(400, 1, N))
    drives = rng.normal(size=(400, 2))
    step = np.array([[0.8, 0.1, 0.0], [-0.2, 0.7, 0.0], [0.0, 0.3, 0.5]])
    effect = np.array([[1.0, 0.0], [0.0, -2.0], [0.5, 0.5]])
    targets = windows[:, 0] @ step.T + drives @ effect.T + 0.3
    model = MODELS[kind]().double()
    model.warm_start(windows, targets, drives=drives, seed=0)
    state = model.encode(torch.as_tensor(windows))
    found = model.observe(model.step(state, None, torch.as_tensor(drives)))
    inside = (np.abs(windows[:, 0]) < 2).all(axis=1)
    np.testing.assert_allclose(found.detach().numpy()[inside], targets[inside], atol=2e-3)


def test_too_few_states_are_refused():
    with pytest.raises(ValueError, match="leaves no room for 2 rectified units"):
        AlmostLinearRNN(3, n_states=4)
    with pytest.raises(ValueError, match="n_states must be at least 3"):
        DendriticPLRNN(3, n_states=2)
