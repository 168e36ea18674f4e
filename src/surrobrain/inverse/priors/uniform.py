"""Uniform prior: anything between two bounds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from surrobrain.inverse.prior import double

__all__ = ["Uniform"]

_EDGE = 1e-12  # a value at a bound or beyond is taken as near as it comes


@dataclass(frozen=True, eq=False)
class Uniform:
    """Every value between two bounds is as likely as any other.

    Parameters
    ----------
    low, high : float or array, shape (n_regions,)
        Bounds, in the unit of the parameter.

    Raises
    ------
    ValueError
        A lower bound is not below its upper bound.

    Notes
    -----
    ``low + (high - low) Phi(u)``, with Phi the distribution function of a standard normal u.

    Examples
    --------
    >>> import torch
    >>> Uniform(0.0, 4.0).from_normal(torch.zeros(()))
    tensor(2., dtype=torch.float64)
    """

    low: Any
    high: Any

    def __post_init__(self) -> None:
        """Refuse an empty or unbounded range."""
        low, high = np.asarray(self.low, float), np.asarray(self.high, float)
        if not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
            raise ValueError(
                f"a uniform prior needs finite bounds with low < high, but low={self.low} and "
                f"high={self.high} arrived"
            )

    def from_normal(self, u: Any, /) -> Any:
        """Return the value at the quantile of u."""
        import torch

        low, high = double(self.low), double(self.high)
        return low + (high - low) * torch.special.ndtr(u)

    def to_normal(self, value: Any, /) -> Any:
        """Return the normal quantile of a value."""
        import torch

        low, high = double(self.low), double(self.high)
        return torch.special.ndtri(((value - low) / (high - low)).clamp(_EDGE, 1 - _EDGE))
