"""What every architecture begins with: its sizes, its parameters, its constructor's arguments."""

import inspect
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole

__all__ = ["LearnedModule"]


class LearnedModule(nn.Module, ABC):
    """Part of an architecture: write ``warm_start``, ``encode``, ``step`` and ``observe``.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Number of samples from which the state follows.
    n_inputs : int
        Number of external inputs.
    """

    closed_form: ClassVar[bool] = False

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int = 0) -> None:
        super().__init__()
        self.n_regions = whole(n_regions, "n_regions", low=1)
        self.memory = whole(memory, "memory", low=1)
        self.n_inputs = whole(n_inputs, "n_inputs", low=0)

    @abstractmethod
    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Set the parameters to the best values that can be had without training."""

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: all, unless overridden."""
        return sum(p.numel() for p in self.parameters())

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments: each must be an attribute of the same name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def assign(self, **values: Float[np.ndarray, "..."]) -> None:
        """Set parameters by name."""
        own = dict(self.named_parameters())
        with torch.no_grad():
            for name, value in values.items():
                own[name].copy_(torch.as_tensor(value))

    def with_drive(
        self,
        values: Float[Tensor, "batch features"],
        drive: Float[Tensor, "batch inputs"] | None,
    ) -> Float[Tensor, "batch features_and_inputs"]:
        """Return values with the external input beside them, which is 0 where it is absent."""
        if not self.n_inputs:
            return values
        none = values.new_zeros(len(values), self.n_inputs)
        return torch.cat([values, none if drive is None else drive], dim=1)
