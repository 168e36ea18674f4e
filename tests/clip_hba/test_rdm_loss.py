import pytest
import torch

from surrobrain.clip_hba.layer_mixing import embeddings
from surrobrain.clip_hba.rdm_loss import RDMLoss, correlation_rdms, generalization_curve


def seen(*, n_times: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return parts of the loss, what they were relative to, and free layer weights."""
    chance = torch.Generator().manual_seed(0)
    reached = torch.randn(12, 6, 21, generator=chance, dtype=torch.float64).to(dtype)
    measured = torch.rand(n_times, 66, generator=chance, dtype=torch.float64).to(dtype)
    free = torch.zeros(n_times, 6, dtype=dtype, requires_grad=True)
    predicted = correlation_rdms(embeddings(reached, free.softmax(dim=-1)))
    parts = RDMLoss().parts(predicted, measured)
    return parts, parts.detach(), free


@pytest.mark.parametrize("n_times", [7, 36])
def test_where_all_times_are_alike_the_gradient_is_no_rounding(n_times):
    slopes = []
    for dtype in (torch.float32, torch.float64):
        parts, initial, free = seen(n_times=n_times, dtype=dtype)
        (slope,) = torch.autograd.grad(RDMLoss().total(parts, initial), free)
        assert parts[2] == 1  # a curve that does not vary is correlated with none
        slopes.append(slope.double())
    assert 0 < slopes[1].abs().max() < 1
    torch.testing.assert_close(slopes[0], slopes[1], atol=1e-6, rtol=1e-4)


def test_what_varies_counts_as_before():
    rdms = torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.5], [3.0, 1.0, 1.0]])
    expected = torch.corrcoef(rdms).mean(dim=1)
    torch.testing.assert_close(generalization_curve(rdms), expected)
    assert RDMLoss().parts(rdms, rdms) == pytest.approx([0, 0, 0], abs=1e-6)
