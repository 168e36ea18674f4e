"""A neural mass of the catalog plus what is learned of its wiring and its equations."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.catalog import load
from surrobrain.checks import choice, positive
from surrobrain.data.connectome import Connectome
from surrobrain.learned.module import LearnedModule
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.seeds import stream

__all__ = ["UniversalODE"]

_NODES = "surrobrain.mechanistic.nodes"
_UNIT = {"s": 1.0, "ms": 1e-3}
_HIDDEN = 32
_COARSER = 10  # than the node's own step, which suits Euler; this is RK4
_MOST_STEPS = 100  # per sample
_ROUNDS, _PAIRS = 50, 2000  # of L-BFGS, and windows that it sees
_FREE_RUN = 2000  # steps from which the size of every state is read


class UniversalODE(LearnedModule):
    """Known equations of a region, a wiring, and a learned term that starts at zero.

    Use it where a neural mass is nearly right: it carries on as its equations do, and the learned
    term shows what they miss. Do not use it on samples much slower than the node, nor where the
    node's own run looks unlike the recording: it is then a slow `MLP`.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples along which states that are not observed are found; the time constants of the node
        say how many are needed.
    n_inputs : int
        Number of external inputs; they enter where coupling does.
    node : str
        Name of a neural mass whose output is one of its states.
    parameters : mapping of str to float, optional
        Known parameters of the node, where they differ from its defaults.
    connectome : Connectome or {"learned", "mean"}
        Who hears whom: same regions in the same order as the recording. "learned": it is found.
        "mean": every region hears the mean of all.
    sfreq : float, optional
        Samples per second (Hz); absent, the time between two samples is learned.

    Raises
    ------
    ValueError
        The node is unknown, shows none of its states or has pathways of its own; a parameter is
        unknown; the connectome has another number of regions; samples are too far apart.

    Notes
    -----
    ``ds/dt = f(s, G sum_j C[i, j] s_j + B u) + V tanh(U (s, coupling) + c)`` [1]_ with f the
    node's ``drift``, integrated by RK4. The learned term is the same in all regions; V starts at
    zero. A known C is the connectome divided by its largest sum over a row, so that G is in that
    unit; of a learned C every entry is free, from a region to itself too, and G is 1. Sample and
    observed state are tied by ``state = offset + gain sample``. Before training, G, B, offsets,
    gains and the time between samples, if free, are fitted to the next sample by L-BFGS; a learned
    C with them, but to the forecasts of a ridge autoregression, since so many numbers fitted to
    the samples would follow their noise. Training then moves all of them together with the learned
    term. The node's parameters stay.

    The state after a window is found by driving the node with it [2]_: states that are not
    observed start at ``node.initial`` and evolve while the observed one is set to the data at every
    sample. They arrive where the node synchronizes with what drives it, as Lorenz does with x;
    with memory=1 they are ``node.initial``.

    References
    ----------
    .. [1] Rackauckas et al. (2020), Universal differential equations for scientific machine
       learning. arXiv:2001.04385.
    .. [2] Pecora & Carroll (1990), Synchronization in chaotic systems. Phys Rev Lett 64:821.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import UniversalODE
    >>> ring = sb.examples.ring(4)
    >>> recording = sb.simulate(sb.Network(sb.Linear(), ring, noise=1.0), duration=2.0)
    >>> model = UniversalODE(4, node="linear", connectome=ring, sfreq=recording.sfreq)
    """

    starts_linear: ClassVar[bool] = False
    constants: Tensor
    start: Tensor
    middle: Tensor
    size: Tensor

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        node: str = "linear",
        parameters: Mapping[str, float] | None = None,
        connectome: Connectome | str = "learned",
        sfreq: float | None = None,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.node_name, self.known = node, dict(parameters or {})
        self.sfreq = None if sfreq is None else positive(sfreq, "sfreq", unit="Hz")
        self.node = _made(node, self.known)
        self.shown = _shown(self.node)
        fine = _COARSER * self.node.step / _UNIT[self.node.time_unit]
        interval = 4 * fine if sfreq is None else 1 / sfreq / _UNIT[self.node.time_unit]
        self.n_steps = _steps(interval / fine, node)
        found = isinstance(connectome, str) and connectome == "learned"
        self.weights = nn.Parameter(_wired(self.n_regions, connectome), requires_grad=found)
        self.register_buffer("constants", _numbers(_parameters(self.node).values()))
        self.register_buffer("start", _numbers(self.node.initial[s] for s in self.node.states))
        for name, values in zip(("middle", "size"), _typical(self.node, fine), strict=True):
            self.register_buffer(name, _numbers(values))
        n_states, n_channels = len(self.start), self._sent(self.start[:, None]).shape[0]
        self.log_interval = nn.Parameter(
            torch.tensor([float(interval)]).log(), requires_grad=sfreq is None
        )
        self.strength = nn.Parameter(torch.full((1,), float(found)), requires_grad=not found)
        self.offset = nn.Parameter(self.middle[self.shown].repeat(self.n_regions))
        self.log_gain = nn.Parameter(self.size[self.shown].log().repeat(self.n_regions))
        self.drive = nn.Parameter(torch.zeros(n_regions, n_inputs)) if n_inputs else None
        self.inner = nn.Parameter(torch.zeros(_HIDDEN, n_states + n_channels))
        self.shift = nn.Parameter(torch.zeros(_HIDDEN))
        self.outer = nn.Parameter(torch.zeros(n_states, _HIDDEN))
        self.bare = False
        self._draw(seed=0)

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: not the term's while it is zero."""
        resting = () if self.outer.any() else ("inner", "shift", "outer")
        acting = (p for name, p in self.named_parameters() if name not in resting)
        return sum(p.numel() for p in acting if p.requires_grad)

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a connectome is saved with the weights."""
        return {
            "n_regions": self.n_regions, "memory": self.memory, "n_inputs": self.n_inputs,
            "node": self.node_name, "parameters": self.known, "sfreq": self.sfreq,
            "connectome": "learned" if self.weights.requires_grad else "mean",
        }  # fmt: skip

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch states regions"]:
        """Drive the node with the window and return where it has come."""
        shown = windows * self.log_gain.exp() + self.offset
        state = self.start[:, None].expand(len(windows), -1, self.n_regions)
        state = self._showing(state, shown[:, 0])
        for t in range(1, self.memory):
            state = self._showing(self.step(state), shown[:, t])
        return state

    def step(
        self,
        state: Float[Tensor, "batch states regions"],
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch states regions"]:
        """Integrate the equations over the time of one sample."""
        dt = self.log_interval.exp() / self.n_steps
        pushed = None
        if self.drive is not None and drive is not None:
            pushed = drive @ self.drive.T
        for _ in range(self.n_steps):
            state = _runge_kutta(lambda s: self._slope(s, pushed, dt * self.n_steps), state, dt)
            state = self._limited(state)
        if inputs is None:
            return state
        return self._showing(state, state[:, self.shown] + inputs * self.log_gain.exp())

    def observe(self, state: Float[Tensor, "batch states regions"]) -> Tensor:
        """Return the shown state in the unit of the samples."""
        return (state[:, self.shown] - self.offset) / self.log_gain.exp()

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Fit what is not known of the mechanism; chance draws the learned term's inner layer."""
        self._draw(seed)
        self.bare = True  # the learned term is zero: computing it would take most of the time
        some = np.unique(np.linspace(0, len(windows) - 1, _PAIRS).astype(int))
        goal = targets
        if self.weights.requires_grad:
            linear = solve_leaky_autoregression(windows[:, -1:], targets, drives=drives)
            goal = linear.predict(windows[:, -1:], drives)
        seen, later = (torch.as_tensor(a[some]).to(self.offset) for a in (windows, goal))
        driven = None if drives is None else torch.as_tensor(drives[some]).to(self.offset)
        tied = [self.strength, self.weights, self.offset, self.log_gain, self.log_interval]
        free = [p for p in tied if p.requires_grad] + ([] if self.drive is None else [self.drive])
        before = [p.detach().clone() for p in free]
        optimizer = torch.optim.LBFGS(free, max_iter=_ROUNDS, line_search_fn="strong_wolfe")

        def error() -> Tensor:
            optimizer.zero_grad()
            found = self.observe(self.step(self.encode(seen), None, driven))
            loss = (found - later).square().mean()
            loss.backward()
            return loss

        begin = error().item()
        optimizer.step(error)
        if not error().item() <= begin:  # a line search may end where the equations explode
            with torch.no_grad():
                for p, old in zip(free, before, strict=True):
                    p.copy_(old)
        self.bare = False
        self.zero_grad()

    def _slope(self, state: Tensor, pushed: Tensor | None, interval: Tensor) -> Tensor:
        """Return the time derivative, the learned term included."""
        sent = self._sent(state)  # (batch, channel, region)
        arrived = sent @ self.weights.T
        if self.node.diffusive:
            arrived = arrived - sent * self.weights.sum(dim=1)
        coupling = list((self.strength * arrived).unbind(-2))
        if pushed is not None:
            coupling[0] = coupling[0] + pushed
        states = state.unbind(-2)
        known = self.node.drift(torch, states, tuple(coupling), self._p())
        known = torch.stack([torch.broadcast_to(k, states[0].shape) for k in known], dim=-2)
        if self.bare:
            return known
        scaled = (state - self.middle[:, None]) / self.size[:, None]
        heard = torch.stack([c.expand(states[0].shape) for c in coupling], dim=-2)
        seen = torch.cat([scaled, heard], dim=-2)
        learned = self.outer @ torch.tanh(self.inner @ seen + self.shift[:, None])
        return known + learned * self.size[:, None] / interval

    def _sent(self, state: Tensor) -> Tensor:
        sent = self.node.source(torch, state.unbind(-2), self._p())
        return torch.stack(list(sent), dim=-2)

    def _p(self) -> SimpleNamespace:
        return SimpleNamespace(**dict(zip(_parameters(self.node), self.constants, strict=True)))

    def _showing(self, state: Tensor, shown: Tensor) -> Tensor:
        """Put the observed state in its place."""
        parts = list(state.unbind(-2))
        parts[self.shown] = shown
        return torch.stack(parts, dim=-2)

    def _limited(self, state: Tensor) -> Tensor:
        if not self.node.limits:
            return state
        bounds = [self.node.limits.get(s, (None, None)) for s in self.node.states]
        held = [
            x if low is None else x.clamp(low, high)
            for x, (low, high) in zip(state.unbind(-2), bounds, strict=True)
        ]
        return torch.stack(held, dim=-2)

    def _draw(self, seed: int) -> None:
        drawn = stream(seed).normal(size=self.inner.shape) / np.sqrt(self.inner.shape[1])
        with torch.no_grad():
            self.inner.copy_(torch.as_tensor(drawn))
            self.shift.zero_()
            self.outer.zero_()


