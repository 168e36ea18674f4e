"""Log-normal prior: positive, uncertain by a factor."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from surrobrain.inverse.prior import double

__all__ = ["LogNormal"]

_EDGE = 1e-30  # a value of zero or below is taken as near as it comes


@dataclass(frozen=True, eq=False)
class LogNormal:
    """Positive values, uncertain by a factor: rates, time constants, noise.

    Parameters
    ----------
    median : float or array, shape (n_regions,)
        Median, in the unit of the parameter.
    factor : float or array, shape (n_regions,)
        Two thirds of the values lie between ``median / factor`` and ``median * factor``.

    Raises
    ------
    ValueError
        The median is not positive, or the factor is not above 1.

    Notes
    -----
    ``median factor**u`` for a standard normal u.

    Examples
    --------
    >>> import torch
    >>> LogNormal(10.0, 2.0).from_normal(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([ 5., 10., 20.])
    """

    median: Any
    factor: Any

    def __post_init__(self) -> None:
        """Refuse a median that is not positive."""
        median, factor = np.asarray(self.median, float), np.asarray(self.factor, float)
        good = np.isfinite(median) & (median > 0) & np.isfinite(factor) & (factor > 1)
        if not good.all():
            raise ValueError(
                f"a log-normal prior needs a positive median and a factor above 1, but "
                f"median={self.median} and factor={self.factor} arrived"
            )

    def from_normal(self, u: Any, /) -> Any:
        """Return the median times the factor to the power of u."""
        return double(self.median) * double(self.factor) ** u

    def to_normal(self, value: Any, /) -> Any:
        """Return by how many factors a value is from the median."""
        import torch

        ratio = (double(value) / double(self.median)).clamp(min=_EDGE)
        return torch.log(ratio) / torch.log(double(self.factor))
