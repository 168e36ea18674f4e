"""Network: one node model in every region, wired by a connectome; a forward model."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, number, positive, whole
from surrobrain.data.connectome import Connectome
from surrobrain.data.sparse_connectome import SparseConnectome
from surrobrain.forward import Trajectory
from surrobrain.mechanistic.coupling import Coupling, coupling_of
from surrobrain.mechanistic.engine import Engine, NetworkState
from surrobrain.mechanistic.exact import ExactEngine
from surrobrain.mechanistic.fitting_together import (
    checked_inputs,
    checked_receptivity,
    refuse_forbidden,
    refuse_short_delays,
)
from surrobrain.mechanistic.node import Node, Value, check_parameters, pathways
from surrobrain.mechanistic.node_check import check_node
from surrobrain.mechanistic.noise import Noise, Sigma, noise_of, sigma_per_state
from surrobrain.mechanistic.observer import Observer, check_regions, quantity
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.parts import from_parts, to_parts
from surrobrain.mechanistic.steppers import STEPPER_NAMES, STEPPERS, Stepper
from surrobrain.mechanistic.wiring import Wiring, wirings

__all__ = ["Network"]


@dataclass(frozen=True, eq=False)
class Network:
    """White-box model of a whole brain, simulated by a compiled loop.

    Parameters
    ----------
    node : Node
        Equations and parameters of a region (``surrobrain.catalog`` lists them); a parameter
        may be one number or one per region.
    connectome : Connectome or SparseConnectome
        Weights from j to i, used as they are, and tract lengths when ``speed`` is given.
    coupling : float, array of shape (n_regions,) or Coupling
        How regions act on each other (``surrobrain.couplings``). A number is the global strength
        G of the form that the node's paper uses: ``G sum_j C[i, j] source_j``, or
        ``G sum_j C[i, j] (source_j - source_i)`` where the node is diffusive.
    noise : float, array of shape (n_regions,), dict of state name to either, or Noise
        Noise on the states that the node names (``surrobrain.noises``). A number is sigma in
        ``dx = drift dt + sigma dW``, in units of the state per square root of the node's time
        unit.
    observer : Observer
        What is seen of the regions, and how often.
    speed : float, optional
        Conduction speed in m/s; without it no tract delays.
    delays : {"rounded", "interpolated"}
        Whether delays are rounded to steps, or a delay between two steps hears both in
        proportion; the second makes the run a continuous function of ``speed``.
    stepper : {"euler", "heun", "rk4", "milstein", "exact"}
        How a step is taken; the input from other regions is taken anew at every stage. Between
        the steps, delayed input lies on a straight line: with delays "rk4" is of order 2.
        "exact" solves linear networks without delays, in steps as long as the observer's.
    dt : float, optional
        Step in seconds; it must divide the sample interval. By default what suits the node.
    settle : float, optional
        Seconds that pass unseen when a run starts without a state. By default what node and
        observer need to forget their start.
    dtype : {"float64", "float32"}
        Precision of the simulation.
    receptivity : float or array, shape (n_regions,)
        What external input is multiplied by where it arrives: how strongly each region takes up
        a stimulus. It can be fitted, as to an evoked potential.

    Raises
    ------
    ValueError
        A parameter is out of range, the weights are of a kind that the node forbids, the observer
        was made for other regions, or a stepper of several stages meets a delay shorter than its
        step.

    Notes
    -----
    The noise belongs to (seed, lane, region, variable, step) and to nothing
    else: two runs joined by their state equal one long run bit for bit, and the same seed with
    and without stimulus or lesion gives the same noise. External input, times the receptivity, is
    added to the coupling term, in its unit, not multiplied by G.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> chain = Connectome(np.array([[0.0, 0.0], [0.5, 0.0]]), names=["A", "B"])
    >>> network = Network(Linear(), chain, noise=1.0)
    >>> network.run(3).values.shape
    (3, 2)
    """

    node: Node
    connectome: Connectome | SparseConnectome
    coupling: Value | Coupling = 1.0
    noise: Sigma | Noise = 0.0
    observer: Observer = field(default_factory=Identity)
    speed: float | None = None
    delays: Literal["rounded", "interpolated"] = "rounded"
    stepper: Literal["euler", "heun", "rk4", "milstein", "exact"] = "euler"
    dt: float | None = None
    settle: float | None = None
    dtype: Literal["float64", "float32"] = "float64"
    receptivity: Value = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, before any time is spent."""
        choice(self.dtype, ("float32", "float64"), "dtype")
        choice(self.delays, ("rounded", "interpolated"), "kind of delays")
        choice(self.stepper, STEPPER_NAMES, "stepper")
        check_node(self.node)
        check_parameters(self.node, self.regions)
        check_parameters(self.coupling_form, self.regions)
        sigma_per_state(self.noise_kind, self.node, self.n_regions)
        checked_receptivity(self.receptivity, self.n_regions)
        quantity(self.observer, self.node)
        check_regions(self.observer, self.regions)
        pathways(self.node, self.n_channels)
        refuse_forbidden(self.node, self.connectome)
        if self.speed is not None:
            self.connectome.refuse_unknown_lengths(self.speed)
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
        if self.stepper == "exact":
            _ = self._engine  # refuses what is not linear
        elif self.method.n_stages > 1:
            refuse_short_delays(self)

    def __getstate__(self) -> dict[str, Any]:
        """Copy and send what decides the network; what was worked out of it is found again."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven and lesioned: the regions of the connectome."""
        return tuple(self.connectome.names)

    @property
    def names(self) -> tuple[str, ...]:
        """What is observed: the regions, or the channels of the observer."""
        return tuple(getattr(self.observer, "channels", ())) or self.regions

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
        own = self.observer.step if self.stepper == "exact" else self.node.step
        dt = own if self.dt is None else self.dt
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

    def rows_per_sample(self, frequency: float) -> int:
        """Return how many rows of input per sample follow a frequency in Hz, four to a cycle.

        They divide the steps of a sample; one row per step is the most.
        """
        wanted = 1.0 if frequency <= self.sfreq / 2 else 4 * frequency / self.sfreq
        steps = self.steps_per_sample
        return min(
            (k for k in range(1, steps + 1) if steps % k == 0 and k >= wanted), default=steps
        )

    @functools.cached_property
    def coupling_form(self) -> Coupling:
        """How regions act on each other, spelled out."""
        return coupling_of(self.coupling, self.node)

    @functools.cached_property
    def noise_kind(self) -> Noise:
        """The noise, spelled out."""
        return noise_of(self.noise)

    @property
    def method(self) -> Stepper:
        """The stages of a step; "exact" has none."""
        return STEPPERS[self.stepper]

    @functools.cached_property
    def n_channels(self) -> int:
        """Number of quantities that a region sends."""
        node = self.node
        start = tuple(np.full(1, node.initial[name]) for name in node.states)
        with np.errstate(all="ignore"):
            return len(node.source(np, start, _first_region(node)))

    @functools.cached_property
    def wirings(self) -> tuple[Wiring, ...]:
        """Connections of every channel, with their delays in steps."""
        return wirings(self)

    @functools.cached_property
    def reach(self) -> int:
        """Steps of the past that are still heard; 0 where nothing is delayed."""
        return max((wiring.reach for wiring in self.wirings), default=0)

    @functools.cached_property
    def initial_state(self) -> NetworkState:
        """State before anything has happened: every region at its node's initial values."""
        node, observer, n = self.node, self.observer, self.n_regions
        values = [np.full(n, node.initial[name], self.dtype) for name in node.states]
        with np.errstate(over="ignore"):
            sources = self.sent(np, tuple(values))
        history = np.stack([np.broadcast_to(x, n).astype(self.dtype) for x in sources])
        eta = [np.zeros(n, self.dtype) for _ in node.noise if self.noise_kind.colored]
        observed = [np.full(n, observer.initial[name], self.dtype) for name in observer.states]
        past = np.repeat(history[:, :, None], self.reach + 1, axis=2)
        return NetworkState(
            0, np.stack([*values, *eta]), np.array(observed, self.dtype).reshape(-1, n), past
        )

    def sent(self, xp: Any, state: tuple) -> tuple:
        """Return what every channel carries from a state of the node; ``xp`` is NumPy or torch."""
        source = list(self.node.source(xp, state, self.node))
        ways = pathways(self.node, len(source))
        tracts = [c for c, way in enumerate(ways) if way == "tracts"]
        form = self.coupling_form
        for c, x in zip(tracts, form.send(xp, tuple(source[c] for c in tracts), form), strict=True):
            source[c] = x
        return tuple(source)

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
        inputs: Float[np.ndarray, "rows regions"]
        | Float[np.ndarray, "rows regions channels"]
        | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely for ``n_times`` samples; see ``ForwardModel``.

        Parameters
        ----------
        n_times : int
            Number of samples to return.
        state : NetworkState, optional
            Where to start; by default the network first settles for ``settle`` seconds.
        inputs : array, shape (k n_times, n_regions) or (k n_times, n_regions, n_channels), optional
            External drive in the unit of the node's coupling term, k rows per sample, each held
            for one k-th of it; for the first channel of the coupling, or for each.
        seed : int
            Decides the noise.

        Returns
        -------
        Trajectory
            Samples, in which a run that has diverged is not finite, and the state to go on from.

        Raises
        ------
        ValueError
            The inputs do not fit the samples, the regions or the steps.
        """
        whole(n_times, "n_times", low=0)
        whole(seed, "seed")
        drive = None if inputs is None else checked_inputs(self, inputs, n_times)
        start, skip = self.initial_state, self.settling_samples
        if state is not None:
            start, skip = self._own(state), 0
        values, end = self._engine.run(start, n_times, skip=skip, inputs=drive, seed=seed)
        return Trajectory(self.projected(values[0]), end)

    def projected(
        self, values: Float[np.ndarray, "... times regions"]
    ) -> Float[np.ndarray, "... times observed"]:
        """Return what is observed of the regions' samples: themselves, or what channels see."""
        project = getattr(self.observer, "project", None)
        return values if project is None else project(values)

    def disconnected(
        self, regions: Iterable[str | int] = (), edges: Iterable[tuple[str | int, str | int]] = ()
    ) -> "Network":
        """Return the network with regions cut off, or edges (source, target) removed."""
        return dataclasses.replace(self, connectome=self.connectome.disconnected(regions, edges))

    def to_parts(self) -> tuple[dict[str, Any], dict[str, Float[np.ndarray, "..."]]]:
        """Return JSON values and arrays from which ``from_parts`` builds the network again."""
        return to_parts(self)

    @classmethod
    def from_parts(
        cls, config: Mapping[str, Any], arrays: Mapping[str, Float[np.ndarray, "..."]]
    ) -> "Network":
        """Build a network from what ``to_parts`` returned."""
        return cls(**from_parts(config, arrays))

    @functools.cached_property
    def _engine(self) -> Engine | ExactEngine:
        return ExactEngine(self) if self.stepper == "exact" else Engine(self)

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


def _first_region(node: Node) -> Any:
    """Return the node with one number for every parameter, to try its equations on."""
    fields = dataclasses.fields(node)  # pyright: ignore[reportArgumentType]
    return SimpleNamespace(**{f.name: np.ravel(getattr(node, f.name))[0] for f in fields})
