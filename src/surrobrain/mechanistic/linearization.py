"""A network near rest: fixed point, Jacobian and stationary covariance, without simulation."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from surrobrain.errors import NotConverged
from surrobrain.mechanistic.averaged import averaged_covariance
from surrobrain.mechanistic.node import parameters, pathways
from surrobrain.mechanistic.noise import sigma_per_state
from surrobrain.mechanistic.observer import quantity

if TYPE_CHECKING:
    from torch import Tensor

    from surrobrain.mechanistic.network import Network

__all__ = [
    "jacobian_at_rest",
    "refuse_unlinearizable",
    "stationary_covariance",
    "stationary_moments",
]

_NEWTON_STEPS = 200
_AT_REST = 1e-10
_OF_NETWORK = ("coupling", "noise")


def stationary_covariance(network: "Network", values: "Mapping[str, Tensor]") -> "Tensor":
    """Return the covariance of what is observed, of small fluctuations about rest.

    Parameters
    ----------
    network : Network
        Without delays, with white noise.
    values : mapping of str to tensor, shape () or (n_regions,)
        Parameters of the node, "coupling" and "noise", in place of the network's own; the result
        is differentiable by them.

    Returns
    -------
    tensor, shape (n_regions, n_regions)
        Covariance in the squared unit of the observation.

    Raises
    ------
    ValueError
        The network has delays, colored noise, or an observer that shows channels.
    NotConverged
        No fixed point was found from the initial state, or it is unstable.

    Notes
    -----
    Rest solves ``f(x) = 0``. With the Jacobian A there and the noise ``Q = diag(sigma^2)``, the
    covariance S of small fluctuations solves ``A S + S A' + Q = 0`` [1]_. The states of the
    observer belong to x, so that BOLD is filtered by the balloon model as it is near rest; an
    observer without states shows means over its samples, and so does S.
    Gradients follow from the implicit function theorem and the adjoint Lyapunov equation.

    References
    ----------
    .. [1] Deco et al. (2013), Resting-state functional connectivity emerges from structurally and
       dynamically shaped slow linear fluctuations. J Neurosci 33:11239.
    """
    return stationary_moments(network, values)[1]


def stationary_moments(
    network: "Network", values: "Mapping[str, Tensor]"
) -> "tuple[Tensor, Tensor]":
    """Return mean and covariance of what is observed, of small fluctuations about rest.

    Parameters
    ----------
    network : Network
        Without delays, with white noise.
    values : mapping of str to tensor, shape () or (n_regions,)
        As in `stationary_covariance`; the result is differentiable by them.

    Returns
    -------
    mean : tensor, shape (n_regions,)
        What is observed at rest; that of the fluctuations, to first order in them.
    covariance : tensor, shape (n_regions, n_regions)
        As in `stationary_covariance`.

    Raises
    ------
    ValueError, NotConverged
        As in `stationary_covariance`.
    """
    refuse_unlinearizable(network)
    system = _System(network, values)
    rest = system.rest()
    jacobian = system.jacobian(rest)
    eigenvalues = np.linalg.eigvals(jacobian.detach().numpy())
    if eigenvalues.real.max() >= 0:
        raise NotConverged(
            f"rest is unstable: its leading eigenvalue is {eigenvalues.real.max():.3g} per "
            f"{network.node.time_unit}; simulate instead, or use weaker coupling"
        )
    covariance = _lyapunov(jacobian, system.diffusion())
    if not network.observer.states:  # what has no state of its own shows means over samples
        covariance = averaged_covariance(jacobian, covariance, system.interval)
    look = system.look(rest)  # (region, state)
    blocks = covariance.reshape(system.n_states, system.n, system.n_states, system.n)
    import torch

    return system.seen(*rest), torch.einsum("ka,kalb,lb->ab", look, blocks, look)


def jacobian_at_rest(network: "Network", values: "Mapping[str, Tensor]") -> "Tensor":
    """Return the Jacobian of all regions at rest, without the states of the observer.

    Parameters
    ----------
    network : Network
        Without delays, with white noise.
    values : mapping of str to tensor, shape () or (n_regions,)
        As in `stationary_covariance`; the result is differentiable by them.

    Returns
    -------
    tensor, shape (n_states n_regions, n_states n_regions)
        States first, per time unit of the node. Rest need not be stable.

    Raises
    ------
    ValueError
        As in `stationary_covariance`.
    NotConverged
        No fixed point was found from the initial state.
    """
    refuse_unlinearizable(network)
    system = _System(network, values)
    own = system.n_own * system.n
    return system.jacobian(system.rest())[:own, :own]


def refuse_unlinearizable(network: "Network") -> None:
    """Refuse networks whose fluctuations have no such covariance.

    Raises
    ------
    ValueError
        The message names delays, colored noise or the observer.
    """
    form: Any = network.noise_kind
    problem = ""
    if network.reach:
        problem = "has delays"
    elif form.colored or type(form).__name__ != "White":
        problem = f"has {type(form).__name__} noise"
    elif getattr(network.observer, "project", None) is not None:
        problem = f"is seen through {type(network.observer).__name__} channels"
    if problem:
        raise ValueError(
            f"the stationary covariance needs a network without delays, with white noise, seen "
            f"region by region, but this one {problem}; compare simulations instead"
        )


class _System:
    """Node and observer of every region as one system, in the time unit of the node."""

    def __init__(self, network: "Network", values: "Mapping[str, Tensor]") -> None:
        import torch

        from surrobrain.mechanistic.torch_lanes import functions, place_of

        def tensor(value: Any) -> Any:
            return torch.as_tensor(value, dtype=torch.float64)

        self.network, self.node, self.observer = network, network.node, network.observer
        self.xp = functions(place_of("cpu", "float64"))
        own = {k: tensor(v) for k, v in parameters(network.node).items()}
        given = {k: v for k, v in values.items() if k not in _OF_NETWORK}
        self.p = SimpleNamespace(**{**own, **given})
        form = {k: tensor(v) for k, v in parameters(network.coupling_form).items()}
        self.g = SimpleNamespace(**{**form, **_named(values, "coupling", "strength")})
        self.q = SimpleNamespace(**{k: tensor(v) for k, v in self.observer.constants.items()})
        self.sigma = values.get("noise")
        self.n = network.n_regions
        self.n_own, self.n_states = len(self.node.states), len(self.node.states)
        self.n_states += len(self.observer.states)
        self.row = tensor(network.connectome.row_sums)
        self.weights = [tensor(_matrix(network, c)) for c in range(network.n_channels)]
        ways = pathways(self.node, network.n_channels)
        self.tracts = [c for c, way in enumerate(ways) if way == "tracts"]
        self.seconds = {"s": 1.0, "ms": 1e-3}[self.node.time_unit]

    @property
    def interval(self) -> float:
        """Time from one sample to the next."""
        return self.observer.interval / self.seconds

    def sent(self, x: tuple) -> list:
        source = list(self.node.source(self.xp, x[: self.n_own], self.p))
        form = self.network.coupling_form
        chosen = tuple(source[c] for c in self.tracts)
        for c, s in zip(self.tracts, form.send(self.xp, chosen, self.g), strict=True):
            source[c] = s
        return source

    def drift(self, x: tuple, totals: tuple) -> tuple:
        """Return what changes every state of a region, given the sums that reach it."""
        sent, arriving = self.sent(x), list(totals)
        form = self.network.coupling_form
        received = form.receive(
            self.xp, tuple(totals[c] for c in self.tracts), tuple(sent[c] for c in self.tracts),
            self.row, self.g,
        )  # fmt: skip
        for c, r in zip(self.tracts, received, strict=True):
            arriving[c] = r
        own, seen = x[: self.n_own], x[self.n_own :]
        changes = self.node.drift(self.xp, own, tuple(arriving), self.p)
        output = quantity(self.observer, self.node)(self.xp, own, self.p)
        later = self.observer.drift(self.xp, seen, output, self.q) if seen else ()
        zero = x[0] * 0
        return tuple(zero + d for d in changes) + tuple(zero + self.seconds * d for d in later)

    def totals(self, x: tuple) -> tuple:
        zero = x[0] * 0
        sums = zip(self.weights, self.sent(x), strict=True)
        return tuple(weights @ (zero + sent) for weights, sent in sums)

    def rest(self) -> tuple:
        """Return the fixed point that Newton's method finds from the initial state.

        The last step is taken with a graph: that makes its gradient the one of the implicit
        function theorem.
        """
        import torch

        begin = {**self.node.initial, **self.observer.initial}
        names = (*self.node.states, *self.observer.states)
        x = torch.stack(
            [torch.full((self.n,), float(begin[k]), dtype=torch.float64) for k in names]
        )
        with torch.no_grad():
            x = self._descended(x)
            jacobian = self.jacobian(tuple(x))
        residual = torch.stack(self.drift(tuple(x), self.totals(tuple(x))))
        try:
            step = torch.linalg.solve(jacobian, residual.reshape(-1))
        except RuntimeError as error:  # singular to the bit
            raise NotConverged(
                "rest is neither stable nor unstable: the network stands at a bifurcation; "
                "simulate instead, or use weaker coupling"
            ) from error
        return tuple((x.reshape(-1) - step).reshape(x.shape))

    def _descended(self, x: "Tensor") -> "Tensor":
        """Newton's method on the way of the dynamics: implicit steps that grow as rest is near."""
        import torch

        step = 0.1 * self.network.node.settle / self.seconds / 100
        last = np.inf
        for _ in range(_NEWTON_STEPS):
            change = torch.stack(self.drift(tuple(x), self.totals(tuple(x)))).reshape(-1)
            size = float(change.abs().max())
            if not np.isfinite(size):
                break
            if size < _AT_REST:
                return x
            step *= 2.0 if size < last else 0.7
            last = size
            implicit = torch.eye(len(change), dtype=x.dtype) / step - self.jacobian(tuple(x))
            x = x + torch.linalg.solve(implicit, change).reshape(x.shape)
        raise NotConverged(
            "no fixed point was found from the initial state of the network; it may oscillate: "
            "simulate instead"
        )

    def jacobian(self, x: tuple) -> "Tensor":
        """Return the Jacobian, shape (n_states n_regions, ...), states first."""
        import torch

        totals, n = self.totals(x), self.n
        k, c = len(x), len(totals)
        by_all = _elementwise(lambda *z: torch.stack(self.drift(z[:k], z[k:])), (*x, *totals))
        by_state = _elementwise(lambda *z: torch.stack([z[0] * 0 + s for s in self.sent(z)]), x)
        columns = []
        for j in range(k):
            block = torch.stack([torch.diag(by_all[j][i]) for i in range(k)])
            for channel in range(c):
                spread = self.weights[channel] * by_state[j][channel]
                block = block + by_all[k + channel][:, :, None] * spread
            columns.append(block.reshape(k * n, n))
        return torch.cat(columns, dim=1)

    def diffusion(self) -> "Tensor":
        """Return sigma^2 of every state and region."""
        import torch

        rows = torch.zeros(self.n_states, self.n, dtype=torch.float64)
        own = sigma_per_state(self.network.noise_kind, self.node, self.n)
        index = [self.node.states.index(name) for name in self.node.noise]
        given = None if self.sigma is None else self.sigma.expand(len(index), self.n)
        rows = rows.index_add(
            0, torch.as_tensor(index), torch.as_tensor(own) if given is None else given
        )
        return rows.square().reshape(-1)

    def look(self, x: tuple) -> "Tensor":
        """Return how the observation answers to every state of its region."""
        import torch

        slopes = _elementwise(lambda *z: self.seen(*z)[None], x)
        return torch.stack([slope[0] for slope in slopes])

    def seen(self, *x: "Tensor") -> "Tensor":
        """Return what is observed of every region."""
        output = quantity(self.observer, self.node)(self.xp, x[: self.n_own], self.p)
        return x[0] * 0 + self.observer.read(self.xp, x[self.n_own :], output, self.q)


