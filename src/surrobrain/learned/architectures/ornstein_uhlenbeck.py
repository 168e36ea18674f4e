"""Linear dynamics in continuous time with independent noise in every region."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from surrobrain.learned.linear_map import LinearMap
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck

__all__ = ["OrnsteinUhlenbeck"]


class OrnsteinUhlenbeck(WindowModel):
    """A linear system that every region drives by noise of its own, seen once per sample.

    Use it for effective connectivity when the samples are nearly the state of the system: what
    regions do to each other between two samples shows in how their noise is correlated, and this
    model reads it. On BOLD, which is a slow filter of the state, use `LinearVAR` or `MLP`.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1, as its state is the sample; here so that every architecture is made alike.
    n_inputs : int
        0: the process has no external input.

    Notes
    -----
    dx = J x dt + diag(s) dW; see `solve_ornstein_uhlenbeck`.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import OrnsteinUhlenbeck
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 3)), sfreq=1.0)
    >>> sb.fit(OrnsteinUhlenbeck(3), recording).model.memory
    1
    """

    closed_form: ClassVar[bool] = True

    def __init__(self, n_regions: int, *, memory: int = 1, n_inputs: int = 0) -> None:
        if memory != 1:
            raise ValueError(
                f"the Ornstein-Uhlenbeck process has memory 1, its sample being its state, but "
                f"{memory} arrived; use memory=1, or LinearVAR or MLP for a longer memory"
            )
        if n_inputs:
            raise ValueError(
                f"the likelihood of this process knows no external input, but n_inputs={n_inputs} "
                "arrived; use LinearVAR"
            )
        super().__init__(n_regions, memory=memory)
        self.linear = LinearMap(n_regions, memory=memory)

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Maximize the likelihood; nothing is left to chance."""
        self.linear.assign(solve_ornstein_uhlenbeck(windows, targets))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        return self.linear(windows)
