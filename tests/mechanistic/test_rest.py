import pytest
import torch

import surrobrain as sb
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.linearization import jacobian_at_rest, stationary_covariance


@pytest.fixture
def critical():
    # regions of a ring receive from two neighbors: at 1/2 the Jacobian is singular to the bit
    return sb.Network(sb.Linear(tau=0.1), sb.examples.ring(5), coupling=0.5, noise=1.0)


def test_a_network_at_a_bifurcation_is_no_rest(critical):
    for find in (jacobian_at_rest, stationary_covariance):
        with pytest.raises(NotConverged, match="rest is"):
            find(critical, {"coupling": torch.tensor(0.5, dtype=torch.float64)})


def test_the_jacobian_at_rest_need_not_be_stable(critical):
    found = jacobian_at_rest(critical, {"coupling": torch.tensor(0.7, dtype=torch.float64)})
    leading = torch.linalg.eigvals(found).real.max()
    assert leading.item() == pytest.approx((2 * 0.7 - 1) / 0.1)
