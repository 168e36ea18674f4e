"""A network whose equations are linear, as matrices, and the exact solution of one step."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.mechanistic.engine import Lanes
from surrobrain.mechanistic.node import parameters, pathways
from surrobrain.mechanistic.observer import quantity

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["Step", "exact_step", "refuse_what_is_not_linear"]

_LARGEST = 4000  # numbers of a state; beyond, matrices of its square no longer fit
_AGREED = 1e-8


@dataclass(frozen=True, eq=False)
class Step:
    """What a step does to a state x of S numbers: ``(x, mean of x) = M x + D u + c + L z``.

    Parameters
    ----------
    state : array, shape (2 S, S)
        M: the state after the step, and below it the mean over the step.
    drive : array, shape (2 S, n_regions n_channels)
        D: for an external input that is held during the step.
    constant : array, shape (2 S,)
        c.
    kick : array, shape (2 S, 2 S)
        L: for independent standard normals z.
    """

    state: Float[np.ndarray, "twice states"]
    drive: Float[np.ndarray, "twice drives"]
    constant: Float[np.ndarray, "twice"]
    kick: Float[np.ndarray, "twice twice"]


def exact_step(network: "Network", lanes: Lanes, lane: int) -> Step:
    """Return the exact solution over one step of a linear network, at one of many points.

    Notes
    -----
    The system ``dx = (A x + B u + b) dt + G dW`` is continued by the integral of x. Over a step
    of h the state is multiplied by ``E = exp(A h)`` and receives ``F (B u + b)``, F the integral
    of ``exp(A s)``, and a normal increment with covariance Q, the integral of
    ``exp(A s) G G' exp(A s)'`` [1]_. They are found for a short step and doubled:
    ``E(2h) = E E``, ``F(2h) = F + E F``, ``Q(2h) = Q + E Q E'``.

    References
    ----------
    .. [1] Van Loan (1978), Computing integrals involving the matrix exponential. IEEE Trans
       Automat Contr 23:395.
    """
    system = _System(network, lanes, lane)
    a, b, constant = system.matrices()
    size, dt = len(a), network.step_in_node_unit
    wide = np.zeros((2 * size, 2 * size))
    wide[:size, :size], wide[size:, :size] = a, np.eye(size)
    strength = np.concatenate([system.sigma() ** 2, np.zeros(size)])
    e, f, q = _solved(wide, strength, dt)
    scale = np.concatenate([np.ones(size), np.full(size, 1 / dt)])
    forced = f[:, :size] * scale[:, None]
    return Step(
        e[:, :size] * scale[:, None],
        forced @ b,
        forced @ constant,
        _root(q * np.outer(scale, scale)),
    )


def _solved(
    a: Float[np.ndarray, "n n"], strength: Float[np.ndarray, "n"], dt: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy.linalg import expm

    n = len(a)
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(a).sum(axis=1).max() * dt, 1e-300)))))
    h = dt / 2**halvings
    van_loan = np.zeros((3 * n, 3 * n))
    van_loan[:n, :n], van_loan[:n, n : 2 * n] = -a, np.diag(strength)
    van_loan[n : 2 * n, n : 2 * n], van_loan[n : 2 * n, 2 * n :] = a.T, np.eye(n)
    exponential = expm(van_loan * h)
    e = exponential[n : 2 * n, n : 2 * n].T
    f = exponential[n : 2 * n, 2 * n :].T
    q = e @ exponential[:n, n : 2 * n]
    for _ in range(halvings):
        f, q, e = f + e @ f, q + e @ q @ e.T, e @ e
    return e, f, (q + q.T) / 2


def _root(covariance: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """Return L with L L' = covariance, which may be singular: no noise, or not everywhere."""
    size = np.sqrt(np.diag(covariance))
    shared = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(shared, shared))
    # the symmetric root: the same whatever signs and order the vectors come in
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return size[:, None] * root


