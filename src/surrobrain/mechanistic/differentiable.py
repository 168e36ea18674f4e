"""The engine in torch: any loss on a simulation goes back to what decided it."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from surrobrain.checks import choice, whole
from surrobrain.mechanistic.adjoint import Adjoint, refuse_undifferentiable
from surrobrain.mechanistic.engine import NetworkState
from surrobrain.mechanistic.fitting_together import checked_inputs
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.replaced import replaced

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["differentiable"]

_OF_NETWORK = ("coupling", "noise", "weights", "speed", "initial", "inputs", "receptivity")


def differentiable(
    network: Network,
    n_times: int,
    *,
    free: Sequence[str],
    state: NetworkState | None = None,
    inputs: np.ndarray | None = None,
    seed: int = 0,
) -> "Callable[..., Tensor]":
    """Return a function from torch tensors to a simulation, through which gradients flow.

    Parameters
    ----------
    network : Network
        What stays the same; its stepper is "euler" or "milstein".
    n_times : int
        Number of samples.
    free : sequence of str
        What the function takes, in this order: parameters of the node, "coupling" and "noise"
        (a number, or one per region), "weights" (n_regions, n_regions), "speed", "initial" state
        (n_states, n_regions), "inputs", or "receptivity" to the inputs (one per region).
    state : NetworkState, optional
        Where every run starts; by default the network settles first, once, as it is.
    inputs : array, shape (k n_times, n_regions) or with a third axis of channels, optional
        External drive, as for ``Network.run``.
    seed : int
        Decides the noise, the same in every run.

    Returns
    -------
    callable
        Takes one tensor per free name, by position or by name, and returns the samples, shape
        (n_times, n_regions): those of ``Network.run`` from the same state, up to rounding.

    Raises
    ------
    ValueError
        An unknown name is free, or the network cannot be gone back through.

    Notes
    -----
    The way back is the adjoint of the discrete steps, written from the same traced equations:
    exact up to rounding, for the noise that was drawn. Only connections that exist have a
    gradient. "speed" needs ``delays="interpolated"``; delays shift with it and what the state
    remembers of the past does not. The gradient by "initial" counts what the starting state
    itself sends, not the past before it. Memory: the states at the start of blocks of 256 steps
    or four times the longest delay, and one block.

    References
    ----------
    .. [1] Griewank & Walther (2008), Evaluating derivatives. SIAM, chapters 3 and 12.

    Examples
    --------
    >>> import surrobrain as sb
    >>> import torch
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), noise=1.0)
    >>> run = sb.differentiable(network, 50, free=["coupling", "tau"])
    >>> G = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    >>> tau = torch.full((4,), 0.1, dtype=torch.float64, requires_grad=True)
    >>> run(G, tau).var(dim=0).sum().backward()
    >>> G.grad.shape, tau.grad.shape
    (torch.Size([]), torch.Size([4]))
    """
    import torch

    whole(n_times, "n_times", low=1)
    refuse_undifferentiable(network)
    names = tuple(choice(n, (*_OF_NETWORK, *parameters(network.node)), "free name") for n in free)
    if "speed" in names and network.delays != "interpolated":
        raise ValueError(
            "speed has a gradient only where delays are interpolated, but "
            f"delays={network.delays!r} arrived; make the network with delays='interpolated'"
        )
    start: Any = network.run(0).state if state is None else state
    if "receptivity" in names and inputs is None and "inputs" not in names:
        raise ValueError("receptivity has a gradient only where there is input; give inputs")
    drive = None if inputs is None else checked_inputs(network, inputs, n_times)

    def adjoint(given: dict[str, np.ndarray]) -> Adjoint:
        return _adjoint(network, given, start=start, n_times=n_times, drive=drive, seed=seed)

    acting = ("inputs",) if {"receptivity", "inputs"} & set(names) else ()
    order = (*(name for name in names if name not in ("receptivity", "inputs")), *acting)
    run = _function(order, adjoint)

    def simulate(*positional: Any, **named: Any) -> torch.Tensor:
        given = {**dict(zip(names, positional, strict=False)), **named}
        if set(given) != set(names) or len(positional) > len(names):
            raise TypeError(
                f"this run takes {', '.join(names)}, but {', '.join(given) or 'nothing'} arrived; "
                "give one tensor for each"
            )
        tensors = {name: torch.as_tensor(given[name]) for name in names}
        if acting:
            tensors["inputs"] = _received(tensors, network, inputs)
        return run(*(tensors[name] for name in order))

    return simulate


def _function(
    names: tuple[str, ...], adjoint: Callable[[dict[str, np.ndarray]], Adjoint]
) -> "Callable[..., Tensor]":
    """Return a run as a function of torch that knows its way back."""
    import torch

    class Run(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, *tensors: torch.Tensor) -> torch.Tensor:
            values = [t.detach().cpu().numpy().astype(np.float64) for t in tensors]
            run = adjoint(dict(zip(names, values, strict=True)))
            samples, context.kept = run.forward()
            context.run, context.like = run, tensors
            return torch.as_tensor(samples)

        @staticmethod
        def backward(context: Any, *slopes: torch.Tensor) -> tuple[torch.Tensor, ...]:  # pyright: ignore
            found = context.run.backward(context.kept, slopes[0].detach().cpu().numpy())
            return tuple(
                _shaped(torch.as_tensor(found[name]), like)
                for name, like in zip(names, context.like, strict=True)
            )

    return Run.apply  # pyright: ignore


def _received(tensors: dict[str, Any], network: Network, inputs: np.ndarray | None) -> "Tensor":
    """Return what arrives of the input: times the receptivity, whichever of both is free."""
    import torch

    drawn = tensors["inputs"] if "inputs" in tensors else torch.as_tensor(inputs)
    share = tensors.get("receptivity", torch.as_tensor(network.receptivity)).to(drawn)
    return drawn * (share if share.ndim == 0 or drawn.ndim == 2 else share[:, None])


def _adjoint(
    network: Network,
    given: dict[str, np.ndarray],
    *,
    start: NetworkState,
    n_times: int,
    drive: np.ndarray | None,
    seed: int,
) -> Adjoint:
    """Put the values of one call into the network, its start and its input."""
    kept = {name: value for name, value in given.items() if name not in ("initial", "inputs")}
    changed = replaced(network, kept)
    if "initial" in given:
        start = _started(changed, start, given["initial"])
    if "inputs" in given:
        bare = dataclasses.replace(network, receptivity=1.0)  # was taken in torch, for its slope
        drive = checked_inputs(bare, given["inputs"], n_times)
    return Adjoint(changed, _fitted(changed, start), n_times, drive, seed, frozenset(given))


def _started(network: Network, start: NetworkState, values: np.ndarray) -> NetworkState:
    """Return a start whose present is given, and whose past is that of the old one."""
    history = start.history.copy()
    sent = network.sent(np, tuple(values[: len(network.node.states)]))
    history[:, :, -1] = np.stack([np.broadcast_to(x, history.shape[1]) for x in sent])
    return dataclasses.replace(start, values=values.astype(network.dtype), history=history)


def _fitted(network: Network, start: NetworkState) -> NetworkState:
    """Return a start whose past reaches as far as the delays, its oldest moment held on."""
    missing = network.reach + 1 - start.history.shape[-1]
    if missing > 0:
        oldest = np.repeat(start.history[:, :, :1], missing, axis=2)
        start = dataclasses.replace(start, history=np.concatenate([oldest, start.history], axis=2))
    if missing < 0:
        start = dataclasses.replace(start, history=start.history[:, :, -missing:])
    return start


def _shaped(found: "Tensor", like: "Tensor") -> "Tensor":
    """Sum what one number did in all regions, and return the type of what was given."""
    if like.ndim == 0:
        found = found.sum()
    if like.ndim == 2 and found.ndim == 3:  # input to the first channel alone
        found = found[:, :, 0]
    return found.reshape(like.shape).to(dtype=like.dtype, device=like.device)
