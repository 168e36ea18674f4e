"""Runs linear networks by the exact solution of their equations, whatever the step."""

import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.draws import four_normals
from surrobrain.mechanistic.engine import Lanes, NetworkState, own_lane
from surrobrain.mechanistic.linear_system import Step, exact_step, refuse_what_is_not_linear
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.observer import quantity
from surrobrain.mechanistic.steppers import euler

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["ExactEngine"]

_LANES = 8
_DRAWN = 64  # groups of four steps whose noise is drawn at once


class ExactEngine:
    """A linear network made ready to be stepped exactly; stands in for the compiled ``Engine``.

    A step is as long as the observer's, so that a run takes few of them. Observers see the mean
    over a step, which has its exact distribution too.

    Parameters
    ----------
    network : Network
        What to simulate.

    Raises
    ------
    ValueError
        It has no exact solution.
    """

    size = _LANES

    def __init__(self, network: "Network") -> None:
        self.network = network
        refuse_what_is_not_linear(network, self.own)

    @functools.cached_property
    def own(self) -> Lanes:
        """The network as it is, in the first lane."""
        return own_lane(self.network)

    @functools.cached_property
    def _own_steps(self) -> list[Step]:
        return [exact_step(self.network, self.own, 0)]

    def run(
        self,
        state: NetworkState,
        n_times: int,
        *,
        skip: int = 0,
        lanes: Lanes | None = None,
        inputs: Float[np.ndarray, "rows regions channels"] | None = None,
        seed: int = 0,
    ) -> tuple[Float[np.ndarray, "lanes times regions"], NetworkState]:
        """Run ``skip`` samples unseen and undriven, then ``n_times``; see ``Engine.run``."""
        network, n = self.network, self.network.n_regions
        at = lanes or self.own
        steps = (
            [exact_step(network, at, k) for k in range(len(at.coupling))]
            if lanes
            else self._own_steps
        )
        count = len(steps)
        move, kick = (np.stack([getattr(s, name) for s in steps]) for name in ("state", "kick"))
        constant = np.stack([s.constant for s in steps])
        forces = self._forces(steps, inputs)
        normals = _Normals(at, n, move.shape[1] // n, seed) if np.any(at.noise) else None
        x = np.tile(state.values.reshape(-1).astype(np.float64), (count, 1))
        eyes = _Eyes(network, at, state)
        values = np.empty((count, n_times, n))
        per_sample, step = network.steps_per_sample, state.step
        for k in range(-skip * per_sample, n_times * per_sample):
            both = np.matmul(move, x[:, :, None])[:, :, 0] + constant
            if k >= 0 and forces is not None:
                both += forces[:, k * forces.shape[1] // (n_times * per_sample)]
            if normals is not None:
                both += np.matmul(kick, normals(step)[:, :, None])[:, :, 0]
            x, mean = np.split(both, 2, axis=1)
            step += 1
            eyes.see(mean)
            if k >= 0 and (k + 1) % per_sample == 0:
                values[:, k // per_sample] = eyes.sample()
        end = NetworkState(step, x[0].reshape(-1, n), eyes.state(), self._sent(x[0]))
        return values.astype(network.dtype), end

    def _forces(
        self, steps: list[Step], inputs: Float[np.ndarray, "rows regions channels"] | None
    ) -> Float[np.ndarray, "lanes rows twice"] | None:
        """Return what every row of input adds in a step."""
        if inputs is None or not len(inputs):
            return None
        flat = np.moveaxis(inputs, 2, 1).reshape(len(inputs), -1)  # (row, channel then region)
        return np.stack([flat @ step.drive[:, : flat.shape[1]].T for step in steps])

    def _sent(self, x: Float[np.ndarray, "states"]) -> Float[np.ndarray, "channels regions 1"]:
        network, n = self.network, self.network.n_regions
        sent = network.sent(np, tuple(x.reshape(-1, n)[: len(network.node.states)]))
        return np.stack([np.broadcast_to(s, n) for s in sent])[:, :, None]


class _Eyes:
    """The observer of all lanes, which sees the mean of what happened since it last looked."""

    def __init__(self, network: "Network", lanes: Lanes, state: NetworkState) -> None:
        self.network, self.observer = network, network.observer
        self.node = SimpleNamespace(**{**parameters(network.node), **lanes.varied})
        self.constants = SimpleNamespace(**self.observer.constants)
        shape = lanes.coupling.shape
        self.states = tuple(np.broadcast_to(row, shape) for row in state.observer)
        self.look = quantity(self.observer, network.node)
        self.dt = network.steps_per_observation * network.dt_seconds
        self.shape, self.total, self.count = shape, np.zeros(shape), 0
        self.mean = np.zeros(shape)

    def see(self, mean: Float[np.ndarray, "lanes states"]) -> None:
        rows = np.moveaxis(mean.reshape(len(mean), -1, self.shape[1]), 1, 0)
        states = tuple(rows[: len(self.network.node.states)])
        self.total, self.count = (
            self.total + self.look(np, states, self.node),
            self.count + 1,
        )
        if self.count == self.network.steps_per_observation:
            self.mean, self.total, self.count = self.total / self.count, np.zeros(self.shape), 0
            self.states = euler(
                lambda s: self.observer.drift(np, s, self.mean, self.constants),
                self.states,
                dt=self.dt,
            )

    def sample(self) -> Float[np.ndarray, "lanes regions"]:
        return self.observer.read(np, self.states, self.mean, self.constants)

    def state(self) -> Float[np.ndarray, "observed regions"]:
        return np.array([row[0] for row in self.states]).reshape(-1, self.shape[1])


class _Normals:
    """Normals of every lane for one step after the other, drawn for many steps at once."""

    def __init__(self, lanes: Lanes, n_regions: int, n_variables: int, seed: int) -> None:
        lane = np.arange(lanes.first, lanes.first + len(lanes.coupling), dtype=np.uint64)
        variable = np.arange(n_variables, dtype=np.uint64)
        self.stream = (lane[:, None] * np.uint64(256) + variable)[:, :, None]
        self.regions, self.seed = np.arange(n_regions, dtype=np.uint64), seed
        self.first, self.drawn = -1, np.empty(0)

    def __call__(self, step: int) -> Float[np.ndarray, "lanes numbers"]:
        first = step // (4 * _DRAWN)
        if first != self.first:
            quarters = np.arange(first * _DRAWN, (first + 1) * _DRAWN, dtype=np.uint64)
            four = four_normals(
                np, quarters[:, None, None, None], self.regions, self.stream,
                seed=self.seed, unit=np.array(2.0**-32),
            )  # fmt: skip
            drawn = np.stack(four, axis=1)  # (quarter, step, lane, variable, region)
            self.first, self.drawn = first, drawn.reshape(4 * _DRAWN, len(self.stream), -1)
        return self.drawn[step - 4 * _DRAWN * first]
