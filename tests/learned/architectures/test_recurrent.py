import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.learned.architectures import Recurrent
from surrobrain.learned.linear_map import linear_start
from surrobrain.learned.windows import training_windows
from surrobrain.training.options import Training
from tests.learned.architectures.systems import remembering

TORCH = {"tanh": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_cells_are_those_of_torch(cell):
    torch_cell = TORCH[cell](3, 5).double()
    model = Recurrent(3, hidden=5, memory=4, cell=cell).double()
    order = [0, 1, 3, 2] if cell == "lstm" else range(len(torch_cell.bias_ih) // 5)
    rows = torch.cat([torch.arange(5) + 5 * k for k in order])  # torch shows the LSTM's gate last
    with torch.no_grad():
        model.own.weight.copy_(torch_cell.weight_hh[rows])
        model.own.bias.copy_(torch_cell.bias_hh[rows])
        model.seen.weight.copy_(torch_cell.weight_ih[rows])
        model.seen.bias.copy_(torch_cell.bias_ih[rows])
    windows = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(0)).double()
    state = model.step(model.encode(windows))
    expected = None
    for t in range(4):
        expected = torch_cell(windows[:, t], expected)
    hidden = expected[0] if cell == "lstm" else expected
    torch.testing.assert_close(state[0], hidden, rtol=0, atol=1e-12)
    if cell == "lstm":
        torch.testing.assert_close(state[1], expected[1], rtol=0, atol=1e-12)


def test_it_finds_what_lies_beyond_the_linear_map():
    training = Training(epochs=20, rate=1e-2)
    model = Recurrent(2, memory=6, hidden=24, lags=1)
    history = sb.fit(model, remembering(1200, lag=2), training=training).history
    assert history.validation[0] > 0.9  # of the variance
    assert history.one_step < 0.3  # the noise alone is 0.08


def test_it_starts_as_its_linear_part_and_counts_that():
    windows, targets = training_windows([remembering(200, lag=3)], memory=5)
    model = Recurrent(2, memory=5, lags=3).double()
    model.warm_start(windows, targets[:, 0], seed=0)
    expected = linear_start(windows[:, 2:], targets[:, 0]).predict(windows[:, 2:])
    found = model.observe(model.step(model.encode(torch.as_tensor(windows))))
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-12)
    assert model.n_active == 2 * (3 * 2 + 1)


def test_the_seed_draws_the_network():
    rng = np.random.default_rng(0)
    windows, targets = rng.normal(size=(50, 4, 2)), rng.normal(size=(50, 2))
    drawn = []
    for seed in (0, 0, 1):
        model = Recurrent(2, memory=4)
        model.warm_start(windows, targets, seed=seed)
        drawn.append(model.own.weight)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_an_unknown_cell_is_refused():
    with pytest.raises(ValueError, match="did you mean 'gru'"):
        Recurrent(2, cell="gro")