def _elementwise(function: Any, arguments: tuple) -> list:
    """Return the derivatives of a function of regions that acts on each alone.

    The slope of its sum over regions by a region's argument is then that region's own slope.
    """
    import torch

    kept = torch.is_grad_enabled()
    with torch.enable_grad():
        # copies: what reaches a sum through a state must not count as that state's own slope
        copies = tuple(z.clone() for z in arguments)
        given = tuple(z if z.requires_grad else z.requires_grad_() for z in copies)
        found = function(*given)
        slopes = [
            torch.autograd.grad(
                row.sum(), given, create_graph=kept, retain_graph=True, materialize_grads=True
            )
            if row.requires_grad
            else tuple(torch.zeros_like(z) for z in given)
            for row in found
        ]
    return [torch.stack([slope[k] for slope in slopes]) for k in range(len(given))]


def _lyapunov(a: "Tensor", strength: "Tensor") -> "Tensor":
    """Return S with a S + S a' + diag(strength) = 0, with its way back."""
    import torch
    from scipy.linalg import solve_continuous_lyapunov

    class Solve(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, a: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
            found = solve_continuous_lyapunov(a.detach().numpy(), -np.diag(q.detach().numpy()))
            covariance = torch.as_tensor((found + found.T) / 2)
            context.save_for_backward(a, covariance)
            return covariance

        @staticmethod
        def backward(context: Any, *slopes: torch.Tensor) -> tuple:  # pyright: ignore
            a, covariance = context.saved_tensors
            slope = (slopes[0] + slopes[0].T) / 2
            adjoint = torch.as_tensor(
                solve_continuous_lyapunov(a.detach().numpy().T, -slope.numpy())
            )
            return 2 * adjoint @ covariance, torch.diagonal(adjoint).clone()

    return Solve.apply(a, strength)  # pyright: ignore


def _matrix(network: "Network", channel: int) -> np.ndarray:
    matrix = np.zeros((network.n_regions, network.n_regions))
    wiring = network.wirings[channel]
    np.add.at(matrix, (wiring.targets, wiring.sources), wiring.weights)
    return matrix


def _named(values: "Mapping[str, Tensor]", old: str, new: str) -> "dict[str, Tensor]":
    return {new: values[old]} if old in values else {}
