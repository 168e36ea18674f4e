"""Network: one node model in every region, wired by a connectome; a forward model."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.catalog import load
from surrobrain.checks import choice, finite, number, positive, whole
from surrobrain.data.connectome import Connectome
from surrobrain.forward import Trajectory
from surrobrain.mechanistic.engine import Engine, NetworkState
from surrobrain.mechanistic.node import Node, Value, check_parameters, parameters
from surrobrain.mechanistic.observer import Observer
from surrobrain.mechanistic.observers.identity import Identity

__all__ = ["Network"]


@dataclass(frozen=True, eq=False)
class Network:
    """White-box model of a whole brain, simulated by a compiled loop.

    Parameters
    ----------
    node : Node
        Equations and parameters of a region (``surrobrain.catalog`` lists them); a parameter
        may be one number or one per region.
    connectome : Connectome
        Weights from j to i, used as they are, and tract lengths when ``speed`` is given.
    coupling : float
        Global coupling G: the coupling term of region i is ``G sum_j C[i, j] source_j``, or
        ``G sum_j C[i, j] (source_j - source_i)`` where the node is diffusive.
    noise : float or array, shape (n_regions,)
        sigma in ``dx = drift dt + sigma dW``, for the states that the node names; in units of
        the state per square root of the node's time unit.
    observer : Observer
        What is seen of the regions, and how often.
    speed : float, optional
        Conduction speed in m/s; without it nothing is delayed. Delays are rounded to steps.
    dt : float, optional
        Step in seconds; it must divide the sample interval. By default what suits the node.
    settle : float, optional
        Seconds that pass unseen when a run starts without a state. By default what node and
        observer need to forget their start.
    dtype : {"float64", "float32"}
        Precision of the simulation.

    Raises
    ------
    ValueError
        A parameter is out of range, or the weights are of a kind that the node forbids.

    Notes
    -----
    Euler-Maruyama. The noise belongs to (seed, lane, region, variable, step) and to nothing
    else: two runs joined by their state equal one long run bit for bit, and the same seed with
    and without stimulus or lesion gives the same noise. External input is held over each
    sample and added to the first coupling term, in its unit, not multiplied by G.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> chain = Connectome(np.array([[0.0, 0.0], [0.5, 0.0]]), names=["A", "B"])
    >>> network = Network(Linear(), chain, noise=1.0)
    >>> network.run(3).values.shape
    (3, 2)
    """

    node: Node
    connectome: Connectome
    coupling: float = 1.0
    noise: Value = 0.0
    observer: Observer = field(default_factory=Identity)
    speed: float | None = None
    dt: float | None = None
    settle: float | None = None
    dtype: Literal["float64", "float32"] = "float64"

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, before any time is spent."""
        choice(self.dtype, ("float32", "float64"), "dtype")
        number(self.coupling, "coupling")
        check_parameters(self.node, self.names)
        sigma = finite(np.asarray(self.noise, dtype=np.float64), "noise")
        if sigma.shape not in ((), (self.n_regions,)) or (sigma < 0).any():
            raise ValueError(
                f"noise must be one number of at least 0, or one per region, "
                f"but shape {sigma.shape} with minimum {sigma.min(initial=np.inf):g} arrived"
            )
        _refuse_forbidden(self.node, self.connectome)
        if self.speed is not None:
            self.connectome.delays(self.speed)
        if self.settle is not None:
            number(self.settle, "settle", low=0.0)
        if self.dt is not None:
            positive(self.dt, "dt", unit="s")
            ratio = self.observer.interval / self.dt
            if ratio < 0.5 or abs(ratio - round(ratio)) > 1e-6 * ratio:
                raise ValueError(
                    f"dt must divide the sample interval of {self.observer.interval:g} s, but "
                    f"{self.dt:g} s arrived; use {self.observer.interval / max(1, round(ratio)):g}"
                )

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven and lesioned: the regions of the connectome."""
        return tuple(self.connectome.names)

    @property
    def names(self) -> tuple[str, ...]:
        """What is observed: the regions, by every observer so far."""
        return self.regions

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return self.connectome.n_regions

    @property
    def sfreq(self) -> float:
        """Samples per second (Hz), decided by the observer."""
        return 1 / self.observer.interval

    @property
    def modality(self) -> str:
        """What the observation looks like, decided by the observer."""
        return self.observer.modality

    @functools.cached_property
    def steps_per_sample(self) -> int:
        """Number of steps between samples."""
        dt = self.node.step if self.dt is None else self.dt
        return max(1, int(np.ceil(self.observer.interval / dt - 1e-6)))

    @functools.cached_property
    def dt_seconds(self) -> float:
        """Step in seconds."""
        return self.observer.interval / self.steps_per_sample

    @property
    def step_in_node_unit(self) -> float:
        """Step in the time unit of the node's equations."""
        return self.dt_seconds * {"s": 1.0, "ms": 1000.0}[self.node.time_unit]

    @functools.cached_property
    def steps_per_observation(self) -> int:
        """Number of steps between steps of the observer: a divisor of those per sample."""
        longest = min(self.steps_per_sample, max(1, self.observer.step / self.dt_seconds + 1e-6))
        return max(k for k in range(1, int(longest) + 1) if self.steps_per_sample % k == 0)

    @property
    def observations_per_sample(self) -> int:
        """Number of observer steps between samples."""
        return self.steps_per_sample // self.steps_per_observation

    @functools.cached_property
    def delay_steps(self) -> Int[np.ndarray, "regions regions"]:
        """Delay from j to i in steps; zero everywhere without ``speed``."""
        if self.speed is None:
            return np.zeros((self.n_regions, self.n_regions), np.int64)
        delays = self.connectome.delays(self.speed) / self.dt_seconds
        return np.rint(delays).astype(np.int64)

    @functools.cached_property
    def initial_state(self) -> NetworkState:
        """State before anything has happened: every region at its node's initial values."""
        node, observer, n = self.node, self.observer, self.n_regions
        values = [np.full(n, node.initial[name], self.dtype) for name in node.states]
        with np.errstate(over="ignore"):
            sources = node.source(np, tuple(values), node)
        history = np.stack([np.broadcast_to(x, n).astype(self.dtype) for x in sources])
        observed = [np.full(n, observer.initial[name], self.dtype) for name in observer.states]
        past = np.repeat(history[:, :, None], int(self.delay_steps.max(initial=0)) + 1, axis=2)
        return NetworkState(
            0, np.stack(values), np.array(observed, self.dtype).reshape(-1, n), past
        )

    @property
    def settling_samples(self) -> int:
        """Samples that pass unseen when a run starts without a state."""
        settle = self.node.settle + self.observer.settle if self.settle is None else self.settle
        return int(np.ceil(settle * self.sfreq - 1e-9))

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely for ``n_times`` samples; see ``ForwardModel``.

        Parameters
        ----------
        n_times : int
            Number of samples to return.
        state : NetworkState, optional
            Where to start; by default the network first settles for ``settle`` seconds.
        inputs : array, shape (n_times, n_regions), optional
            External drive in the unit of the node's coupling term, held over each sample.
        seed : int
            Decides the noise.

        Returns
        -------
        Trajectory
            Samples, in which a run that has diverged is not finite, and the state to go on from.
        """
        whole(n_times, "n_times", low=0)
        whole(seed, "seed")
        if inputs is not None and inputs.shape != (n_times, self.n_regions):
            raise ValueError(
                f"inputs must have shape {(n_times, self.n_regions)}, but {inputs.shape} arrived"
            )
        start, skip = self.initial_state, self.settling_samples
        if state is not None:
            start, skip = self._own(state), 0
        values, end = self._engine.run(start, n_times, skip=skip, inputs=inputs, seed=seed)
        return Trajectory(values[0], end)

    def disconnected(
        self, regions: Iterable[str | int] = (), edges: Iterable[tuple[str | int, str | int]] = ()
    ) -> "Network":
        """Return the network with regions cut off, or edges (source, target) removed."""
        return dataclasses.replace(self, connectome=self.connectome.disconnected(regions, edges))

    def to_parts(self) -> tuple[dict[str, Any], dict[str, Float[np.ndarray, "..."]]]:
        """Return JSON values and arrays from which ``from_parts`` builds the network again."""
        arrays = {"weights": self.connectome.weights}
        if self.connectome.lengths is not None:
            arrays["lengths"] = self.connectome.lengths
        fields = {f"node.{name}": value for name, value in parameters(self.node).items()}
        fields["noise"] = self.noise
        arrays |= {k: np.asarray(v, np.float64) for k, v in fields.items() if np.ndim(v)}
        config = {
            "node": type(self.node).__name__,
            "observer": type(self.observer).__name__,
            "observer_fields": dataclasses.asdict(self.observer),  # pyright: ignore[reportArgumentType]
            "names": list(self.names),
            "fields": {k: float(v) for k, v in fields.items() if not np.ndim(v)},
            **{k: getattr(self, k) for k in ("coupling", "speed", "dt", "settle", "dtype")},
        }
        return config, arrays

    @classmethod
    def from_parts(
        cls, config: Mapping[str, Any], arrays: Mapping[str, Float[np.ndarray, "..."]]
    ) -> "Network":
        """Build a network from what ``to_parts`` returned."""
        values = {**config["fields"], **arrays}
        node: Any = load("surrobrain.mechanistic.nodes", config["node"])
        observer: Any = load("surrobrain.mechanistic.observers", config["observer"])
        own = {k.removeprefix("node."): v for k, v in values.items() if k.startswith("node.")}
        connectome = Connectome(arrays["weights"], arrays.get("lengths"), tuple(config["names"]))
        rest = {k: config[k] for k in ("coupling", "speed", "dt", "settle", "dtype")}
        return cls(
            node(**own), connectome, noise=values["noise"],
            observer=observer(**config["observer_fields"]), **rest,
        )  # fmt: skip

    @functools.cached_property
    def _engine(self) -> Engine:
        return Engine(self)

    def _own(self, state: object) -> NetworkState:
        """Refuse a state that another network left behind."""
        if not isinstance(state, NetworkState):
            raise TypeError(
                f"state must be the state of an earlier run of a network, but "
                f"{type(state).__name__} arrived; use Trajectory.state"
            )
        ours = self.initial_state
        reach = ours.history.shape[-1]
        if state.history.shape[-1] > reach:  # a lesion has cut the longest tracts
            state = dataclasses.replace(state, history=state.history[..., -reach:])
        for part in ("values", "observer", "history"):
            expected, arrived = getattr(ours, part).shape, getattr(state, part).shape
            if expected != arrived:
                raise ValueError(
                    f"the state has {part} of shape {arrived} but this network needs {expected}; "
                    "it comes from another network, step or speed: start without a state"
                )
        return state


def _refuse_forbidden(node: Node, connectome: Connectome) -> None:
    """Refuse weights that the node's equations do not allow, naming the first pair."""
    weights = connectome.weights
    bad = {
        "negative": weights < 0,
        "asymmetric": ~np.isclose(weights, weights.T, rtol=1e-6, atol=0.0),
    }
    for kind in sorted(node.forbids):
        if bad[kind].any():
            i, j = np.argwhere(bad[kind])[0]
            raise ValueError(
                f"{type(node).__name__} does not allow {kind} weights, but {weights[i, j]:g} "
                f"arrived from {connectome.names[j]} to {connectome.names[i]}"
                + (f" against {weights[j, i]:g} back" if kind == "asymmetric" else "")
                + "; change the connectome, or choose a node that allows them"
            )
