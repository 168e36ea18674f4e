"""The linear part that several architectures share."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.linear.autoregression import Autoregression

__all__ = ["LinearMap"]


class LinearMap(nn.Module):
    """The next sample as a linear map of a window; starts at zero, that is at the mean."""

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_regions, memory * n_regions))
        self.bias = nn.Parameter(torch.zeros(n_regions))
        self.drive = nn.Parameter(torch.zeros(n_regions, n_inputs)) if n_inputs else None

    def assign(self, solution: Autoregression) -> None:
        """Take over a solved regression."""
        flat = solution.coefficients.transpose(1, 0, 2).reshape(len(self.bias), -1)
        with torch.no_grad():
            self.weight.copy_(torch.as_tensor(flat))
            self.bias.copy_(torch.as_tensor(solution.intercept))
            if self.drive is not None:
                self.drive.copy_(torch.as_tensor(solution.drive))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        found = nn.functional.linear(windows.flatten(1), self.weight, self.bias)
        if self.drive is None or drive is None:
            return found
        return found + nn.functional.linear(drive, self.drive)
