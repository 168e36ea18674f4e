"""Optimizers and schedules, on a problem whose answer is known."""

import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.training.loop import train
from surrobrain.training.options import Training

ANSWER = torch.tensor([1.0, -2.0], dtype=torch.float64)


def problem():
    rng = np.random.default_rng(0)
    x = torch.as_tensor(rng.normal(size=(64, 2)))
    line = torch.nn.Linear(2, 1, bias=False).double()
    torch.nn.init.zeros_(line.weight)

    def error(items, moment):
        return (line(x[items])[:, 0] - x[items] @ ANSWER).square().mean()

    return line, error, lambda: float(error(slice(None), None).detach())


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "radam", "lbfgs"])
@pytest.mark.parametrize("schedule", ["cosine", "exponential", "plateau", "constant"])
def test_every_pair_finds_the_minimum(optimizer, schedule):
    line, error, validate = problem()
    rate = None if optimizer == "lbfgs" else 0.3
    options = Training(
        epochs=150, batch=16, rate=rate, decay=0.0, patience=150, optimizer=optimizer,
        schedule=schedule,
    )  # fmt: skip
    train(line, error, 64, validate=validate, options=options, seed=0)
    torch.testing.assert_close(line.weight[0].detach(), ANSWER, atol=5e-3, rtol=0)


def test_second_order_needs_few_epochs():
    line, error, validate = problem()
    trained = train(
        line, error, 64, validate=validate, options=Training(epochs=3, optimizer="lbfgs"), seed=0
    )
    assert trained.validation[-1] < 1e-12


def test_an_epoch_may_be_a_number_of_steps():
    line, error, validate = problem()
    seen = []

    def counted(items, moment):
        seen.append((len(items), moment.done, moment.keys))
        return error(items, moment)

    options = Training(epochs=2, batch=8, steps=5)
    train(line, counted, 64, validate=validate, options=options, seed=3)
    assert [n for n, _, _ in seen] == [8] * 10
    assert [done for _, done, _ in seen] == pytest.approx([k / 10 for k in range(10)])
    assert len({keys for _, _, keys in seen}) == 10


@pytest.mark.parametrize("optimizer", ["radam", "lbfgs"])
def test_forced_training_resumes_to_the_same_bits(tmp_path, optimizer):
    rng = np.random.default_rng(0)
    recording = sb.Recording(np.cumsum(rng.normal(size=(700, 3)), axis=0) * 0.1, sfreq=10.0)
    loss = sb.losses.generalized_teacher_forcing(20)

    def fitted(epochs: int, file):
        options = Training(
            epochs=epochs, batch=8, steps=4, optimizer=optimizer, schedule="constant"
        )
        model = sb.architectures.ShallowPLRNN(3, hidden=8)
        return sb.fit(model, recording, loss=loss, training=options, checkpoint=file, seed=1)

    whole = fitted(4, tmp_path / "whole.safetensors")

    class Stopped(Exception):
        pass

    calls = []

    class Stopping(type(loss)):
        def __call__(self, model, batch, moment):
            calls.append(1)
            if len(calls) > 10:
                raise Stopped
            return super().__call__(model, batch, moment)

    options = Training(epochs=4, batch=8, steps=4, optimizer=optimizer, schedule="constant")
    model, file = sb.architectures.ShallowPLRNN(3, hidden=8), tmp_path / "cut.safetensors"
    stopping = Stopping(loss.horizon, loss.share, loss.every)
    if optimizer == "radam":
        Stopping.__name__ = type(loss).__name__
        with pytest.raises(Stopped):
            sb.fit(model, recording, loss=stopping, training=options, checkpoint=file, seed=1)
        assert file.exists()
        resumed = sb.fit(model, recording, loss=loss, training=options, checkpoint=file, seed=1)
        assert resumed.history == whole.history
        np.testing.assert_array_equal(resumed.model.run(9).values, whole.model.run(9).values)
    else:
        again = fitted(4, tmp_path / "again.safetensors")
        np.testing.assert_array_equal(again.model.run(9).values, whole.model.run(9).values)


def test_a_device_that_is_not_there_is_refused():
    recording = sb.Recording(np.random.default_rng(0).normal(size=(60, 2)), sfreq=1.0)
    with pytest.raises(ValueError, match=r"device='nowhere' cannot be used here.*device='cpu'"):
        sb.fit(sb.LinearVAR(2), recording, training=Training(device="nowhere"))
