"""One training loop for every learned model."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.errors import Diverged
from surrobrain.progress import progress
from surrobrain.seeds import stream
from surrobrain.training.checkpoint import load_checkpoint, save_checkpoint
from surrobrain.training.moment import Moment
from surrobrain.training.options import Training

__all__ = ["Trained", "train"]

_SHUFFLE = 1  # separates the order of batches from other draws of the same seed
_RATE = 1e-3
_ITERATIONS = 20  # of L-BFGS in one epoch


@dataclass(frozen=True, eq=False)
class Trained:
    """What the loop reports; the module itself holds the best weights.

    Parameters
    ----------
    train : tuple of float
        Mean training loss of every epoch, penalties included.
    validation : tuple of float
        Validation error before training and after every epoch.
    best : int
        Epoch whose weights were kept; 0 is the start.
    """

    train: tuple[float, ...]
    validation: tuple[float, ...]
    best: int


Objective = Callable[[Any, Moment], Any]


@dataclass(eq=False)
class _Run:
    """The mutable state of a training, which a checkpoint holds completely."""

    module: Any
    optimizer: Any
    best: dict[str, Any]
    train: list[float]
    validation: list[float]
    kept: dict[str, float]

    def best_epoch(self) -> int:
        return int(np.argmin(self.validation))

    def arrays(self) -> dict[str, np.ndarray]:
        weights = {f"weights.{k}": v for k, v in self.module.state_dict().items()}
        best = {f"best.{k}": v for k, v in self.best.items()}
        moments = {
            f"optimizer.{k}.{name}": value
            for k, entry in self.optimizer.state_dict()["state"].items()
            for name, value in entry.items()
        }
        every = {**weights, **best, **moments}
        return {k: v.detach().cpu().numpy() for k, v in every.items()}

    def record(self) -> dict[str, Any]:
        return {"train": self.train, "validation": self.validation, "kept": self.kept}

    def restore(self, arrays: Mapping[str, np.ndarray], record: Mapping[str, Any]) -> None:
        import torch

        groups: dict[str, dict[str, Any]] = {"weights": {}, "best": {}, "optimizer": {}}
        for name, value in arrays.items():
            group, rest = name.split(".", 1)
            groups[group][rest] = torch.as_tensor(value)
        self.module.load_state_dict(groups["weights"])
        self.best = groups["best"]
        moments: dict[int, dict[str, Any]] = {}
        for name, value in groups["optimizer"].items():
            index, key = name.split(".", 1)
            moments.setdefault(int(index), {})[key] = value
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": moments})
        self.train, self.validation = list(record["train"]), list(record["validation"])
        self.kept = dict(record["kept"])


def train(
    module: Any,
    objective: Objective,
    n_items: int,
    *,
    validate: Callable[[], float],
    options: Training,
    seed: int,
    checkpoint: tuple[Path, Mapping[str, Any]] | None = None,
) -> Trained:
    """Minimize an objective and keep the weights with the lowest validation error, or the last.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place; ends with the weights that are kept.
    objective : callable
        ``objective(items, moment)`` returns a scalar tensor for a tensor of item numbers.
    n_items : int
        Number of items, such as windows.
    validate : callable
        Returns the validation error of the module as it is.
    options : Training
        Epochs, batch size, optimizer and so on.
    seed : int
        Decides the order of the items: epoch k uses ``stream(seed, 1, k)`` and nothing else,
        so a resumed training sees what an uninterrupted one sees.
    checkpoint : tuple of path and identity, optional
        File that is rewritten after every epoch, and a JSON-ready description of what is trained.
        Where the file exists, training goes on from it, to the bit.

    Returns
    -------
    Trained
        Losses by epoch.

    Raises
    ------
    Diverged
        The loss or the validation error left the finite range.
    """
    start = _copy(module)
    first = _finite(validate(), "before training", options)
    run = _Run(module, _optimizer(module, options), start, [], [first], {})
    if checkpoint is not None and checkpoint[0].exists():
        run.restore(*load_checkpoint(checkpoint[0], identity=checkpoint[1]))
    epoch_of = _whole_epoch if options.optimizer == "lbfgs" else _epoch
    with progress(options.epochs, label="training", shown=options.progress) as report:
        while len(run.train) < options.epochs:
            if options.keep == "best" and len(run.train) - run.best_epoch() >= options.patience:
                break
            epoch = len(run.train)
            run.train.append(epoch_of(run, objective, n_items, options=options, seed=seed))
            run.validation.append(_finite(validate(), f"in epoch {epoch + 1}", options))
            if run.best_epoch() == epoch + 1:
                run.best = _copy(module)
            if checkpoint is not None:
                record = {"identity": checkpoint[1], **run.record()}
                save_checkpoint(checkpoint[0], run.arrays(), record)
            report(epoch + 1, f"validation error {run.validation[-1]:.4g}")
    if options.keep == "last":
        return Trained(tuple(run.train), tuple(run.validation), len(run.train))
    best = run.best_epoch()
    if run.validation[best] >= run.validation[0] * (1 - options.least_gain):
        best, run.best = 0, start
    module.load_state_dict(run.best)
    return Trained(tuple(run.train), tuple(run.validation), best)


def _optimizer(module: Any, options: Training) -> Any:
    import torch

    parameters = list(module.parameters())
    if options.optimizer == "adamw":
        return torch.optim.AdamW(parameters, weight_decay=options.decay)
    if options.optimizer == "lbfgs":  # made anew for every epoch, so that it has no state to keep
        return torch.optim.SGD(parameters)
    return {"adam": torch.optim.Adam, "radam": torch.optim.RAdam}[options.optimizer](parameters)


def _epoch(run: _Run, objective: Objective, n_items: int, *, options: Training, seed: int) -> float:
    """Pass once through the items in an order that belongs to (seed, epoch)."""
    import torch

    epoch = len(run.train)
    batches = _batches(n_items, options, seed=seed, epoch=epoch)
    factor = _halvings(run.validation, options) if options.schedule == "plateau" else 1.0
    total = 0.0
    for k, batch in enumerate(batches):
        done = (epoch + k / len(batches)) / options.epochs
        run.optimizer.param_groups[0]["lr"] = _rate(options) * factor * _fallen(done, options)
        run.optimizer.zero_grad()
        loss = objective(batch, Moment(done, (seed, epoch, k), run.kept))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.module.parameters(), options.clip)
        run.optimizer.step()
        total += loss.item() * len(batch)
    n_seen = sum(len(batch) for batch in batches)
    return _finite(total, f"in epoch {epoch + 1}", options) / n_seen


def _whole_epoch(
    run: _Run, objective: Objective, n_items: int, *, options: Training, seed: int
) -> float:
    """Let L-BFGS look at all items at once."""
    import torch

    epoch, items = len(run.train), torch.arange(n_items)
    optimizer = torch.optim.LBFGS(
        run.module.parameters(), lr=1.0 if options.rate is None else options.rate,
        max_iter=_ITERATIONS, line_search_fn="strong_wolfe",
    )  # fmt: skip
    moment = Moment(epoch / options.epochs, (seed, epoch, 0), run.kept)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = objective(items, moment)
        loss.backward()
        return loss

    return _finite(float(optimizer.step(closure).detach()), f"in epoch {epoch + 1}", options)


def _batches(n_items: int, options: Training, *, seed: int, epoch: int) -> list[Any]:
    import torch

    rng = stream(seed, _SHUFFLE, epoch)
    if options.steps is None:
        return list(torch.as_tensor(rng.permutation(n_items)).split(options.batch))
    drawn = rng.integers(n_items, size=(options.steps, min(options.batch, n_items)))
    return list(torch.as_tensor(drawn))


def _fallen(done: float, options: Training) -> float:
    """Return the share of the learning rate that is left."""
    if options.schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    return 1e-3**done if options.schedule == "exponential" else 1.0


def _halvings(validation: list[float], options: Training) -> float:
    """Return the factor of a rate that is halved whenever nothing was gained for a while."""
    wait, best, waited, factor = max(1, options.patience // 3), math.inf, 0, 1.0
    for error in validation:
        best, waited = (error, 0) if error < best else (best, waited + 1)
        if waited == wait:
            factor, waited = factor / 2, 0
    return factor


def _rate(options: Training) -> float:
    return _RATE if options.rate is None else options.rate


def _finite(error: float, when: str, options: Training) -> float:
    if not math.isfinite(error):
        raise Diverged(
            f"the error left the finite range {when}; use a smaller learning rate than "
            f"{_rate(options):g}, weaker penalties or a shorter horizon"
        )
    return error


def _copy(module: Any) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
