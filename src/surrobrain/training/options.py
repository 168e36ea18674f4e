"""How to train: one dataclass with defaults, so that a recipe is a value."""

from dataclasses import dataclass, field
from typing import Literal

from surrobrain.checks import choice, number, positive, whole

__all__ = ["Training"]


@dataclass(frozen=True)
class Training:
    """Options of the training loop.

    Parameters
    ----------
    epochs : int
        Passes through the data at most.
    batch : int
        Windows per step.
    steps : int, optional
        Steps per epoch, on windows drawn at random; by default as many as all windows make.
    optimizer : {"adamw", "adam", "radam", "lbfgs"}
        "lbfgs" takes all windows at once, with 20 iterations and a line search per epoch.
    schedule : {"cosine", "exponential", "plateau", "constant"}
        How the learning rate falls: to zero; to a thousandth; to half whenever the validation
        error has not fallen for a third of ``patience``; not at all.
    rate : float, optional
        Learning rate at the start. By default 1e-3, and in `fit` 1e-2 where the minimum lies far
        from the start (with penalties, or for a linear model).
    decay : float
        Weight decay of "adamw".
    noise : float
        Standard deviation of normal noise that is added to what the model is shown, not to what
        it is compared with; in standard deviations of the recording.
    clip : float
        Largest norm of the gradient.
    patience : int
        Epochs without a better validation error after which training stops.
    held_out : float
        Share of the recording, its last part in time, that is the validation part: no step is
        taken on it, but it chooses the epoch.
    keep : {"best", "last"}
        Weights of the epoch with the best validation error, or of the last epoch, whatever that
        error. A forecast that errs least is damped where the future cannot be told, and free runs
        of such a model die out: to learn an attractor from noisy or restless recordings, use
        "last" with a falling rate.
    least_gain : float
        Relative gain on the validation part for which the start is left. Among many epochs one
        is always better by luck, and a linear start is worth more than luck.
    device : str
        "cpu", or "cuda" for a graphics card.
    progress : bool
        Show a bar where stderr is a terminal.

    Examples
    --------
    >>> Training(epochs=200, optimizer="radam", rate=5e-3).batch
    64
    """

    epochs: int = 60
    batch: int = 64
    steps: int | None = None
    optimizer: Literal["adamw", "adam", "radam", "lbfgs"] = "adamw"
    schedule: Literal["cosine", "exponential", "plateau", "constant"] = "cosine"
    rate: float | None = None
    decay: float = 1e-2
    noise: float = 0.0
    clip: float = 1.0
    patience: int = 10
    held_out: float = 0.2
    keep: Literal["best", "last"] = "best"
    least_gain: float = 1e-3
    device: str = "cpu"
    progress: bool = field(default=True, repr=False)  # decides nothing that a checkpoint holds

    def __post_init__(self) -> None:
        """Validate once."""
        whole(self.epochs, "epochs", low=0)
        whole(self.batch, "batch", low=1)
        whole(self.patience, "patience", low=1)
        if self.steps is not None:
            whole(self.steps, "steps", low=1)
        choice(self.keep, ("best", "last"), "keep")
        choice(self.optimizer, ("adamw", "adam", "radam", "lbfgs"), "optimizer")
        schedules = ("cosine", "exponential", "plateau", "constant")
        choice(self.schedule, schedules, "schedule")
        number(self.noise, "noise", low=0.0)
        if self.rate is not None:
            positive(self.rate, "rate")
        positive(self.clip, "clip")
        number(self.decay, "decay", low=0.0)
        number(self.held_out, "held_out", low=0.01, high=0.9)
        number(self.least_gain, "least_gain", low=0.0, high=1.0)
