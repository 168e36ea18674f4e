"""The linear part that several architectures share."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.linear.autoregression import Autoregression

__all__ = ["LinearMap"]


class LinearMap(nn.Module):
    """The next sample as a linear map of a window; starts at zero, that is at the mean."""

    def __init__(self, n_regions: int, *, memory: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_regions, memory * n_regions))
        self.bias = nn.Parameter(torch.zeros(n_regions))

    def assign(self, solution: Autoregression) -> None:
        """Take over a solved regression."""
        flat = solution.coefficients.transpose(1, 0, 2).reshape(len(self.bias), -1)
        with torch.no_grad():
            self.weight.copy_(torch.as_tensor(flat))
            self.bias.copy_(torch.as_tensor(solution.intercept))

    def forward(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        return nn.functional.linear(windows.flatten(1), self.weight, self.bias)
