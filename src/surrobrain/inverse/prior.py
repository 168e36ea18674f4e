"""What a prior has to offer: every one is a standard normal, bent into shape."""

from typing import Any, Protocol, runtime_checkable

__all__ = ["Prior", "double"]


@runtime_checkable
class Prior(Protocol):
    """Distribution of one unknown number before any data were seen.

    It is given by the increasing map from a standard normal ``u`` to the number. Fits search and
    posteriors live on ``u``, where every prior looks the same and no bound can be crossed; the
    priors of several regions may differ by giving arrays for the numbers of a prior.
    """

    def from_normal(self, u: Any, /) -> Any:
        """Return the number that belongs to u; tensors of any shape, double precision."""
        ...

    def to_normal(self, value: Any, /) -> Any:
        """Return u, the opposite of ``from_normal``; finite for any value, as near as it comes."""
        ...


def double(value: Any) -> Any:
    """Return a tensor in double precision; a number alone would become a single one."""
    import torch

    return torch.as_tensor(value, dtype=torch.float64)
