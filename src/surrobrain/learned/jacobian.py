"""How each region's next sample depends on every sample of the window, exactly."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from surrobrain.learned.architecture import Architecture

__all__ = ["jacobian_at", "jacobians"]

_ELEMENTS = 2**23  # of one chunk; keeps the derivative of large models in memory


def jacobian_at(architecture: "Architecture", window: Any) -> Any:
    """Return d next[i] / d window[k, j] as a differentiable tensor (i, k, j).

    ``window`` is a tensor (memory, n_regions); everything in standard deviations.
    """
    import torch

    def following(w: Any) -> Any:
        return architecture.observe(architecture.step(architecture.encode(w[None])))[0]

    return torch.func.jacrev(following)(window)


def jacobians(
    architecture: "Architecture", windows: Any
) -> Float[np.ndarray, "windows regions memory regions"]:
    """Return the derivative at many windows, as an array (window, i, k, j)."""
    import torch

    _, memory, n_regions = windows.shape
    chunk = max(1, _ELEMENTS // (memory * n_regions**2))
    every = torch.func.vmap(lambda w: jacobian_at(architecture, w), chunk_size=chunk)
    return every(windows).detach().numpy()
