"""How to train: one dataclass with defaults, so that a recipe is a value."""

from dataclasses import dataclass

from surrobrain.checks import number, positive, whole

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
    rate : float
        Learning rate of AdamW at the start; it falls to zero along a cosine.
    decay : float
        Weight decay of AdamW.
    clip : float
        Largest norm of the gradient.
    patience : int
        Epochs without a better held-out error after which training stops.
    held_out : float
        Share of the recording, its last part in time, that training never sees.
    least_gain : float
        Relative gain on the held-out part for which the start is left. Among many epochs one is
        always better by luck, and a linear start is worth more than luck.
    """

    epochs: int = 60
    batch: int = 64
    rate: float = 1e-3
    decay: float = 1e-2
    clip: float = 1.0
    patience: int = 10
    held_out: float = 0.2
    least_gain: float = 1e-3

    def __post_init__(self) -> None:
        """Validate once."""
        whole(self.epochs, "epochs", low=0)
        whole(self.batch, "batch", low=1)
        whole(self.patience, "patience", low=1)
        positive(self.rate, "rate")
        positive(self.clip, "clip")
        number(self.decay, "decay", low=0.0)
        number(self.held_out, "held_out", low=0.01, high=0.9)
        number(self.least_gain, "least_gain", low=0.0, high=1.0)
