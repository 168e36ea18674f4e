import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.errors import NotConverged
from surrobrain.inverse.constraint import Constraint
from surrobrain.inverse.feature import Feature
from surrobrain.inverse.leading import growth_per_sample
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField

P = sb.priors
NOTHING = 0.0 * sb.features.functional_connectivity(distance="squared")
STIFF, CENTER = np.array([1.0, 4.0, 2.0]), np.array([0.5, 1.0, -0.5])
ALONG = np.array([1.0, 2.0, -1.0])


def bowl(point):
    """A loss whose constrained minima are known."""
    return (torch.as_tensor(STIFF) * (point.u - torch.as_tensor(CENTER)).square()).sum() / 2


def along(point):
    return (torch.as_tensor(ALONG) * point.u).sum()


@pytest.fixture(scope="module")
def free():
    network = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.0, noise=1.0)
    return sb.FreeNetwork(network, {"coupling": sb.per_region(P.Normal(0.0, 0.05))})


@pytest.fixture(scope="module")
def recording(free):
    return sb.simulate(free.network, duration=20.0, seed=0)


def fitted(free, recording, *constraints, method="lbfgs"):
    iterations = {"cma_es": 20, "adam": 60}.get(method, 25)
    search = sb.Search(method, through="linearization", iterations=iterations)
    return sb.fit(free, recording, loss=NOTHING, penalties=[bowl, *constraints], training=search)


def known(bound):
    """Lagrange: u = c - l A^-1 b with l = (b c - d) / (b A^-1 b)."""
    multiplier = (ALONG @ CENTER - bound) / (ALONG @ (ALONG / STIFF))
    return CENTER - multiplier * ALONG / STIFF, multiplier


@pytest.mark.parametrize(("method", "near"), [("lbfgs", 1e-3), ("cma_es", 5e-2), ("adam", 2e-2)])
def test_every_search_ends_at_the_constrained_minimum(free, recording, method, near):
    wanted = Constraint(along, equal=1.0, tolerance=near / 2)
    result = fitted(free, recording, wanted, method=method)
    u, multiplier = known(1.0)
    assert result.u == pytest.approx(u, abs=near)
    assert result.held.multipliers[0][0] == pytest.approx(multiplier, rel=0.05)
    assert result.held.gaps[0] <= near / 2
    assert result.held.converged
    assert result.loss == pytest.approx((STIFF * (u - CENTER) ** 2).sum() / 2, rel=0.05)


@pytest.mark.parametrize(("side", "bound"), [("below", 1.0), ("above", 4.0)])
def test_an_inequality_that_binds_is_met_at_its_edge(free, recording, side, bound):
    result = fitted(free, recording, Constraint(along, **{side: bound}))
    u, multiplier = known(bound)
    assert result.u == pytest.approx(u, abs=2e-3)
    assert result.held.multipliers[0][0] == pytest.approx(abs(multiplier), rel=0.02)


def test_an_inequality_with_room_costs_nothing(free, recording):
    result = fitted(free, recording, Constraint(along, below=10.0))
    assert result.u == pytest.approx(CENTER, abs=1e-3)
    assert (result.held.rounds, result.held.gaps, result.held.multipliers[0][0]) == (1, (0.0,), 0.0)


def test_an_inequality_that_first_binds_lets_go(free, recording):
    # the equality takes the point to where the inequality, violated at first, has room
    both = (Constraint(along, equal=-1.0), Constraint(lambda point: point.u[1], below=0.5))
    result = fitted(free, recording, *both)
    u, _ = known(-1.0)
    assert u[1] < 0.5 < CENTER[1]
    assert result.u == pytest.approx(u, abs=2e-3)
    assert result.held.multipliers[1][0] == pytest.approx(0.0, abs=1e-3)


def test_a_network_is_kept_away_from_criticality(recording):
    network = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.1, noise=1.0)
    free = sb.FreeNetwork(network, {"coupling": P.Uniform(0.0, 0.49)})
    slow = sb.simulate(free.at(np.array([1.5])), duration=60.0, seed=1)
    search = sb.Search("lbfgs", through="linearization")
    loss = sb.features.functional_connectivity(distance="squared")
    limit = np.exp((2 * 0.3 - 1) / 0.1 / network.sfreq)  # of coupling 0.3
    calm = Constraint(growth_per_sample, below=limit, tolerance=1e-4, name="growth per sample")
    found = sb.fit(free, slow, loss=loss, penalties=[calm], training=search)
    assert sb.fit(free, slow, loss=loss, training=search).values["coupling"] > 0.35
    assert found.values["coupling"] == pytest.approx(0.3, abs=0.005)


def test_one_gating_in_every_region_is_that_of_feedback_inhibition():
    tracts = sb.Connectome(np.array([[0.0, 1.0, 0.2], [0.5, 0.0, 0.0], [0.1, 0.3, 0.0]]))
    network = sb.Network(
        DynamicMeanField(),
        tracts,
        coupling=0.3,
        observer=sb.observers.Identity(sfreq=10.0),
        dt=1e-3,
    )
    balanced = sb.feedback_inhibition(network)
    target = float(balanced.run(5).values[-1, 0])
    free = sb.FreeNetwork(network, {"J_I": sb.per_region(P.LogNormal(1.0, 1.3))})
    mean = Feature("mean gating", lambda samples, sfreq: samples.mean(-2))
    search = sb.Search("lbfgs", iterations=15, duration=0.5)
    found = sb.fit(
        free, None, loss=0.0 * Feature("none", mean.compute, target=np.zeros(3)),
        penalties=[sb.penalties.energy(0.1), Constraint(mean, equal=target, tolerance=1e-4)],
        training=search,
    )  # fmt: skip
    np.testing.assert_allclose(found.model.node.J_I, balanced.node.J_I, rtol=5e-3)
    assert max(found.held.gaps) <= 1e-4


def test_what_cannot_hold_ends_in_a_message(free, recording):
    both = (Constraint(along, equal=1.0, name="slant"), Constraint(along, above=2.0))
    with pytest.raises(NotConverged, match=r"no point was found .* slant = 1\. is missed by 0\.\d"):
        fitted(free, recording, *both)


def test_a_resumed_search_with_constraints_ends_alike(free, recording, tmp_path):
    path = tmp_path / "fit.safetensors"
    asked = {"loss": NOTHING, "penalties": [bowl, Constraint(along, equal=1.0)], "checkpoint": path}
    search = sb.Search("lbfgs", through="linearization", n_starts=2, iterations=20)
    first, second = (sb.fit(free, recording, training=search, **asked) for _ in range(2))
    assert np.array_equal(first.u, second.u)
    assert len(first.losses) == 2


def test_what_says_nothing_or_cannot_be_held_is_refused(free, recording):
    with pytest.raises(ValueError, match="one finite bound"):
        Constraint(along)
    with pytest.raises(ValueError, match="one finite bound"):
        Constraint(along, equal=1.0, below=2.0)
    with pytest.raises(ValueError, match="cannot hold constraints"):
        fitted(free, recording, Constraint(along, equal=1.0), method="gauss_newton")
    with pytest.raises(ValueError, match="do not tell whether waveform = 1"):
        fitted(free, recording, Constraint(sb.features.waveform(), equal=1.0))
    with pytest.raises(TypeError, match="constraints hold for networks"):
        sb.fit(sb.LinearVAR(3), recording, penalties=[Constraint(along, equal=1.0)])
