"""Cell: a neuron with the synapses it receives; one system of equations."""

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.spiking.neuron import Neuron
from surrobrain.mechanistic.spiking.synapse import Synapse

__all__ = ["Cell"]


@dataclass(frozen=True)
class Cell:
    """A neuron and the kinds of synapses on it, in the order of their channels.

    Parameters
    ----------
    neuron : Neuron
    synapses : tuple of Synapse
    noise : float
        sigma of the white noise on the membrane, in mV per square root of ms.
    """

    neuron: Neuron
    synapses: tuple[Synapse, ...]
    noise: float = 0.0

    @functools.cached_property
    def slots(self) -> tuple[slice, ...]:
        """Where the states of every synapse lie among all states; the neuron's come first."""
        found, at = [], len(self.neuron.states)
        for synapse in self.synapses:
            found.append(slice(at, at + len(synapse.states)))
            at += len(synapse.states)
        return tuple(found)

    @property
    def n_states(self) -> int:
        """Number of states of the neuron and its synapses together."""
        return len(self.neuron.states) + sum(len(s.states) for s in self.synapses)

    @property
    def exact(self) -> bool:
        """Whether everything is linear, so that steps below the threshold are exact."""
        return self.neuron.linear and all(synapse.linear for synapse in self.synapses)

    @property
    def start(self) -> Float[np.ndarray, "states"]:
        """Initial values of all states."""
        own = [self.neuron.initial[name] for name in self.neuron.states]
        return np.array(own + [0.0] * (self.n_states - len(own)))

    @property
    def jumps(self) -> Float[np.ndarray, "channels states"]:
        """What a spike of weight 1 adds to every state, by channel."""
        table = np.zeros((len(self.synapses), self.n_states))
        for c, (synapse, slot) in enumerate(zip(self.synapses, self.slots, strict=True)):
            membrane, *own = synapse.arrive(synapse)
            table[c, 0], table[c, slot] = membrane, own
        return table

    def drift(
        self, state: Float[np.ndarray, "states"], current: float
    ) -> Float[np.ndarray, "states"]:
        """Return the time derivative of all states, per ms."""
        flowing, own = current, []
        for synapse, slot in zip(self.synapses, self.slots, strict=True):
            flowing = flowing + synapse.current(np, tuple(state[slot]), state[0], synapse)
            own += synapse.drift(np, tuple(state[slot]), synapse)
        n = len(self.neuron.states)
        return np.array([*self.neuron.drift(np, tuple(state[:n]), flowing, self.neuron), *own])

    def jacobian(self, state: Float[np.ndarray, "states"]) -> Float[np.ndarray, "states states"]:
        """Return the derivative of the drift; exact where the drift is linear or quadratic."""
        shifts = np.eye(self.n_states)
        columns = [(self.drift(state + e, 0.0) - self.drift(state - e, 0.0)) / 2 for e in shifts]
        return np.array(columns).T

    def propagator(self, dt: float) -> Float[np.ndarray, "states extended"]:
        """Return the exact step of dt ms: columns for every state, the current and a constant.

        Rotter & Diesmann (1999), Biol Cybern 81:381. Where the neuron is not linear, only the
        rows of the synapses mean something.
        """
        from scipy.linalg import expm

        return expm(self._system() * dt)[: self.n_states]

    def _system(self) -> Float[np.ndarray, "extended extended"]:
        """Matrix of the linear equations, the current and the constant 1 as two more states."""
        n, zero = self.n_states, np.zeros(self.n_states)
        system = np.zeros((n + 2, n + 2))
        system[:n, :n] = self.jacobian(zero)
        system[:n, n + 1] = self.drift(zero, 0.0)
        system[:n, n] = self.drift(zero, 1.0) - system[:n, n + 1]
        if not self.exact:
            system[: len(self.neuron.states)] = 0.0
        return system

    def _links(self) -> Bool[np.ndarray, "states extended"]:
        """Tell which entries of the propagator can differ from zero, whatever the numbers."""
        n = self.n_states
        links = np.linalg.matrix_power(np.eye(n + 2) + (self._system() != 0), n + 1) > 0
        links[:n, n + 1] = self.exact  # the constant stays even where it happens to be zero
        return links[:n]

    def scalars(self, dt: float) -> dict[str, float]:
        """Return every number that the compiled loop needs, by name; dt in ms."""
        own = {f"p_{name}": float(value) for name, value in parameters(self.neuron).items()}
        for c, synapse in enumerate(self.synapses):
            fields = dataclasses.fields(synapse)  # pyright: ignore[reportArgumentType]
            own |= {f"q{c}_{f.name}": float(getattr(synapse, f.name)) for f in fields}
        own |= {"dt": dt, "hold": float(round(self.neuron.refractory / dt))}
        steps = self.propagator(dt)
        own |= {f"P_{i}_{j}": float(steps[i, j]) for i, j in np.argwhere(self._links())}
        own |= {f"J_{c}_{i}": float(self.jumps[c, i]) for c, i in np.argwhere(self.jumps != 0)}
        if self.noise:
            own |= {"kick": self._kick(dt), "bridge": 2.0 / (self.noise**2 * dt)}
        return own

    def _kick(self, dt: float) -> float:
        """Return the standard deviation of the noise that one step adds to the membrane."""
        if self.exact and len(self.neuron.states) == 1:
            rate = 2 * self.jacobian(self.start)[0, 0]
            return float(self.noise * np.sqrt(np.expm1(rate * dt) / rate))
        return float(self.noise * np.sqrt(dt))

    def check_step(self, dt: float) -> None:
        """Refuse a step of dt ms in which Heun's method would be unstable near the start.

        Raises
        ------
        ValueError
            The message says how long a step may be.
        """
        if self.neuron.refractory and round(self.neuron.refractory / dt) == 0:
            raise ValueError(
                f"dt of {dt:g} ms is too long for a refractory period of "
                f"{self.neuron.refractory:g} ms; use at most that"
            )
        if self.exact:
            return
        n = len(self.neuron.states)
        fastest = float(np.abs(np.linalg.eigvals(self.jacobian(self.start)[:n, :n])).max())
        if fastest * dt > 1.0:
            raise ValueError(
                f"dt of {dt:g} ms is too long for {type(self.neuron).__name__}, whose membrane "
                f"moves within {1 / fastest:.3g} ms; use at most {0.5 / fastest:.2g} ms"
            )
