"""One training loop for every learned model."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.errors import Diverged
from surrobrain.seeds import stream
from surrobrain.training.checkpoint import load_checkpoint, save_checkpoint
from surrobrain.training.options import Training
from surrobrain.training.progress import progress

__all__ = ["Trained", "train"]

_SHUFFLE = 1  # separates the order of batches from other draws of the same seed
_RATE = 1e-3


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


@dataclass(eq=False)
class _Run:
    """The mutable state of a training, which a checkpoint holds completely."""

    module: Any
    optimizer: Any
    best: dict[str, Any]
    train: list[float]
    validation: list[float]

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
        return {k: v.detach().numpy() for k, v in {**weights, **best, **moments}.items()}

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


def train(
    module: Any,
    objective: Callable[[Any, Any], Any],
    data: tuple[Any, Any],
    *,
    validate: Callable[[], float],
    options: Training,
    seed: int,
    checkpoint: tuple[Path, Mapping[str, Any]] | None = None,
) -> Trained:
    """Minimize an objective by AdamW and keep the weights with the lowest validation error.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place; ends with its best weights.
    objective : callable
        ``objective(windows, targets)`` returns a scalar tensor.
    data : tuple of tensor
        Windows and targets, first axis the window.
    validate : callable
        Returns the validation error of the module as it is.
    options : Training
        Epochs, batch size, learning rate and so on.
    seed : int
        Decides the order of the windows: epoch k uses ``stream(seed, 1, k)`` and nothing else,
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
    import torch

    optimizer = torch.optim.AdamW(module.parameters(), weight_decay=options.decay)
    start = _copy(module)
    run = _Run(module, optimizer, start, [], [_finite(validate(), "before training", options)])
    if checkpoint is not None and checkpoint[0].exists():
        run.restore(*load_checkpoint(checkpoint[0], identity=checkpoint[1]))
    with progress(options.epochs, label="training", shown=options.progress) as report:
        while len(run.train) < options.epochs:
            if len(run.train) - run.best_epoch() >= options.patience:
                break
            epoch = len(run.train)
            run.train.append(_epoch(run, objective, data, options=options, keys=(seed, epoch)))
            run.validation.append(_finite(validate(), f"in epoch {epoch + 1}", options))
            if run.best_epoch() == epoch + 1:
                run.best = _copy(module)
            if checkpoint is not None:
                record = {"identity": checkpoint[1], "train": run.train}
                save_checkpoint(
                    checkpoint[0], run.arrays(), {**record, "validation": run.validation}
                )
            report(epoch + 1, f"validation error {run.validation[-1]:.4g}")
    best = run.best_epoch()
    if run.validation[best] >= run.validation[0] * (1 - options.least_gain):
        best, run.best = 0, start
    module.load_state_dict(run.best)
    return Trained(tuple(run.train), tuple(run.validation), best)


def _epoch(
    run: _Run,
    objective: Callable[[Any, Any], Any],
    data: tuple[Any, Any],
    *,
    options: Training,
    keys: tuple[int, int],
) -> float:
    """Pass once through the data in an order that belongs to (seed, epoch)."""
    import torch

    seed, epoch = keys
    rate = _rate(options)
    n_windows = len(data[0])
    order = torch.as_tensor(stream(seed, _SHUFFLE, epoch).permutation(n_windows))
    batches = order.split(options.batch)
    total = 0.0
    for k, batch in enumerate(batches):
        done = (epoch + k / len(batches)) / options.epochs
        run.optimizer.param_groups[0]["lr"] = rate * 0.5 * (1 + math.cos(math.pi * done))
        run.optimizer.zero_grad()
        loss = objective(data[0][batch], data[1][batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(run.module.parameters(), options.clip)
        run.optimizer.step()
        total += loss.item() * len(batch)
    return _finite(total, f"in epoch {epoch + 1}", options) / n_windows


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
