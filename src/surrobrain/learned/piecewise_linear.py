"""What all piecewise linear recurrent networks share: one step, many steps, the Jacobian."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.learned.hidden_states import HiddenStates
from surrobrain.learned.unroll import stepped
from surrobrain.linear.autoregression import Autoregression
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.seeds import stream
from surrobrain.training.options import Training

__all__ = ["CoupledUnits", "Maps", "PiecewiseLinear", "linear_start"]

Maps = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, bool]


class PiecewiseLinear(HiddenStates):
    """A recurrent network that is linear but for rectifiers: write ``maps`` and ``warm_start``.

    It is made as `HiddenStates` is.

    Notes
    -----
    ``z' = L z + W phi(V z, h) + c + C u`` with ``phi = relu(V z + h)``, or clipped,
    ``relu(V z + h) - relu(V z)``, whose values are bounded. Steps run in a compiled loop on the
    processor. From recordings of more than 2,500 samples it learns by generalized teacher forcing.
    """

    stretch: ClassVar[int] = 200
    recipe: ClassVar[Training] = Training(
        epochs=400, batch=16, steps=50, optimizer="radam", schedule="exponential", rate=2e-3,
        clip=10.0, patience=60,
    )  # fmt: skip

    @abstractmethod
    def maps(self) -> Maps:
        """Return L, W, V, h, c and whether phi is clipped."""

    def following(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return L z + W phi(V z, h) + c."""
        linear, outer, inner, shift, offset, clipped = self.maps()
        plain = state @ inner.T
        active = torch.relu(plain + shift)
        if clipped:
            active = active - torch.relu(plain)
        return state @ linear.T + active @ outer.T + offset

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


class CoupledUnits(PiecewiseLinear):
    """``z' = A z + W phi(z) + h + C u`` with A diagonal: write ``maps`` and ``passing``.

    Parameters
    ----------
    n_regions, memory, n_inputs, n_states : int
        As in `HiddenStates`.
    """

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        whole(n_states, "n_states", low=n_regions)
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n_states)
        self.leak = nn.Parameter(torch.zeros(n_states))
        self.weights = nn.Parameter(torch.zeros(n_states, n_states))
        self.offset = nn.Parameter(torch.zeros(n_states))

    @abstractmethod
    def passing(self, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], float]:
        """Return parameters of phi, and the constant c, with which phi(z) = z + c near the data."""

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Represent the linear autoregression; hidden units start without effect on it."""
        linear, rng = linear_start(windows, targets, drives), stream(seed)
        n, m, step = self.n_regions, self.n_states, linear.coefficients[-1]
        phi, constant = self.passing(rng)
        weights = 0.1 * rng.normal(size=(m, m)) / np.sqrt(m)
        weights[:n] = 0.0
        weights[:n, :n] = step - np.diag(np.diag(step))
        offset = -constant * (weights.sum(axis=1) - np.diag(weights))
        offset[:n] += linear.intercept
        leak = np.concatenate([np.diag(step), rng.uniform(0.5, 0.95, m - n)])
        self.assign(leak=leak, weights=weights, offset=offset, **phi)
        if self.read is not None:
            drawn = rng.normal(size=tuple(self.read.shape)) / np.sqrt(self.read.shape[1])
            self.assign(read=drawn)
        if self.drive is not None:
            hidden = np.zeros((m - n, self.n_inputs))
            self.assign(drive=np.concatenate([linear.drive, hidden]))


def linear_start(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    drives: Float[np.ndarray, "windows inputs"] | None,
) -> Autoregression:
    """Return the linear map from the newest sample to the next; the leak costs nothing."""
    return solve_leaky_autoregression(windows[:, -1:], targets, drives=drives)
