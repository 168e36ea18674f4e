"""Many steps of a piecewise linear recurrent network, as one operation of torch."""

from typing import Any

import numpy as np
import torch

from surrobrain.learned.kernels.piecewise import backward, forward

__all__ = ["run"]


class _Run(torch.autograd.Function):
    """``z' = L z + W phi(V z, h) + c + added``, pulled to a teacher between the steps."""

    @staticmethod
    def forward(ctx: Any, clipped: bool, *given: Any) -> Any:  # noqa: FBT001
        numbers = [np.ascontiguousarray(x.detach().numpy()) for x in given]
        weights, lanes, n_forced = numbers[:5], numbers[5:], numbers[7].shape[1]
        states, pulled, arguments = forward(*weights, clipped, *lanes, n_forced)  # pyright: ignore
        ctx.kept = weights[:4], lanes[3], pulled, arguments, clipped, n_forced
        return torch.from_numpy(states)

    @staticmethod
    def backward(ctx: Any, by_states: Any) -> Any:  # pyright: ignore
        (linear, outer, inner, shift), shares, pulled, arguments, clipped, n_forced = ctx.kept
        given = np.ascontiguousarray(by_states.numpy())
        totals, shifted, unshifted, by_start = (
            torch.from_numpy(x)
            for x in backward(
                linear, outer, inner, shift, clipped, arguments, shares, n_forced, given
            )
        )
        plain = torch.from_numpy(arguments)
        active = (plain + torch.from_numpy(shift)[:, None]).relu_()
        if clipped:
            active -= plain.relu()
        seen = torch.from_numpy(pulled)
        return (
            None, _summed(totals, seen), _summed(totals, active), _summed(unshifted, seen),
            shifted.sum(dim=(0, 2)), totals.sum(dim=(0, 2)), by_start, totals, None, None,
        )  # fmt: skip


def _summed(left: Any, right: Any) -> Any:
    """Return sum over time and lanes of left[t, i, b] right[t, k, b] as one product."""
    return left.transpose(0, 1).flatten(1) @ right.transpose(0, 1).flatten(1).T


def run(
    maps: tuple[Any, Any, Any, Any, Any, bool],
    start: Any,
    added: Any,
    *,
    teacher: Any,
    shares: Any,
) -> Any:
    """Return the states after each of many steps; gradients flow back to maps, start and added.

    Parameters
    ----------
    maps : tuple
        L (M, M), W (M, H), V (H, M), h (H,), c (M,), and whether phi is clipped:
        ``phi = relu(V z + h)``, or ``relu(V z + h) - relu(V z)``.
    start : tensor, shape (batch, M)
        State before the first step.
    added : tensor, shape (batch, n_steps, M)
        Added to the state after each step.
    teacher : tensor, shape (batch, n_steps, n_forced)
        What the first units are pulled to between the steps.
    shares : tensor, shape (batch, n_steps)
        How far.

    Returns
    -------
    tensor, shape (batch, n_steps, M)
        States before they are pulled.
    """
    *weights, clipped = maps
    lanes = (start.T, added.permute(1, 2, 0), teacher.permute(1, 2, 0), shares.T)
    states = _Run.apply(clipped, *weights, *lanes)
    return states.permute(2, 0, 1)  # pyright: ignore[reportOptionalMemberAccess]
