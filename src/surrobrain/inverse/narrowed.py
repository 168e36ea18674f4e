"""Unknowns that are known better than their prior says."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.prior import double
from surrobrain.inverse.unknowns import Tied, Unknown

__all__ = ["Narrowed", "narrowed"]


@dataclass(frozen=True, eq=False)
class Narrowed:
    """An unknown whose coordinates are normal, but no longer standard.

    Parameters
    ----------
    unknown : Unknown
        With its first prior.
    mean, sd : array, shape (n_coordinates,)
        Where the coordinates lie now: its coordinate ``mean + sd u`` belongs to u of this one.
    """

    unknown: Unknown
    mean: Float[np.ndarray, "coordinates"]
    sd: Float[np.ndarray, "coordinates"]

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return the same names."""
        return self.unknown.labels(name, regions)

    def natural(self, u: Any, /) -> Any:
        """Return every coordinate in its own unit."""
        return self.unknown.natural(double(self.mean) + double(self.sd) * u)

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return the parameter from its coordinates."""
        return self.unknown.value(natural, found)

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return the coordinates of a value of the parameter."""
        return (self.unknown.origin(value, n_regions) - double(self.mean)) / double(self.sd)


def narrowed(
    free: FreeNetwork,
    mean: Float[np.ndarray, "unknowns"],
    sd: Float[np.ndarray, "unknowns"],
) -> FreeNetwork:
    """Return the network with priors that have moved: what is known before the next data.

    Parameters
    ----------
    free : FreeNetwork
        Network and unknowns.
    mean, sd : array, shape (n_unknowns,)
        Mean and standard deviation of its coordinates u. 0 and 1 change nothing.

    Returns
    -------
    FreeNetwork
        Same names and units; its network stands at the mean, so that searches start there.

    Raises
    ------
    ValueError
        There is not one finite mean and one positive sd per unknown.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), noise=1.0)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.4)})
    >>> known = narrowed(free, np.array([1.0]), np.array([0.1]))
    >>> draws = known.natural(known.sample(1000, seed=0))
    >>> float(draws.mean().round(2)), float(draws.std().round(2)), known.origin().round(6)
    (0.34, 0.01, array([0.]))
    """
    n = free.n_unknowns
    good = np.isfinite(mean).all() and np.isfinite(sd).all() and (sd > 0).all()
    if not (mean.shape == sd.shape == (n,) and good):
        raise ValueError(
            f"{n} unknowns need as many finite means and positive sds, but shapes {mean.shape} and "
            f"{sd.shape} arrived{'' if good else ', with values that are none'}"
        )
    unknowns = {
        name: unknown
        if isinstance(unknown, Tied)
        else Narrowed(unknown, mean[free.slices[name]], sd[free.slices[name]])
        for name, unknown in free.groups.items()
    }
    plain = dataclasses.replace(free, then=None)  # what follows from the unknowns follows again
    return dataclasses.replace(free, network=plain.at(mean), unknowns=unknowns)
