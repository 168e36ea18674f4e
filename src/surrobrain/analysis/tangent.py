"""How a small departure from a model's run moves on, for each kind of model."""

import copy
import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive
from surrobrain.forward import ForwardModel
from surrobrain.learned.surrogate import Surrogate, SurrogateState
from surrobrain.mechanistic.engine import NetworkState
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.seeds import stream

__all__ = ["Advance", "Tangent", "tangent_of"]

Advance = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

_STEPS = 20  # of a network between two looks
_SMALL = 1e-6  # of the spread of a signal: half of the digits for each kind of error
_KICK = 1e-3  # of the spread, so that runs do not start alike
_LOOKS = 200


@dataclass(frozen=True, eq=False)
class Tangent:
    """A run together with directions in which one may depart from it.

    Parameters
    ----------
    advance : callable
        (states, frames) -> both one interval later; shapes (n_runs, n_dimensions) and
        (n_runs, n_dimensions, n_directions).
    start : array, shape (n_runs, n_dimensions)
        Where the runs begin.
    interval : float
        Seconds.
    """

    advance: Advance
    start: Float[np.ndarray, "runs dimensions"]
    interval: float


def tangent_of(model: ForwardModel, *, interval: float | None, n_runs: int, seed: int) -> Tangent:
    """Return the tangent dynamics of a surrogate or a network without its noise.

    Parameters
    ----------
    model : Surrogate or Network
        Whose.
    interval : float, optional
        Seconds per advance; by default one sample of a surrogate, 20 steps of a network.
    n_runs : int
        Runs from different starts.
    seed : int
        Decides the starts.

    Raises
    ------
    TypeError
        Another kind of model.
    """
    if interval is not None:
        positive(interval, "interval", unit="s")
    if isinstance(model, Surrogate):
        return _of_surrogate(model, interval, n_runs, seed)
    if isinstance(model, Network):
        return _of_network(model, interval, n_runs, seed)
    raise TypeError(
        f"the tangent dynamics of {type(model).__name__} are not known; give a surrogate or a "
        "network, or its step and Jacobian to lyapunov_of_map"
    )


def _of_surrogate(model: Surrogate, interval: float | None, n_runs: int, seed: int) -> Tangent:
    """Differentiate the architecture's step, in double precision."""
    import torch

    architecture = copy.deepcopy(model.architecture).double()  # pyright: ignore
    n_steps = 1 if interval is None else max(1, round(interval * model.sfreq))
    latents = [_latent(model, int(s)) for s in stream(seed, 1).integers(2**31, size=n_runs)]
    shapes = [part.shape[1:] for part in latents[0]]
    sizes = [math.prod(shape) for shape in shapes]
    alone = not isinstance(model.run(1, seed=seed).state.latent, tuple)  # pyright: ignore

    def flat(latent: Any) -> torch.Tensor:
        parts = (latent,) if alone else latent
        return torch.cat([part.reshape(len(part), -1) for part in parts], dim=1)

    def step(x: torch.Tensor) -> torch.Tensor:
        parts = [
            part.reshape(len(x), *shape)
            for part, shape in zip(x.split(sizes, dim=1), shapes, strict=True)
        ]
        return flat(architecture.step(parts[0] if alone else tuple(parts)))

    def advance(states: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, directions = torch.as_tensor(states), torch.as_tensor(frames)
        with torch.no_grad():
            for _ in range(n_steps):
                x, back = torch.func.vjp(step, x)[:2]
                # back is linear, and its own derivative goes forward
                forth = torch.func.vjp(lambda u, back=back: back(u)[0], torch.zeros_like(x))[1]
                directions = torch.func.vmap(
                    lambda v, forth=forth: forth(v)[0], in_dims=2, out_dims=2
                )(directions)
        return x.numpy(), directions.numpy()

    parts = (torch.cat([latent[k] for latent in latents]).double() for k in range(len(shapes)))
    start = torch.cat([part.reshape(n_runs, -1) for part in parts], dim=1).numpy()
    kicks = stream(seed, 2).normal(size=start.shape)  # a model without noise settles in one place
    return Tangent(advance, start + _KICK * kicks, n_steps / model.sfreq)


def _latent(model: Surrogate, seed: int) -> tuple:
    """Return the parts of a settled state of the model."""
    state = model.run(1, seed=seed).state
    assert isinstance(state, SurrogateState)
    return state.latent if isinstance(state.latent, tuple) else (state.latent,)


def _of_network(network: Network, interval: float | None, n_runs: int, seed: int) -> Tangent:
    """Compare compiled runs that start a little apart."""
    dt = network.dt_seconds
    n_steps = _STEPS if interval is None else max(1, round(interval / dt))
    quiet = dataclasses.replace(
        network, noise=0.0, observer=Identity(1 / (n_steps * dt)), dt=dt, dtype="float64"
    )
    codec = _Codec(quiet)
    settled = network.run(0, seed=seed).state
    assert isinstance(settled, NetworkState)
    start = codec.pack(settled)
    path = np.empty((_LOOKS, len(start)))
    for k in range(_LOOKS):
        path[k] = start = codec.later(start)
    scale = codec.alike(path.std(axis=0) + 1e-3 * np.abs(path.mean(axis=0)))
    scale = np.where(scale > 0, scale, 1.0)

    def advance(states: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        later = np.stack([codec.later(state * scale) for state in states]) / scale
        moved = np.empty_like(frames)
        for run, column in np.ndindex(len(states), frames.shape[2]):
            departed = states[run] + _SMALL * frames[run, :, column]
            moved[run, :, column] = codec.later(departed * scale) / scale - later[run]
        return later, moved / _SMALL

    kicks = stream(seed, 2).normal(size=(n_runs, len(start)))
    return Tangent(advance, start / scale + _KICK * kicks, n_steps * dt)


class _Codec:
    """Lays the state of a network out as one row of numbers, and runs it from there."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.n_values = len(network.node.states)
        self.like = network.initial_state

    def pack(self, state: NetworkState) -> np.ndarray:
        """Leave out what follows from the rest: a colored noise, and what is sent now."""
        values = state.values[: self.n_values].astype(np.float64)
        past = state.history[:, :, :-1].astype(np.float64)
        return np.concatenate([values.ravel(), past.ravel()])

    def alike(self, sizes: np.ndarray) -> np.ndarray:
        """Give every state variable one size in all regions, and every channel's past."""
        n_regions = self.network.n_regions
        cut = self.n_values * n_regions
        values = sizes[:cut].reshape(self.n_values, -1)
        past = sizes[cut:].reshape(len(self.like.history), -1)
        return np.concatenate(
            [np.repeat(part.mean(axis=1), part.shape[1]) for part in (values, past) if part.size]
        )

    def later(self, row: np.ndarray) -> np.ndarray:
        """Return the row one interval later."""
        n_regions = self.network.n_regions
        values = row[: self.n_values * n_regions].reshape(self.n_values, n_regions)
        history = self.like.history.copy()
        history[:, :, :-1] = row[values.size :].reshape(history[:, :, :-1].shape)
        with np.errstate(over="ignore", invalid="ignore"):
            sent = self.network.sent(np, tuple(values))
        history[:, :, -1] = np.stack([np.broadcast_to(x, n_regions) for x in sent])
        start = NetworkState(0, values, self.like.observer, history)
        end = self.network.run(1, state=start).state
        assert isinstance(end, NetworkState)
        return self.pack(end)
