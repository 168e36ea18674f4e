import numpy as np
import pytest

from surrobrain.errors import NotEnough
from surrobrain.inverse.proposal import around, corrected, prior


def test_the_prior_needs_no_correction():
    start = prior(3)
    u = start.draw(4000, seed=0)
    assert np.abs(u.mean(axis=0)).max() < 0.06
    assert np.allclose(start.log_weight(u), 0.0)
    assert corrected(u, start, n_draws=10, seed=1)[1] == pytest.approx(4000)


def test_a_proposal_is_wide_where_the_data_decide_and_the_prior_elsewhere():
    rng = np.random.default_rng(0)
    draws = np.array([1.5, 0.0]) + rng.normal(size=(20_000, 2)) * [0.05, 1.0]
    found = around(draws)
    spread = np.sqrt(np.diag(found.root @ found.root.T))
    assert spread == pytest.approx([0.1, 1.0], abs=0.02)
    assert found.center == pytest.approx([1.5, 0.0], abs=0.03)
    wider = around(3 * rng.normal(size=(20_000, 2)))
    assert wider.root @ wider.root.T == pytest.approx(np.eye(2), abs=1e-12)
    with pytest.raises(NotEnough, match="3 draws do not tell the spread of 4 unknowns"):
        around(np.zeros((3, 4)))


def test_weights_give_the_posterior_under_the_prior_back():
    """Gaussian likelihood with precision 24 at 0.8, where everything is known."""
    precision, at = 24.0, 0.8
    rng = np.random.default_rng(1)
    mean, sd = precision * at / (1 + precision), (1 + precision) ** -0.5
    proposal = around(mean + sd * rng.normal(size=(5000, 1)))
    spread = float(proposal.root[0, 0] ** 2)
    center = float(proposal.center[0])
    sharp = precision + 1 / spread
    under = (precision * at + center / spread) / sharp + sharp**-0.5 * rng.normal(size=(40_000, 1))
    assert under.std() < 0.92 * sd  # so that this test can tell
    draws, effective = corrected(under, proposal, n_draws=4000, seed=2)
    assert draws.mean() == pytest.approx(mean, abs=0.01)
    assert draws.std() == pytest.approx(sd, rel=0.04)
    assert 20_000 < effective <= 40_000
