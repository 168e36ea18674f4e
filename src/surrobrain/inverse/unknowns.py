"""How an unknown of a network varies: one number, one per region, along maps, or with another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite
from surrobrain.inverse.prior import Prior

__all__ = [
    "AlongMaps",
    "Global",
    "PerRegion",
    "Tied",
    "Unknown",
    "along_maps",
    "per_region",
    "tied",
]


@runtime_checkable
class Unknown(Protocol):
    """A group of coordinates u, each standard normal before the data, that make one parameter."""

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return a name for every coordinate."""
        ...

    def natural(self, u: Any, /) -> Any:
        """Return every coordinate in its own unit, shape (..., n) as u."""
        ...

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return the parameter, shape (...) or (..., n_regions), from its coordinates."""
        ...

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return the coordinates u of a value of the parameter, as near as they come."""
        ...


@dataclass(frozen=True, eq=False)
class Global:
    """One number for the whole brain.

    Parameters
    ----------
    prior : Prior
        Of that number.
    """

    prior: Prior

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return the name."""
        return (name,)

    def natural(self, u: Any, /) -> Any:
        """Return the number."""
        return self.prior.from_normal(u)

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return the number without its axis."""
        return natural[..., 0]

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return u of the mean over regions."""
        return self.prior.to_normal(value.mean().reshape(1))


@dataclass(frozen=True, eq=False)
class PerRegion:
    """One number for every region.

    Parameters
    ----------
    prior : Prior
        Of each of them, independent of the others.
    """

    prior: Prior

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return the name with every region."""
        return tuple(f"{name}[{region}]" for region in regions)

    def natural(self, u: Any, /) -> Any:
        """Return the numbers."""
        return self.prior.from_normal(u)

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return the numbers."""
        return natural

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return u of every region."""
        return self.prior.to_normal(value.expand(n_regions))


@dataclass(frozen=True, eq=False)
class AlongMaps:
    """A number for every region, linear in regional maps such as hierarchy or myelin.

    Parameters
    ----------
    maps : dict of str to array, shape (n_regions,)
        Maps by name.
    base, slope : Prior
        Of the value where all maps are zero, and of what a unit of a map adds.
    """

    maps: dict[str, Float[np.ndarray, "regions"]]
    base: Prior
    slope: Prior

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return the name, and the name with every map."""
        return (name, *(f"{name} per {each}" for each in self.maps))

    def natural(self, u: Any, /) -> Any:
        """Return base and slopes."""
        import torch

        return torch.cat(
            [self.base.from_normal(u[..., :1]), self.slope.from_normal(u[..., 1:])], -1
        )

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return base + slopes times maps."""
        import torch

        maps = torch.as_tensor(np.stack(list(self.maps.values())))  # (map, region)
        return natural[..., :1] + natural[..., 1:] @ maps

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return u of the least-squares line through the value of every region."""
        import torch

        maps = torch.as_tensor(np.stack(list(self.maps.values())))
        design = torch.cat([torch.ones(1, n_regions, dtype=maps.dtype), maps]).T
        wanted = value.detach().expand(n_regions).cpu().numpy()
        found = torch.as_tensor(np.linalg.lstsq(design.numpy(), wanted)[0])
        return torch.cat([self.base.to_normal(found[:1]), self.slope.to_normal(found[1:])])


@dataclass(frozen=True, eq=False)
class Tied:
    """Whatever another unknown is, times a factor: no coordinate of its own.

    Parameters
    ----------
    to : str
        The other parameter.
    factor : float
        What it is multiplied by.
    """

    to: str
    factor: float

    def labels(self, name: str, regions: tuple[str, ...], /) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def natural(self, u: Any, /) -> Any:
        """Return nothing."""
        return u

    def value(self, natural: Any, found: Mapping[str, Any], /) -> Any:
        """Return the other parameter times the factor."""
        return self.factor * found[self.to]

    def origin(self, value: Any, n_regions: int, /) -> Any:
        """Return nothing."""
        return value.new_zeros(0)


def per_region(prior: Prior) -> PerRegion:
    """Give every region its own value of a parameter, all with one prior.

    Parameters
    ----------
    prior : Prior
        Of each region (``surrobrain.priors``); with arrays for its numbers, regions differ.

    Returns
    -------
    PerRegion
        What `FreeNetwork` takes.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(3))
    >>> per_region(sb.priors.Uniform(0.05, 0.2)).labels("tau", network.regions)
    ('tau[region_0]', 'tau[region_1]', 'tau[region_2]')
    """
    return PerRegion(prior)


def along_maps(
    maps: Mapping[str, Float[np.ndarray, "regions"]], *, base: Prior, slope: Prior
) -> AlongMaps:
    """Let a parameter follow regional maps: hierarchy, myelin, receptor density.

    Parameters
    ----------
    maps : mapping of str to array, shape (n_regions,)
        Maps by name; standardize them, so that slopes are per standard deviation.
    base : Prior
        Of the value where all maps are zero, in the unit of the parameter.
    slope : Prior
        Of what one unit of a map adds, the same for every map.

    Returns
    -------
    AlongMaps
        What `FreeNetwork` takes. The parameter of region i is ``base + sum_m slope_m map_m[i]``,
        cut off at the bounds of the node.

    Raises
    ------
    ValueError
        There is no map, maps differ in length, or one is not finite.

    Examples
    --------
    >>> import surrobrain as sb
    >>> myelin = np.array([-1.0, 0.0, 1.0])
    >>> prior = along_maps(
    ...     {"myelin": myelin}, base=sb.priors.Uniform(0.5, 1.0), slope=sb.priors.Normal(0.0, 0.1)
    ... )
    >>> prior.labels("w", ("A", "B", "C"))
    ('w', 'w per myelin')
    """
    checked = {name: finite(np.asarray(each, float), f"map {name}") for name, each in maps.items()}
    shapes = {each.shape for each in checked.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        arrived = {name: each.shape for name, each in checked.items()}
        raise ValueError(f"maps must have one value per region each, but {arrived} arrived")
    return AlongMaps(checked, base, slope)


def tied(to: str, *, factor: float = 1.0) -> Tied:
    """Keep a parameter at a fixed ratio to another unknown.

    Parameters
    ----------
    to : str
        The other parameter, which must be unknown too.
    factor : float
        What it is multiplied by.

    Returns
    -------
    Tied
        What `FreeNetwork` takes.

    Examples
    --------
    >>> tied("tau_E", factor=1.5).labels("tau_I", ("A",))
    ()
    """
    return Tied(to, float(factor))
