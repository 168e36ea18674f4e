"""What all piecewise linear recurrent networks share: one step, many steps, the Jacobian."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.learned.unroll import stepped
from surrobrain.linear.autoregression import Autoregression, solve_autoregression
from surrobrain.training.options import Training

__all__ = ["Maps", "PiecewiseLinear", "linear_start"]

Maps = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, bool]


class PiecewiseLinear(nn.Module, ABC):
    """A recurrent network that is linear but for rectifiers: write ``maps`` and ``warm_start``.

    Parameters
    ----------
    n_regions : int
        Number of regions; the first latent states are their samples.
    memory : int
        Samples from which the other latent states are read off, by a learned linear map.
    n_inputs : int
        Number of external inputs; they act on every latent state.
    n_states : int
        Number of latent states; where it is smaller than that of the regions, they are principal
        components, which `reduce` finds.

    Notes
    -----
    ``z' = L z + W phi(V z, h) + c + C u`` with ``phi = relu(V z + h)``, or clipped,
    ``relu(V z + h) - relu(V z)``, whose values are bounded. Steps run in a compiled loop on the
    processor. From recordings of more than 2,500 samples it learns by generalized teacher forcing.
    """

    closed_form: ClassVar[bool] = False
    stretch: ClassVar[int] = 200
    recipe: ClassVar[Training] = Training(
        epochs=300, batch=16, steps=50, optimizer="radam", schedule="exponential", rate=4e-3,
        clip=10.0, patience=60,
    )  # fmt: skip

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__()
        self.n_regions = whole(n_regions, "n_regions", low=1)
        self.memory = whole(memory, "memory", low=1)
        self.n_inputs = whole(n_inputs, "n_inputs", low=0)
        self.n_states = whole(n_states, "n_states", low=1)
        self.n_shown = min(n_states, n_regions)  # states that follow from one sample
        self.drive = nn.Parameter(torch.zeros(n_states, n_inputs)) if n_inputs else None
        hidden = n_states - n_regions
        self.read = nn.Parameter(torch.zeros(hidden, memory * n_regions)) if hidden > 0 else None
        if hidden < 0:
            self.register_buffer("into", torch.zeros(n_states, n_regions))
            self.register_buffer("out", torch.zeros(n_regions, n_states))

    @abstractmethod
    def maps(self) -> Maps:
        """Return L, W, V, h, c and whether phi is clipped."""

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
        """Number of parameters."""
        return sum(p.numel() for p in self.parameters())

    def config(self) -> dict[str, object]:
        """Return the constructor's arguments."""
        return {"n_regions": self.n_regions, "memory": self.memory, "n_inputs": self.n_inputs}

    def reduce(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
    ) -> tuple[Float[np.ndarray, "windows 1 shown"], Float[np.ndarray, "windows shown"]]:
        """Find the principal components, if any, and return what newest samples and next show."""
        newest = windows[:, -1]
        if self.n_shown < self.n_regions:
            variances, axes = np.linalg.eigh(newest.T @ newest / len(newest))
            size, axes = np.sqrt(variances[-self.n_shown :]), axes[:, -self.n_shown :]
            self.get_buffer("into").copy_(torch.as_tensor(axes.T / size[:, None]))
            self.get_buffer("out").copy_(torch.as_tensor(axes * size))
        like = next(self.parameters())
        before, after = (
            self.shown(torch.as_tensor(x).to(like)).numpy(force=True) for x in (newest, targets)
        )
        return before[:, None], after

    def shown(self, samples: Float[Tensor, "... regions"]) -> Float[Tensor, "... shown"]:
        """Return the states that samples show: themselves, or their principal components."""
        return samples if self.n_shown == self.n_regions else samples @ self.get_buffer("into").T

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch states"]:
        """Return the newest sample, and below it what the window says of the hidden states."""
        newest = self.shown(windows[:, -1])
        if self.read is None:
            return newest
        return torch.cat([newest, windows.flatten(1) @ self.read.T], dim=1)

    def step(
        self,
        state: Float[Tensor, "batch states"],
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch states"]:
        """Return the state one sample later."""
        linear, outer, inner, shift, offset, clipped = self.maps()
        plain = state @ inner.T
        active = torch.relu(plain + shift)
        if clipped:
            active = active - torch.relu(plain)
        later = state @ linear.T + active @ outer.T + offset
        if self.drive is not None and drive is not None:
            later = later + drive @ self.drive.T
        if inputs is None:
            return later
        return later + nn.functional.pad(self.shown(inputs), (0, self.n_states - self.n_shown))

    def observe(self, state: Float[Tensor, "... states"]) -> Float[Tensor, "... regions"]:
        """Return the first states, or what the components stand for."""
        if self.n_shown < self.n_regions:
            return state @ self.get_buffer("out").T
        return state[..., : self.n_regions]

    def forced(self, state: Tensor, teacher: Tensor, share: Tensor) -> Tensor:
        """Pull the first states, which data show; the hidden ones run on."""
        n = self.n_shown
        pulled = state[:, :n] + share[:, None] * (teacher[:, :n] - state[:, :n])
        return torch.cat([pulled, state[:, n:]], dim=1)

    def unroll(
        self, state: Any, n_steps: int, *, inputs: Any = None, drives: Any = None,
        teacher: Any = None, shares: Any = None,
    ) -> tuple[Any, Any]:  # fmt: skip
        """Take many steps in a compiled loop; see ``learned.unroll.unroll``."""
        if state.device.type != "cpu":
            return stepped(
                self, state, n_steps, inputs=inputs, drives=drives, teacher=teacher, shares=shares
            )
        from surrobrain.learned.piecewise_run import run

        n, hidden = len(state), self.n_states - self.n_shown
        added = state.new_zeros(n, n_steps, self.n_states)
        if inputs is not None:
            added = added + nn.functional.pad(self.shown(inputs), (0, hidden))
        if self.drive is not None and drives is not None:
            added = added + drives @ self.drive.T
        if teacher is None:
            teacher, shares = state.new_zeros(n, n_steps, 0), state.new_zeros(n, n_steps)
        states = run(self.maps(), state, added, teacher=teacher[..., : self.n_shown], shares=shares)
        return self.observe(states), states[:, -1]

    def jacobians(self, states: Float[Tensor, "points states"]) -> Tensor:
        """Return d z' / d z at many states, shape (n_points, n_states, n_states)."""
        linear, outer, inner, shift, _, clipped = self.maps()
        plain = states @ inner.T
        slope = (plain + shift > 0).to(states.dtype)
        if clipped:
            slope = slope - (plain > 0).to(states.dtype)
        return linear + (outer * slope[:, None]) @ inner  # (point, state, rectifier) @ inner


def linear_start(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    drives: Float[np.ndarray, "windows inputs"] | None,
) -> Autoregression:
    """Return the linear map from the newest sample to the next."""
    return solve_autoregression(windows[:, -1:], targets, drives=drives)
