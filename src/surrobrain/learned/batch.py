"""Some stretches of recordings, as tensors, with what acted from outside."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Batch"]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some windows with what follows them, as tensors in standard deviations.

    Parameters
    ----------
    stretch : tensor, shape (batch, memory + horizon, n_regions)
        Samples in a row.
    drives : tensor, shape (batch, horizon, n_inputs)
        External input of the steps to the samples after the window.
    memory : int
        Samples of the window.
    shown : tensor, shape (batch, memory + horizon, n_regions), optional
        What the model sees in place of ``stretch``, such as the same with noise.
    """

    stretch: Any
    drives: Any
    memory: int
    shown: Any = None

    @property
    def windows(self) -> Any:
        """The window, shape (batch, memory, n_regions), oldest sample first."""
        return (self.stretch if self.shown is None else self.shown)[:, : self.memory]

    @property
    def targets(self) -> Any:
        """What follows it, shape (batch, horizon, n_regions)."""
        return self.stretch[:, self.memory :]

    def windows_at(self, steps: Any) -> Any:
        """Return the windows that end with target ``steps``, (batch, steps, memory, n_regions)."""
        import torch

        values = self.stretch if self.shown is None else self.shown
        ends = torch.as_tensor(steps, device=values.device)[:, None] + 1
        return values[:, ends + torch.arange(self.memory, device=values.device)]
