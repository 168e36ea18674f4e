"""From a recording to a surrogate, chosen on samples that no step was taken on."""

import copy
import dataclasses
import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.checks import same_names
from surrobrain.data.recording import Recording
from surrobrain.inverse.defaults import chosen
from surrobrain.inverse.losses import Loss, next_step
from surrobrain.inverse.prepare import Batches, Prepared, fingerprint, prepare
from surrobrain.inverse.run_noise import error_noise, run_noise
from surrobrain.inverse.verdict import baselines, one_step_error, warnings_of
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.learned.surrogate import Surrogate, torch_dtype
from surrobrain.training.device import device_of
from surrobrain.training.loop import Trained, train
from surrobrain.training.moment import Moment
from surrobrain.training.options import Training

__all__ = ["FitResult", "History", "fit_learned"]

Penalty = Callable[[Architecture], Any]
_BATCH = 4096
_MOST_VALIDATED = 2000  # stretches of several samples; they overlap, more say little more
_FAR = 1e-2  # learning rate where the minimum may lie a whole coefficient away from the start


@dataclass(frozen=True)
class History:
    """Errors on the training part and on the validation part, the last in time.

    The validation part chooses the epoch: for an error of samples that had no say in the model,
    see `evaluate`.

    Parameters
    ----------
    train : tuple of float
        Loss of every epoch on the training part, penalties included; empty without training.
    validation : tuple of float
        The same on the validation part, before training and after every epoch.
    one_step : float
        Mean squared error of the kept model in predicting the next sample of the validation part,
        in standard deviations, whatever the loss; to be compared with the two below.
    persistence : float
        The same of "tomorrow is like today".
    linear_var : float
        The same of the ridge autoregression with the same memory.
    """

    train: tuple[float, ...]
    validation: tuple[float, ...]
    one_step: float
    persistence: float
    linear_var: float


@dataclass(frozen=True, eq=False)
class FitResult:
    """A fitted surrogate and how it came about.

    Parameters
    ----------
    model : Surrogate
        The fitted model.
    history : History
        Errors by epoch beside those of the baselines.
    stopped_at : int
        Epoch whose weights were kept; 0 means that training did not beat the start.
    seconds : float
        Wall time.
    n_parameters : int
        Numbers that act on the prediction; those of a network that was left at zero do not.
    seed : int
        Seed of the fit.
    warnings : tuple of str
        What a reader of the result must know, in plain words; empty when nothing is wrong.
    """

    model: Surrogate
    history: History
    stopped_at: int
    seconds: float
    n_parameters: int
    seed: int
    warnings: tuple[str, ...]


def fit_learned(
    model: Architecture | Surrogate,
    recording: Recording | Sequence[Recording],
    *,
    loss: Loss | None,
    penalties: Sequence[Penalty],
    training: Training | None,
    seed: int,
    checkpoint: str | Path | None,
) -> FitResult:
    """Fit a learned model to one recording or several; see `fit`.

    Notes
    -----
    The weights kept are those of the epoch with the lowest validation error, penalties and the
    start included, unless ``training.keep`` says otherwise: what the start can solve exactly,
    training cannot make worse. If the start wins and nothing is penalized, it is solved once more
    with the validation part too; so is a model with a closed form, which is not trained at all
    unless it is penalized, looks further than one sample, or is already fitted. The noise of the
    surrogate is that of its one-step errors, or what is missing of the recording's covariance,
    whichever makes a free run vary more like the recording (`run_noise`).
    """
    begin = time.monotonic()
    recordings = [recording] if isinstance(recording, Recording) else list(recording)
    architecture, names = _copied(model)
    _check_penalties(penalties, recordings)
    loss, training = chosen(architecture, recordings, loss, training)
    held_out = training.held_out
    data = prepare(recordings, architecture, names=names, horizon=loss.horizon, held_out=held_out)
    architecture.to(device=device_of(training), dtype=torch_dtype(data.center.dtype))
    fresh = names is None
    if fresh:
        _start(architecture, data.train.pairs(), seed=seed)
    task = _Task(architecture, data, loss, tuple(penalties), training, seed, fresh)
    trained = task.trained(checkpoint)
    errors = one_step_error(architecture, data), *baselines(data)
    own = error_noise(architecture, data)
    if fresh and trained.best == 0 and not penalties:
        _start(architecture, data.everything(), seed=seed)
    noise = run_noise(architecture.cpu().eval(), data, own, seed=seed) * data.scale[:, None]
    surrogate = _surrogate(architecture, data, noise, like=recordings[0])
    stayed = trained.best == 0 and not task.exact
    return FitResult(
        model=surrogate,
        history=History(trained.train, trained.validation, *errors),
        stopped_at=trained.best,
        seconds=time.monotonic() - begin,
        n_parameters=architecture.n_active,
        seed=seed,
        warnings=warnings_of(surrogate, data, errors=errors, stayed=stayed),
    )


