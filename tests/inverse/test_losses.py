import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.losses import multi_step, next_step


@pytest.fixture
def halving():
    model = sb.LinearVAR(2).double()
    with torch.no_grad():
        model.linear.weight.copy_(0.5 * torch.eye(2))
    return model


def test_next_step_is_the_mean_squared_error(halving):
    windows = torch.tensor([[[2.0, 4.0]]], dtype=torch.float64)
    targets = torch.tensor([[[1.0, 5.0]]], dtype=torch.float64)
    assert next_step()(halving, windows, targets).item() == pytest.approx(4.5)


def test_multi_step_runs_on_its_own_predictions(halving):
    windows = torch.tensor([[[8.0, 0.0]]], dtype=torch.float64)
    targets = torch.tensor([[[4.0, 0.0], [2.0, 0.0], [0.0, 0.0]]], dtype=torch.float64)
    assert multi_step(3)(halving, windows, targets).item() == pytest.approx(1 / 6)


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1"):
        multi_step(0)