class _System:
    """The equations of a network at one point, on flat states: node states, then colored noise."""

    def __init__(self, network: "Network", lanes: Lanes, lane: int) -> None:
        self.network, self.noise = network, lanes.noise[lane]
        varied = {name: values[lane] for name, values in lanes.varied.items()}
        self.p = SimpleNamespace(**{**parameters(network.node), **varied})
        form = {**parameters(network.coupling_form), "strength": lanes.coupling[lane]}
        self.g = SimpleNamespace(**form)
        ways = pathways(network.node, network.n_channels)
        self.tracts = [c for c, way in enumerate(ways) if way == "tracts"]
        n = network.n_regions
        self.weights = []
        for wiring in network.wirings:
            matrix = np.zeros((n, n))
            np.add.at(matrix, (wiring.targets, wiring.sources), wiring.weights)
            self.weights.append(matrix)

    @property
    def size(self) -> int:
        colored = len(self.network.node.noise) if self.network.noise_kind.colored else 0
        return (len(self.network.node.states) + colored) * self.network.n_regions

    def drift(self, flat: np.ndarray, drive: dict[int, np.ndarray]) -> np.ndarray:
        """Return the derivative of flat states, shape (..., S), in the node's time unit."""
        network, node = self.network, self.network.node
        rows = flat.reshape(*flat.shape[:-1], -1, network.n_regions)
        parts = [rows[..., k, :] for k in range(rows.shape[-2])]
        x, eta = tuple(parts[: len(node.states)]), parts[len(node.states) :]
        sent = list(node.source(np, x, self.p))
        chosen = tuple(sent[c] for c in self.tracts)
        form = network.coupling_form
        for c, s in zip(self.tracts, form.send(np, chosen, self.g), strict=True):
            sent[c] = s
        totals = [s @ w.T for s, w in zip(sent, self.weights, strict=True)]
        received = form.receive(
            np, tuple(totals[c] for c in self.tracts), tuple(sent[c] for c in self.tracts),
            network.connectome.row_sums, self.g,
        )  # fmt: skip
        for c, r in zip(self.tracts, received, strict=True):
            totals[c] = r
        for c, u in drive.items():
            totals[c] = totals[c] + u
        change = [
            np.broadcast_to(dx, x[0].shape) for dx in node.drift(np, x, tuple(totals), self.p)
        ]
        for name, e in zip(node.noise, eta, strict=False):
            k = node.states.index(name)
            change[k] = change[k] + e
            change.append(-e / self._tau())
        return np.stack(change, axis=-2).reshape(flat.shape)

    def matrices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return A, B and b; B has the regions of the first channel of input first."""
        n, zero = self.network.n_regions, np.zeros(self.size)
        constant = self.drift(zero, {})
        a = (self.drift(np.eye(self.size), {}) - constant).T
        inputs = []
        for c in self.tracts:
            by_region = (self.drift(zero, {c: np.ones(n)}) - constant).reshape(-1, n)
            inputs.append(np.concatenate([np.diag(row) for row in by_region]))
        return a, np.concatenate(inputs, axis=1), constant

    def sigma(self) -> np.ndarray:
        """Return the strength of the white noise on every number of the state."""
        network, node = self.network, self.network.node
        found = np.zeros((self.size // network.n_regions, network.n_regions))
        for k, name in enumerate(node.noise):
            if network.noise_kind.colored:
                found[len(node.states) + k] = self.noise[k] * np.sqrt(2 / self._tau())
            else:
                found[node.states.index(name)] = self.noise[k]
        return found.reshape(-1)

    def _tau(self) -> float:
        in_node_unit = self.network.step_in_node_unit / self.network.dt_seconds
        return self.network.noise_kind.tau * in_node_unit  # pyright: ignore[reportAttributeAccessIssue]


def refuse_what_is_not_linear(network: "Network", lanes: Lanes) -> None:
    """Refuse a network that has no exact solution.

    Raises
    ------
    ValueError
        Delays, hard limits, noise that depends on the state, or equations that are not linear.
    """
    why = _obstacle(network, lanes)
    if why:
        raise ValueError(
            f"stepper='exact' solves linear networks without delays, but {why}; use 'heun' or "
            "'euler'"
        )


def _obstacle(network: "Network", lanes: Lanes) -> str:
    node, name = network.node, type(network.node).__name__
    noise, probe = network.noise_kind, np.array([-1.0, 0.5, 2.0])
    if network.reach:
        return f"the longest delay here has {network.reach} steps"
    if node.limits:
        return f"{name} holds {', '.join(node.limits)} within hard limits"
    if not noise.colored and np.ptp(noise.scale(np, probe) * np.ones(3)):
        return f"{type(noise).__name__} noise depends on the state"
    system = _System(network, lanes, 0)
    if system.size > _LARGEST:
        return f"a state has {system.size} numbers, and its matrices would not fit"
    a, _, constant = system.matrices()
    points = np.random.default_rng(0).normal(size=(3, system.size))
    expected, found = points @ a.T + constant, system.drift(points, {})
    if not _same(found, expected):
        return f"{name} in this network is not linear"
    look, n = quantity(network.observer, node), network.n_regions
    at = [tuple(x.reshape(-1, n)) for x in (*points[:2], points[:2].mean(axis=0))]
    first, second, middle = (np.asarray(look(np, x[: len(node.states)], system.p)) for x in at)
    if not _same(middle, (first + second) / 2):
        return f"what {type(network.observer).__name__} sees of {name} is not linear"
    return ""


def _same(found: Any, expected: Any) -> bool:
    scale = np.abs(expected).max(initial=1.0)
    return bool(np.abs(found - expected).max(initial=0.0) <= _AGREED * scale)
