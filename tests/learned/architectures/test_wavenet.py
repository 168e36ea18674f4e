import pytest
import torch
from torch.nn.functional import conv1d, pad

import surrobrain as sb
from surrobrain.learned.architectures import WaveNet
from surrobrain.training.options import Training
from tests.learned.architectures.systems import remembering


def convolved(model: WaveNet, windows: torch.Tensor) -> torch.Tensor:
    """The same network as convolutions over all positions, as the paper writes it."""
    before = 2 ** len(model.layers) - model.memory
    values = model.token(pad(windows, (0, 0, before, 0))).transpose(1, 2)  # (batch, channel, time)
    total = 0
    for k, layer in enumerate(model.layers):
        taps = layer.pair.weight.unflatten(1, (2, -1)).transpose(1, 2)  # (out, in, tap)
        found = conv1d(pad(values, (2**k, 0)), taps, layer.pair.bias, dilation=2**k)
        signal, gate = found.chunk(2, dim=1)
        gated = (torch.tanh(signal) * torch.sigmoid(gate)).transpose(1, 2)
        values = values + layer.kept(gated).transpose(1, 2)
        total = total + layer.shown(gated[:, -1])
    return total


@pytest.mark.parametrize("memory", [1, 2, 7, 16])
def test_the_tree_is_a_stack_of_dilated_convolutions(memory):
    model = WaveNet(3, memory=memory, channels=5).double()
    torch.nn.init.eye_(model.outer.weight)
    windows = torch.randn(4, memory, 3, generator=torch.Generator().manual_seed(0)).double()
    expected = torch.relu(convolved(model, windows))[:, :3]
    torch.testing.assert_close(model(windows), expected, rtol=0, atol=1e-12)
    assert expected.abs().max() > 0


def test_it_sees_the_oldest_sample():
    model = WaveNet(1, memory=16, channels=8, lags=1).double()
    torch.nn.init.ones_(model.outer.weight)
    drawn = torch.randn(1, 16, 1, generator=torch.Generator().manual_seed(0))
    windows = drawn.double().requires_grad_()
    (slope,) = torch.autograd.grad(model(windows).sum(), windows)
    assert (slope != 0).all()


def test_it_finds_what_lies_beyond_the_linear_map():
    model = WaveNet(2, memory=8, channels=16, lags=2)
    training = Training(epochs=20, rate=5e-3)
    history = sb.fit(model, remembering(1200, lag=6), training=training).history
    assert history.validation[0] > 0.9  # of the variance
    assert history.one_step < 0.2  # the noise alone is 0.08
