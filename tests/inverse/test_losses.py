import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.forcing import adapted_share, growth
from surrobrain.inverse.losses import (
    generalized_teacher_forcing,
    multi_step,
    next_step,
    scheduled_sampling,
    sparse_teacher_forcing,
    teacher_forcing,
)
from surrobrain.learned.batch import Batch
from surrobrain.training.moment import Moment


@pytest.fixture
def halving():
    model = sb.LinearVAR(2).double()
    with torch.no_grad():
        model.linear.weight.copy_(0.5 * torch.eye(2))
    return model


def batch_of(*rows: tuple[float, float]) -> Batch:
    stretch = torch.tensor([rows], dtype=torch.float64)
    return Batch(stretch, stretch.new_zeros(1, len(rows) - 1, 0), 1)


def by_hand(rows: np.ndarray, shares: list[float]) -> float:
    """Errors of x -> x / 2, pulled by a share after every step."""
    state, errors = rows[0], []
    for target, share in zip(rows[1:], shares, strict=True):
        state = state / 2
        errors.append((state - target) ** 2)
        state = state + share * (target - state)
    return float(np.mean(errors))


ROWS = np.array([[8.0, 0.0], [3.0, 1.0], [2.0, 2.0], [0.0, 1.0], [5.0, -1.0]])


def test_next_step_is_the_mean_squared_error(halving):
    found = next_step()(halving, batch_of((2.0, 4.0), (1.0, 5.0)), Moment())
    assert found.item() == pytest.approx(4.5)


def test_multi_step_runs_on_its_own_predictions(halving):
    batch = batch_of((8.0, 0.0), (4.0, 0.0), (2.0, 0.0), (0.0, 0.0))
    assert multi_step(3)(halving, batch, Moment()).item() == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("loss", "shares"),
    [
        (teacher_forcing(4), [1.0, 1.0, 1.0, 1.0]),
        (sparse_teacher_forcing(4, every=2), [0.0, 1.0, 0.0, 1.0]),
        (generalized_teacher_forcing(4, share=0.3), [0.3, 0.3, 0.3, 0.3]),
        (multi_step(4), [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_forcing_by_hand(halving, loss, shares):
    found = loss(halving, batch_of(*map(tuple, ROWS)), Moment())
    assert found.item() == pytest.approx(by_hand(ROWS, shares), rel=1e-12)


def test_scheduled_sampling_goes_from_always_to_never(halving):
    loss, batch = scheduled_sampling(4), batch_of(*map(tuple, ROWS))
    first, last = (loss(halving, batch, Moment(done, (0, 1))).item() for done in (0.0, 1.0))
    assert first == pytest.approx(by_hand(ROWS, [1.0] * 4), rel=1e-12)
    assert last == pytest.approx(by_hand(ROWS, [0.0] * 4), rel=1e-12)
    middle = loss(halving, batch, Moment(0.5, (0, 1))).item()
    assert middle == loss(halving, batch, Moment(0.5, (0, 1))).item()


def test_forced_training_is_judged_by_a_free_run(halving):
    batch = batch_of(*map(tuple, ROWS))
    assert teacher_forcing(4).validation(halving, batch).item() == pytest.approx(
        by_hand(ROWS, [0.0] * 4), rel=1e-12
    )


def test_adaptive_share_follows_the_growth_of_errors(halving):
    batch = batch_of(*map(tuple, ROWS))
    assert growth(halving, batch) == pytest.approx(0.5)
    with torch.no_grad():
        halving.linear.weight.copy_(torch.diag(torch.tensor([4.0, 0.1])))
    moment = Moment(kept={"share": 0.2})
    assert adapted_share(halving, batch, moment) == pytest.approx(1 - 1 / 4)
    with torch.no_grad():
        halving.linear.weight.mul_(0.1)
    kept = [adapted_share(halving, batch, moment) for _ in range(5)]
    assert kept[:4] == [pytest.approx(0.75)] * 4  # looked at every fifth batch
    assert kept[4] == pytest.approx(0.999 * 0.75)  # and left slowly


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1"):
        multi_step(0)
