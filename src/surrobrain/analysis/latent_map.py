"""A surrogate as a map of one state vector, many states at once, in double precision."""

import copy
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.learned.surrogate import Surrogate, SurrogateState

if TYPE_CHECKING:
    import torch

__all__ = ["LatentMap", "latent_map"]


class LatentMap:
    """The step of an architecture without noise, its latent state laid out as one row.

    Parameters
    ----------
    model : Surrogate
        Whose.
    region : str, optional
        Where ``value``, a constant input in the unit of the recording, is added.
    """

    def __init__(self, model: Surrogate, region: str | None) -> None:
        self.model, self.region = model, region
        architecture: Any = model.architecture
        self.architecture = copy.deepcopy(architecture).double()
        self.architecture.requires_grad_(requires_grad=False)
        latent = _settled(model, 0)
        self.alone = not isinstance(latent, tuple)
        parts = (latent,) if self.alone else latent
        self.shapes = [part.shape[1:] for part in parts]
        self.sizes = [math.prod(shape) for shape in self.shapes]
        self.start = self.flat(latent).double().numpy()[0]

    def flat(self, latent: Any) -> "torch.Tensor":
        """Lay a latent state out as rows."""
        import torch

        parts = (latent,) if self.alone else latent
        return torch.cat([part.reshape(len(part), -1) for part in parts], dim=1)

    def step(self, x: "torch.Tensor", inputs: "torch.Tensor | None" = None) -> "torch.Tensor":
        """Return the rows one sample later."""
        parts = [
            part.reshape(len(x), *shape)
            for part, shape in zip(x.split(self.sizes, dim=1), self.shapes, strict=True)
        ]
        state = parts[0] if self.alone else tuple(parts)
        return self.flat(self.architecture.step(state, inputs))

    def motion(self, x: Float[np.ndarray, "points states"], value: Any) -> np.ndarray:
        """Return the states one sample later."""
        import torch

        with torch.no_grad():
            return self.step(torch.as_tensor(x), self._inputs(len(x), value)[1]).numpy()

    def slopes(
        self, x: Float[np.ndarray, "points states"], value: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the next states, their Jacobian, and their derivative by the input."""
        import torch

        with torch.enable_grad():
            at = torch.as_tensor(x).clone().requires_grad_()
            given, inputs = self._inputs(len(x), value)
            later = self.step(at, inputs)
            rows = [
                torch.autograd.grad(
                    later[:, i].sum(), (at, given), retain_graph=True, materialize_grads=True,
                    allow_unused=True,
                )
                for i in range(later.shape[1])
            ]  # fmt: skip
        jacobian = torch.stack([by_state for by_state, _ in rows], dim=1)
        by_input = torch.stack([by_value for _, by_value in rows], dim=1)
        return later.detach().numpy(), jacobian.numpy(), by_input.numpy()

    def _inputs(self, n_points: int, value: Any) -> "tuple[torch.Tensor, torch.Tensor | None]":
        """Return the value at every point, and the inputs it makes in standard deviations."""
        import torch

        given = torch.full((n_points,), float(value or 0.0), dtype=torch.float64)
        given.requires_grad_()
        if self.region is None:
            return given, None
        where = torch.zeros(self.model.n_regions, dtype=torch.float64)
        k = self.model.names.index(self.region)
        where[k] = 1.0 / float(self.model.scale[k])
        return given, given[:, None] * where


def latent_map(model: Surrogate, region: str | None = None) -> LatentMap:
    """Return the step of a surrogate as a map of rows; see `LatentMap`.

    Parameters
    ----------
    model : Surrogate
        Whose.
    region : str, optional
        Where a constant input may be given.
    """
    return LatentMap(model, region)


def _settled(model: Surrogate, seed: int) -> Any:
    state = model.run(1, seed=seed).state
    assert isinstance(state, SurrogateState)
    return state.latent