def _copied(model: Architecture | Surrogate) -> tuple[Any, tuple[str, ...] | None]:
    """Return a copy to train, and the regions it already stands for."""
    if isinstance(model, Surrogate):
        return copy.deepcopy(model.architecture), model.names
    return copy.deepcopy(model), None


def _noisy(batch: Batch, size: float, moment: Moment) -> Batch:
    """Add noise to what is shown, not to what is compared."""
    import torch

    drawn = moment.rng().normal(scale=size, size=tuple(batch.stretch.shape))
    noise = torch.as_tensor(drawn, dtype=batch.stretch.dtype, device=batch.stretch.device)
    return dataclasses.replace(batch, shown=batch.stretch + noise)


def _surrogate(architecture: Any, data: Prepared, noise: Any, *, like: Recording) -> Surrogate:
    """Return the surrogate with what it shares with the recording."""
    about = tuple(like.names), like.sfreq, like.modality
    numbers = data.center, data.scale, noise, data.input_scale
    return Surrogate(architecture, *about, *numbers, unit=like.unit)


def _start(architecture: Any, pairs: tuple[Any, Any, Any], *, seed: int) -> None:
    windows, following, drives = pairs
    known = {"drives": drives} if architecture.n_inputs else {}
    architecture.warm_start(windows, following, **known, seed=seed)


def _check_penalties(penalties: Sequence[Penalty], recordings: Sequence[Recording]) -> None:
    for penalty in penalties:
        names = getattr(penalty, "names", None)
        if names is not None and recordings:
            same_names(recordings[0].names, names, our="the recording", their="the connectome")


@dataclass(frozen=True, eq=False)
class _Task:
    """What is to be trained on what."""

    architecture: Any
    data: Prepared
    loss: Loss
    penalties: tuple[Penalty, ...]
    training: Training
    seed: int
    fresh: bool

    @property
    def exact(self) -> bool:
        """Whether the warm start already answers exactly what was asked."""
        asked = self.loss == next_step() and not self.penalties
        return self.fresh and self.architecture.closed_form and asked

    def trained(self, checkpoint: str | Path | None) -> Trained:
        """Train from the weights as they are, unless they are the answer."""
        if self.exact:
            return Trained((), (self.validate(),), 0)
        return train(
            self.architecture,
            self.objective,
            len(self.data.train),
            validate=self.validate,
            options=self.options(),
            seed=self.seed,
            checkpoint=None if checkpoint is None else (Path(checkpoint), self.identity()),
        )

    def options(self) -> Training:
        """Return the options with a learning rate that reaches the minimum."""
        far = bool(self.penalties) or self.architecture.closed_form
        if self.training.rate is None and far:
            return dataclasses.replace(self.training, rate=_FAR)
        return self.training

    @functools.cached_property
    def seen(self) -> Batches:
        """The training part on the device."""
        return Batches.of(self.data.train, self.training.device)

    @functools.cached_property
    def later(self) -> Batches:
        """The validation part on the device."""
        return Batches.of(self.data.held_out, self.training.device)

    def objective(self, items: Any, moment: Moment) -> Any:
        """Return the loss of some windows with all penalties."""
        batch = self.seen.cut(items)
        if self.training.noise:
            batch = _noisy(batch, self.training.noise, moment)
        return self.loss(self.architecture, batch, moment) + self.penalized()

    def penalized(self) -> Any:
        """Return the sum of the penalties."""
        return sum((penalty(self.architecture) for penalty in self.penalties), start=0.0)

    def judged(self, batch: Batch) -> Any:
        """Return what chooses the epoch."""
        own = getattr(self.loss, "validation", None)
        if own is None:
            return self.loss(self.architecture, batch, Moment())
        return own(self.architecture, batch)

    def validate(self) -> float:
        """Return the error on the validation part, with the penalties."""
        import torch

        later, total = self.later, 0.0
        every = max(1, len(later) // _MOST_VALIDATED)
        chosen = torch.arange(0, len(later), every if self.loss.horizon > 1 else 1)
        with torch.no_grad():
            for items in chosen.split(_BATCH):
                error = self.judged(later.cut(items))
                total += float(error) * len(items)
            return total / len(chosen) + float(self.penalized())

    def identity(self) -> dict[str, Any]:
        """Return what a checkpoint must agree with."""
        return {
            "architecture": type(self.architecture).__name__,
            "arguments": self.architecture.config(),
            "loss": f"{type(self.loss).__name__} over {self.loss.horizon} samples",
            "penalties": len(self.penalties),
            "training": repr(self.training),
            "seed": self.seed,
            "data and start": fingerprint(self.data, self.architecture, self.validate()),
        }