def _made(name: str, known: Mapping[str, float]) -> Any:
    """Return the node with its parameters, or say why it cannot be used."""
    kind: Any = load(_NODES, name)
    names = [field.name for field in fields(kind)]
    for parameter in known:
        choice(parameter, names, f"parameter of {kind.__name__}")
    if hasattr(kind, "pathways"):
        raise ValueError(
            f"{kind.__name__} hears its own past, which this model does not keep; use a node "
            "without pathways, or sb.Network"
        )
    return kind(**known)


def _parameters(node: Any) -> dict[str, float]:
    return {field.name: float(getattr(node, field.name)) for field in fields(node)}


def _shown(node: Any) -> int:
    """Return which state is the output."""
    state = tuple(0.1 + 0.01 * k for k in range(len(node.states)))
    output = node.output(np, state, node)
    if output not in state:
        raise ValueError(
            f"the output of {type(node).__name__} is none of its states, so that a sample does not "
            "show one; use a node such as wilson_cowan or stuart_landau"
        )
    return state.index(output)


def _steps(ratio: float, node: str) -> int:
    """Return the RK4 steps per sample, or refuse samples that the node cannot be followed by."""
    steps = max(1, math.ceil(ratio - 1e-6))
    if steps > _MOST_STEPS:
        raise ValueError(
            f"{node} needs {steps} steps between two samples, but {_MOST_STEPS} are the most; it "
            "is too fast for this recording: use a slower node, or a higher sfreq"
        )
    return steps


