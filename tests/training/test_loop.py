import numpy as np
import pytest
import torch

from surrobrain.errors import Diverged
from surrobrain.training.loop import train
from surrobrain.training.options import Training


class Line(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))


def setup(*, noise: float = 0.0):
    rng = np.random.default_rng(0)
    x = torch.as_tensor(rng.normal(size=(64, 2)))
    y = x @ torch.tensor([1.0, -2.0], dtype=torch.float64)
    y = y + noise * torch.as_tensor(rng.normal(size=64))
    line = Line()

    def error(items, moment):
        return (x[items] @ line.weight - y[items]).square().mean()

    def validate():
        return float(error(slice(None), None).detach())

    return line, error, len(x), validate


def test_finds_the_minimum():
    line, error, data, validate = setup()
    options = Training(epochs=200, batch=16, rate=0.1, decay=0.0, patience=200)
    trained = train(line, error, data, validate=validate, options=options, seed=0)
    torch.testing.assert_close(
        line.weight.detach(), torch.tensor([1.0, -2.0], dtype=torch.float64), atol=1e-3, rtol=0
    )
    assert len(trained.train) == 200
    assert len(trained.validation) == 201


def test_best_weights_are_kept_and_patience_ends():
    line, error, data, _ = setup()
    script = iter([3.0, 2.0, 1.0, 5.0, 6.0, 7.0, 8.0])
    seen = []

    def validate():
        seen.append(line.weight.detach().clone())
        return next(script)

    options = Training(epochs=50, patience=3)
    trained = train(line, error, data, validate=validate, options=options, seed=0)
    assert trained.best == 2
    assert len(trained.train) == 5
    assert torch.equal(line.weight, seen[2])


def test_the_last_weights_are_kept_where_asked():
    line, error, data, _ = setup()
    script = iter([1.0, 2.0, 3.0, 4.0])
    seen = []

    def validate():
        seen.append(line.weight.detach().clone())
        return next(script)

    options = Training(epochs=3, patience=1, keep="last")
    trained = train(line, error, data, validate=validate, options=options, seed=0)
    assert trained.best == 3
    assert torch.equal(line.weight, seen[3])


def test_luck_does_not_leave_the_start():
    line, error, data, _ = setup()
    script = iter([1.0, 0.9995, 1.1, 1.2])
    options = Training(epochs=3, least_gain=1e-3)
    trained = train(line, error, data, validate=lambda: next(script), options=options, seed=0)
    assert trained.best == 0
    assert not line.weight.detach().any()


def test_seed_decides_everything():
    weights = []
    for seed in (0, 0, 1):
        line, error, data, validate = setup(noise=1.0)
        options = Training(epochs=3, batch=8)
        train(line, error, data, validate=validate, options=options, seed=seed)
        weights.append(line.weight.detach())
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_divergence_is_raised():
    line, _, data, validate = setup()
    with pytest.raises(Diverged, match="epoch 1"):
        train(
            line,
            lambda w, t: line.weight.sum() * float("inf"),
            data,
            validate=validate,
            options=Training(),
            seed=0,
        )


@pytest.mark.parametrize(
    ("script", "when"), [([np.nan], "before training"), ([1.0, np.nan], "in epoch 1")]
)
def test_an_error_that_is_no_number_is_never_the_best(script, when):
    line, error, data, _ = setup()
    following = iter(script)
    with pytest.raises(Diverged, match=when):
        train(
            line, error, data, validate=lambda: next(following), options=Training(epochs=3), seed=0
        )
