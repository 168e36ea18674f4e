"""Normal prior: near a mean, without bounds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from surrobrain.inverse.prior import double

__all__ = ["Normal"]


@dataclass(frozen=True, eq=False)
class Normal:
    """Values near a mean are likely, and none is impossible.

    Parameters
    ----------
    mean : float or array, shape (n_regions,)
        Mean, in the unit of the parameter.
    sd : float or array, shape (n_regions,)
        Standard deviation, in the same unit.

    Raises
    ------
    ValueError
        The standard deviation is not positive.

    Notes
    -----
    ``mean + sd u`` for a standard normal u.

    Examples
    --------
    >>> import torch
    >>> Normal(2.0, 0.5).from_normal(torch.ones(()))
    tensor(2.5000, dtype=torch.float64)
    """

    mean: Any
    sd: Any

    def __post_init__(self) -> None:
        """Refuse a spread that is none."""
        mean, sd = np.asarray(self.mean, float), np.asarray(self.sd, float)
        if not (np.isfinite(mean).all() and (np.isfinite(sd) & (sd > 0)).all()):
            raise ValueError(
                f"a normal prior needs a finite mean and a positive sd, but mean={self.mean} and "
                f"sd={self.sd} arrived"
            )

    def from_normal(self, u: Any, /) -> Any:
        """Return the value u standard deviations from the mean."""
        return double(self.mean) + double(self.sd) * u

    def to_normal(self, value: Any, /) -> Any:
        """Return how many standard deviations a value is from the mean."""
        return (value - double(self.mean)) / double(self.sd)