def _wired(n_regions: int, connectome: Connectome | str) -> Tensor:
    if isinstance(connectome, str):
        learned = choice(connectome, ("learned", "mean"), "connectome") == "learned"
        return torch.full((n_regions, n_regions), 0.0 if learned else 1 / n_regions)
    if connectome.n_regions != n_regions:
        raise ValueError(
            f"the connectome has {connectome.n_regions} regions but the model has {n_regions}; "
            "keep the shared ones in one order with .pick(names)"
        )
    rows = np.abs(connectome.weights).sum(axis=1)
    return torch.as_tensor((connectome.weights / (rows.max() or 1.0)).astype(np.float32))


def _numbers(values: Iterable[float]) -> Tensor:
    return torch.tensor([float(v) for v in values])


def _typical(node: Any, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and size of every state of a region that hears nothing, to scale by."""
    state = np.array([float(node.initial[s]) for s in node.states])
    silence = tuple(0.0 for _ in node.source(np, tuple(state), node))

    def slope(s: np.ndarray) -> np.ndarray:
        return np.array(node.drift(np, tuple(s), silence, node), dtype=np.float64)

    path = [state]
    for _ in range(_FREE_RUN):
        path.append(_runge_kutta(slope, path[-1], dt))
    tail = np.array(path[_FREE_RUN // 2 :])
    middle, size = tail.mean(axis=0), tail.std(axis=0)
    return middle, np.where(size > 1e-3 * np.abs(middle) + 1e-6, size, 1.0)


def _runge_kutta(slope: Callable[[Any], Any], state: Any, dt: Any) -> Any:
    """Return the state one step of the classical method of fourth order later."""
    first = slope(state)
    second = slope(state + dt / 2 * first)
    third = slope(state + dt / 2 * second)
    fourth = slope(state + dt * third)
    return state + dt / 6 * (first + 2 * second + 2 * third + fourth)
