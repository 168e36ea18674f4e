"""Let an architecture run on its own predictions, held to the data as far as asked."""

import functools
from collections.abc import Callable
from typing import Any

from surrobrain.learned.architecture import Architecture

__all__ = ["map_state", "mixed", "stepped", "unroll"]


def unroll(
    model: Architecture,
    state: Any,
    n_steps: int,
    *,
    inputs: Any = None,
    drives: Any = None,
    teacher: Any = None,
    shares: Any = None,
) -> tuple[Any, Any]:
    """Return the samples of the next steps and the state after the last of them.

    Parameters
    ----------
    model : Architecture
        One with an ``unroll`` of its own (fused) is asked for it.
    state : tensor or tuple of tensor
        Where to start, batch in front.
    n_steps : int
        Steps to take.
    inputs : tensor, shape (batch, n_steps, n_regions), optional
        Added to each sample.
    drives : tensor, shape (batch, n_steps, n_inputs), optional
        External input of every step.
    teacher : tensor or tuple of tensor, shape (batch, n_steps, ...), optional
        State that the data suggest after each step.
    shares : tensor, shape (batch, n_steps), optional
        How far the state is pulled there before it is stepped on, 0 to 1; the last has no effect.

    Returns
    -------
    samples : tensor, shape (batch, n_steps, n_regions)
        Before they are pulled.
    state : tensor or tuple of tensor
        After the last step.
    """
    way = getattr(model, "unroll", None) or functools.partial(stepped, model)
    return way(state, n_steps, inputs=inputs, drives=drives, teacher=teacher, shares=shares)


def stepped(
    model: Architecture, state: Any, n_steps: int, *, inputs: Any, drives: Any, teacher: Any,
    shares: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Take the steps of ``unroll`` one by one."""
    import torch

    found = []
    for t in range(n_steps):
        state = model.step(
            state,
            None if inputs is None else inputs[:, t],
            None if drives is None or not drives.shape[-1] else drives[:, t],
        )
        found.append(model.observe(state))
        if teacher is not None and t + 1 < n_steps:
            state = mixed(model, state, map_state(lambda s, t=t: s[:, t], teacher), shares[:, t])
    return torch.stack(found, dim=1), state


def mixed(model: Architecture, state: Any, teacher: Any, share: Any) -> Any:
    """Return a state pulled towards another; ``model.forced`` may say which part of it is."""
    forced = getattr(model, "forced", None)
    if forced is not None:
        return forced(state, teacher, share)

    def pulled(ours: Any, theirs: Any) -> Any:
        a = share.reshape(-1, *[1] * (ours.dim() - 1))
        return ours + a * (theirs - ours)

    if isinstance(state, tuple):
        return tuple(pulled(a, b) for a, b in zip(state, teacher, strict=True))
    return pulled(state, teacher)


def map_state(function: Callable[[Any], Any], state: Any) -> Any:
    """Apply a function to every tensor of a state."""
    return tuple(function(s) for s in state) if isinstance(state, tuple) else function(state)
