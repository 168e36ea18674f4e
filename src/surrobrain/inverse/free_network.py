"""A network with unknown parameters: what the inverse problem is about."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.inverse.balanced import Balanced
from surrobrain.inverse.prior import Prior
from surrobrain.inverse.unknowns import Global, Tied, Unknown
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.replaced import check_name, replaced, value_of
from surrobrain.seeds import stream

__all__ = ["FreeNetwork"]

_FAR = 3.0  # standard normal deviates: as far out as a start may lie


@dataclass(frozen=True, eq=False)
class FreeNetwork:
    """A network, and which of its parameters are unknown.

    Parameters
    ----------
    network : Network
        What is known; the values that it has are where a fit starts.
    unknowns : mapping of str to Prior, PerRegion, AlongMaps, Tied or Balanced
        For each unknown parameter what was known of it before the data: a prior
        (``surrobrain.priors``) for one number; `per_region`, `along_maps`, `tied` or `balanced`
        for more.
        Names are parameters of the node, "coupling", "noise", "speed", "receptivity" (to the inputs
        of a recording), or numbers of the other parts by their path: "observer.efficacy",
        "coupling.midpoint", "noise.tau".

    then : callable, optional
        What is done to the network at every point, Network -> Network, for parameters that follow
        from the others: ``surrobrain.feedback_inhibition``, for instance. It may change parameters
        of the node; such a fit has no gradient.

    Raises
    ------
    ValueError
        Nothing is unknown, a name does not exist, maps do not fit the regions, or a parameter is
        tied to one that is known.
    TypeError
        Something that is no prior was given for a parameter.

    Notes
    -----
    Every coordinate is a standard normal u before the data, bent by its prior: that is where fits
    search and posteriors live, so that no bound can be crossed. Values that leave the bounds of
    the node, as slopes along maps may, are cut off there.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), noise=1.0)
    >>> free = FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.4)})
    >>> free.names, float(free.natural(free.sample(100, seed=0)).max()) < 0.4
    (('coupling',), True)
    """

    network: Network
    unknowns: Mapping[str, Any]
    then: Callable[[Network], Network] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be unknown."""
        if not self.unknowns:
            raise ValueError(
                'nothing is unknown; give for instance {"coupling": sb.priors.Uniform(0.0, 1.0)}'
            )
        for name, given in self.unknowns.items():
            check_name(self.network, name)
            if name == "weights":
                raise ValueError(
                    "weights cannot be unknown one by one; let 'coupling' be unknown per_region, "
                    "or fit a learned model"
                )
            if not isinstance(given, (Prior, Unknown)):
                raise TypeError(
                    f"the unknown {name} needs a prior such as sb.priors.Uniform(0.0, 1.0), or "
                    f"sb.per_region(prior), but {type(given).__name__} arrived"
                )
            if isinstance(given, Tied) and given.to not in self._owners:
                raise ValueError(
                    f"{name} is tied to {given.to!r}, which is not unknown itself; the unknowns "
                    f"are {', '.join(self._owners)}"
                )
            if name == "speed" and self.network.speed is None:
                raise ValueError("speed is unknown, but the network has no delays; give it a speed")
        try:
            self.points(self.origin()[None])
        except (RuntimeError, ValueError) as error:
            raise ValueError(f"the unknowns do not fit the network: {error}") from error

    @property
    def _owners(self) -> tuple[str, ...]:
        """Unknowns with coordinates of their own."""
        following = (Tied, Balanced)
        return tuple(k for k, given in self.unknowns.items() if not isinstance(given, following))

    @functools.cached_property
    def groups(self) -> dict[str, Unknown]:
        """Unknowns by parameter, those that follow others last."""
        spelled = {
            name: given if isinstance(given, Unknown) else Global(given)
            for name, given in self.unknowns.items()
        }
        order = {Tied: 1, Balanced: 2}
        return dict(sorted(spelled.items(), key=lambda item: order.get(type(item[1]), 0)))

    @functools.cached_property
    def slices(self) -> dict[str, slice]:
        """Where the coordinates of each parameter lie."""
        found, at = {}, 0
        for name, group in self.groups.items():
            n = len(group.labels(name, self.network.regions))
            found[name], at = slice(at, at + n), at + n
        return found

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """A name for every coordinate."""
        regions = self.network.regions
        return tuple(x for name, g in self.groups.items() for x in g.labels(name, regions))

    @functools.cached_property
    def units(self) -> tuple[str, ...]:
        """The unit of every coordinate, empty where the model does not say."""
        fields = {
            field.name: field.metadata["param"].unit
            for field in dataclasses.fields(self.network.node)  # pyright: ignore
        }
        return tuple(
            fields.get(name, "")
            for name, group in self.groups.items()
            for _ in group.labels(name, self.network.regions)
        )

    @property
    def n_unknowns(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    def values(self, u: Any) -> dict[str, Any]:
        """Return the parameters as tensors, shape (...) or (..., n_regions), from u (..., n)."""
        found: dict[str, Any] = {}
        for name, group in self.groups.items():
            natural = group.natural(u[..., self.slices[name]])
            low, high = self._bounds(name)
            found[name] = group.value(natural, found).clamp(low, high)
        return found

    def natural(self, u: Float[np.ndarray, "... unknowns"]) -> Float[np.ndarray, "... unknowns"]:
        """Return every coordinate in its own unit."""
        import torch

        given = torch.as_tensor(np.asarray(u, dtype=np.float64))
        parts = [g.natural(given[..., self.slices[name]]) for name, g in self.groups.items()]
        return torch.cat(parts, -1).numpy()

    def points(self, u: Float[np.ndarray, "points unknowns"]) -> dict[str, np.ndarray]:
        """Return the parameters of many points, as `sweep` takes them.

        Where a point has no network, as where no inhibition balances it, they are NaN.
        """
        import torch

        given = torch.as_tensor(np.asarray(u, dtype=np.float64))
        plain = {name: value.numpy() for name, value in self.values(given).items()}
        return plain if self.then is None else self._followed(plain, len(given))

    def at(self, u: Float[np.ndarray, "unknowns"]) -> Network:
        """Return the network at one point.

        Raises
        ------
        ValueError, NotConverged
            What ``then`` says where there is none.
        """
        import torch

        values = self.values(torch.as_tensor(np.asarray(u, dtype=np.float64)))
        found = replaced(self.network, {name: value.numpy() for name, value in values.items()})
        return found if self.then is None else self.then(found)

    def _followed(self, plain: dict[str, np.ndarray], n: int) -> dict[str, np.ndarray]:
        """Add the parameters that follow from the others."""
        assert self.then is not None
        before, following, missing = parameters(self.network.node), {}, []
        for k in range(n):
            try:
                network = self.then(replaced(self.network, {x: v[k] for x, v in plain.items()}))
            except (NotConverged, ValueError):
                missing.append(k)
                continue
            for name, value in parameters(network.node).items():
                if name not in plain and not np.array_equal(value, before[name]):
                    rows = following.setdefault(name, np.full((n, self.network.n_regions), np.nan))
                    rows[k] = value
        for name, rows in following.items():
            unset = np.isnan(rows).any(axis=1)
            unset[missing] = False
            rows[unset] = before[name]
        lost = next(iter(plain))
        plain[lost] = plain[lost].copy()
        plain[lost][missing] = np.nan
        return plain | following

    def origin(self) -> Float[np.ndarray, "unknowns"]:
        """Return where the values of the network lie; those at a bound or beyond, near it."""
        import torch

        parts = []
        for name, group in self.groups.items():
            value = torch.as_tensor(np.asarray(value_of(self.network, name), dtype=np.float64))
            u = group.origin(value, self.network.n_regions)
            parts.append(u.clamp(-_FAR, _FAR))
        return torch.cat(parts).numpy()

    def sample(self, n: int, *, seed: int) -> Float[np.ndarray, "points unknowns"]:
        """Draw points u from the prior."""
        return stream(seed, 0x5A).standard_normal((n, self.n_unknowns))

    @property
    def sweepable(self) -> bool:
        """Whether points differ only in what runs side by side."""
        side_by_side = {"coupling", "noise", *parameters(self.network.node)}
        return set(self.groups) <= side_by_side

    def _bounds(self, name: str) -> tuple[float, float]:
        """Return the range in which the equations make sense."""
        for field in dataclasses.fields(self.network.node):  # pyright: ignore
            if field.name == name:
                return field.metadata["param"].bounds
        return (0.0 if name == "noise" else -np.inf, np.inf)
