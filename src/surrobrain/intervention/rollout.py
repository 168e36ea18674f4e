"""What a model would do under given inputs, without noise, as a function that has gradients."""

import copy
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import indices
from surrobrain.forward import ForwardModel
from surrobrain.learned.surrogate import Surrogate, SurrogateState
from surrobrain.learned.unroll import map_state, stepped
from surrobrain.mechanistic.differentiable import differentiable
from surrobrain.mechanistic.engine import NetworkState
from surrobrain.mechanistic.network import Network

__all__ = ["Rollout", "rollout"]


@dataclass(frozen=True, eq=False)
class Rollout:
    """A noise-free run from one state, as a function of its inputs.

    Parameters
    ----------
    run : callable
        Takes a tensor of inputs, shape (n_times, n_inputs), in the input unit of the model, and
        returns the samples, shape (n_times, n_observed), in float64 and differentiable.
    inputs : tuple of str
        What each column of the input drives: regions, or the inputs that were recorded.
    recorded : bool
        Whether these are recorded inputs, whose effect was learned, rather than regions.
    """

    run: Callable[[Any], Any]
    inputs: tuple[str, ...]
    recorded: bool

    def value_and_gradient(
        self, loss: Callable[[Any, Any], Any], inputs: Float[np.ndarray, "times inputs"]
    ) -> tuple[float, Float[np.ndarray, "times inputs"]]:
        """Return ``loss(samples, inputs)`` and its derivative by every input."""
        import torch

        given = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
        value = loss(self.run(given), given)
        (slope,) = torch.autograd.grad(value, given)
        return float(value.detach()), slope.numpy()

    def samples(self, inputs: Float[np.ndarray, "times inputs"]) -> Float[np.ndarray, "times obs"]:
        """Return the samples under these inputs."""
        import torch

        with torch.no_grad():
            return self.run(torch.tensor(inputs, dtype=torch.float64)).numpy()


def rollout(
    model: ForwardModel,
    n_times: int,
    *,
    regions: Sequence[str | int] | None = None,
    state: object = None,
) -> Rollout:
    """Return how a model would run on.

    Parameters
    ----------
    model : Surrogate or Network
        What runs.
    n_times : int
        Number of samples.
    regions : sequence of str or int, optional
        Where the inputs act. When absent: through the recorded inputs of a surrogate that has
        learned some, and otherwise at all regions.
    state : object, optional
        Where to start; rest when absent: a surrogate at its mean, a network settled without noise.

    Returns
    -------
    Rollout

    Raises
    ------
    TypeError
        The model, or the state, is of another kind.
    ValueError
        An unknown region, or a network that cannot be gone back through.
    """
    if isinstance(model, Surrogate):
        return _of_surrogate(model, n_times, regions, state)
    if isinstance(model, Network):
        return _of_network(model, n_times, regions, state)
    raise TypeError(
        f"gradients go through a surrogate or a network, but {type(model).__name__} arrived"
    )


def _of_surrogate(
    model: Surrogate, n_times: int, regions: Sequence[str | int] | None, state: object
) -> Rollout:
    import torch

    start = model.state_from(np.tile(model.center, (model.memory, 1))) if state is None else state
    if not isinstance(start, SurrogateState):
        raise TypeError(
            f"state must come from state_from or a run of the surrogate, but "
            f"{type(start).__name__} arrived"
        )
    # single precision would end the search before its minimum
    architecture: Any = copy.deepcopy(model.architecture).double()  # pyright: ignore
    for parameter in architecture.parameters():
        parameter.requires_grad_(False)  # noqa: FBT003
    latent = map_state(lambda s: s.clone().double(), start.latent)
    center, scale = (torch.tensor(x, dtype=torch.float64) for x in (model.center, model.scale))
    recorded = regions is None and model.n_inputs > 0
    where = indices(model.regions if regions is None else regions, model.regions)
    unit = torch.tensor(model.input_scale, dtype=torch.float64) if recorded else scale[where]

    def run(inputs: Any) -> Any:
        given = (inputs / unit)[None]
        if not recorded:
            given = torch.zeros(1, n_times, model.n_regions, dtype=given.dtype).index_copy(
                2, torch.tensor(where), given
            )
        ways = {"inputs": None if recorded else given, "drives": given if recorded else None}
        samples, _ = stepped(architecture, latent, n_times, **ways, teacher=None, shares=None)
        return samples[0] * scale + center

    names = tuple(f"input_{k}" for k in range(model.n_inputs))
    return Rollout(run, names if recorded else tuple(model.regions[k] for k in where), recorded)


def _of_network(
    model: Network, n_times: int, regions: Sequence[str | int] | None, state: object
) -> Rollout:
    import torch

    if not (state is None or isinstance(state, NetworkState)):
        raise TypeError(
            f"state must come from a run of the network, but {type(state).__name__} arrived"
        )
    quiet = dataclasses.replace(model, noise=0.0)
    where = indices(model.regions if regions is None else regions, model.regions)
    simulate = differentiable(quiet, n_times, free=["inputs"], state=state)

    def run(inputs: Any) -> Any:
        everywhere = torch.zeros(n_times, model.n_regions, dtype=inputs.dtype)
        return simulate(everywhere.index_copy(1, torch.tensor(where), inputs))

    return Rollout(run, tuple(model.regions[k] for k in where), recorded=False)
