"""Populations: several kinds of nodes in one network, as one node."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.catalog import load
from surrobrain.checks import indices
from surrobrain.mechanistic.node import Node, Value, param, parameters, pathways

__all__ = ["populations", "rebuilt"]


def populations(
    parts: Mapping[str, tuple[Node, Iterable[str | int]]], *, names: Iterable[str]
) -> Any:
    """Return one node whose equations differ between regions.

    Parameters
    ----------
    parts : mapping of str to (node, regions)
        Every population by name: its node, and the regions it is in, by name or position. A
        parameter of the node may be one number, one per region of the population, or one per
        region of the network.
    names : iterable of str
        All regions, in the order of the connectome.

    Returns
    -------
    Node
        States, parameters and delays have the name of their population before them:
        ``cortex_A``. ``in_cortex`` is 1 in the regions of the population, 0 elsewhere.

    Raises
    ------
    ValueError
        A region is in no population or in two, or the populations do not understand each other:
        they send different numbers of quantities, or one exchanges differences and another not.

    Notes
    -----
    What one population sends, another receives as it is: mind the units, and put what converts
    them into the weights. The states of a population rest at their start in the regions of the
    others. With nodes in seconds and in milliseconds the whole counts in seconds, and so does its
    noise; an observer sees of every region the output of its own node.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
    >>> from surrobrain.mechanistic.nodes.wendling import Wendling
    >>> node = populations(
    ...     {"cortex": (JansenRit(), ["A", "B"]), "hippocampus": (Wendling(), ["C"])},
    ...     names=["A", "B", "C"],
    ... )
    >>> node.hippocampus_G, node.in_cortex.tolist()
    (10.0, [1.0, 1.0, 0.0])
    """
    regions = tuple(names)
    members = _members(parts, regions)
    unit = "ms" if all(node.time_unit == "ms" for node, _ in parts.values()) else "s"
    found = tuple(_Part.of(name, node, unit) for name, (node, _) in parts.items())
    _refuse_strangers(found)
    values: dict[str, Any] = {f"in_{part.name}": members[part.name].astype(float) for part in found}
    fields: list[Any] = [(k, Value, param(0.0, "1", bounds=(0.0, 1.0))) for k in values]
    for part in found:
        for field in dataclasses.fields(part.node):
            declared, default = field.metadata["param"], cast(float, field.default)
            # under another word, because the equations as a whole count in seconds
            named = "milliseconds" if declared.unit == "ms" and unit == "s" else declared.unit
            name = f"{part.name}_{field.name}"
            values[name] = _spread(getattr(part.node, field.name), members[part.name], name)
            fields += [(name, Value, param(default, named, bounds=declared.bounds))]
    kind = dataclasses.make_dataclass(
        "Populations", fields, namespace=_namespace(found, unit), frozen=True
    )
    return kind(**values)


def rebuilt(kinds: Mapping[str, str], values: Mapping[str, Any], *, names: Iterable[str]) -> Any:
    """Return the node of which only the kinds by population and the parameters were kept."""
    parts = {}
    for name, kind in kinds.items():
        cls: Any = load("surrobrain.mechanistic.nodes", kind)
        own = {f.name: values[f"{name}_{f.name}"] for f in dataclasses.fields(cls)}
        parts[name] = cls(**own), [int(k) for k in np.flatnonzero(values[f"in_{name}"])]
    return populations(parts, names=names)


@dataclass(frozen=True)
class _Part:
    """One population: its node, and which channels of the whole are its own."""

    name: str
    node: Any
    ways: tuple[str, ...]
    per_second: float

    @classmethod
    def of(cls, name: str, node: Any, unit: str) -> "_Part":
        """Try the equations of a node to see how many quantities it sends."""
        if not name.isidentifier():
            raise ValueError(f"a population must have a plain name, but {name!r} arrived")
        p = SimpleNamespace(**{k: np.ravel(v)[0] for k, v in parameters(node).items()})
        start = tuple(np.float64(node.initial[state]) for state in node.states)
        with np.errstate(all="ignore"):
            ways = pathways(node, len(node.source(np, start, p)))
        faster = 1000.0 if unit == "s" and node.time_unit == "ms" else 1.0
        if faster > 1 and set(ways) != {"tracts"}:
            raise ValueError(
                f"the delays of {type(node).__name__} are in ms, but the other populations count "
                "in s; use nodes of one unit of time"
            )
        return cls(name, node, ways, faster)

    @property
    def n_tracts(self) -> int:
        """Number of quantities that go through the connectome."""
        return self.ways.count("tracts")

    def here(self, p: Any) -> Any:
        """Tell in which regions the population is."""
        return getattr(p, f"in_{self.name}") > 0.5

    def own(self, p: Any) -> SimpleNamespace:
        """Return the parameters of the node under its own names."""
        return SimpleNamespace(**{k: getattr(p, f"{self.name}_{k}") for k in parameters(self.node)})

    def states(self, xp: Any, state: Mapping[str, Any], p: Any) -> tuple:
        """Return the node's states, at their start where the population is not."""
        return tuple(
            xp.where(self.here(p), state[f"{self.name}_{k}"], float(self.node.initial[k]))
            for k in self.node.states
        )


def _members(
    parts: Mapping[str, tuple[Node, Iterable[str | int]]], regions: tuple[str, ...]
) -> dict[str, Bool[np.ndarray, "regions"]]:
    """Return where every population is, or name a region that has none or two."""
    members = {name: np.zeros(len(regions), bool) for name in parts}
    for name, (_, chosen) in parts.items():
        members[name][indices(chosen, regions)] = True
        if not members[name].any():
            raise ValueError(f"the population {name} has no regions; leave it out")
    for k, region in enumerate(regions):
        there = [name for name in parts if members[name][k]]
        if len(there) != 1:
            where = "no population" if not there else f"{len(there)}: {', '.join(there)}"
            raise ValueError(f"every region must be in one population, but {region} is in {where}")
    return members


def _refuse_strangers(parts: tuple[_Part, ...]) -> None:
    """Refuse populations that cannot exchange what they send."""
    first = parts[0]
    for part in parts[1:]:
        if part.n_tracts != first.n_tracts:
            raise ValueError(
                f"{type(first.node).__name__} sends {first.n_tracts} quantities through the tracts "
                f"and {type(part.node).__name__} {part.n_tracts}; choose nodes that send equally "
                "many"
            )
        if part.node.diffusive != first.node.diffusive:
            pair = sorted((first, part), key=lambda one: one.node.diffusive)
            raise ValueError(
                f"{type(pair[1].node).__name__} exchanges differences of what it sends and "
                f"{type(pair[0].node).__name__} does not; choose nodes that agree"
            )


def _spread(
    value: float | Float[np.ndarray, "own"], there: Bool[np.ndarray, "regions"], name: str
) -> Value:
    """Return a parameter of one population for all regions of the network."""
    own = np.asarray(value, dtype=np.float64)
    if not own.ndim:
        return float(own)
    if own.shape == there.shape:
        return own
    if own.shape != (there.sum(),):
        raise ValueError(
            f"{name} has shape {own.shape}; give one number, one per region of the population: "
            f"({there.sum()},), or one per region of the network: {there.shape}"
        )
    full = np.full(len(there), own[0])
    full[there] = own
    return full


def _namespace(parts: tuple[_Part, ...], unit: str) -> dict[str, Any]:
    """Return what a class of these populations declares, beside its parameters."""

    def prefixed(what: str) -> dict[str, Any]:
        found = [(part.name, getattr(part.node, what)) for part in parts]
        return {f"{name}_{k}": v for name, own in found for k, v in own.items()}

    shared = set.intersection(*(_quantities(part.node) for part in parts))
    states = tuple(f"{part.name}_{k}" for part in parts for k in part.node.states)
    return {
        "__doc__": f"Populations {', '.join(part.name for part in parts)} in one network.",
        "kinds": {part.name: type(part.node).__name__ for part in parts},
        "states": states,
        "time_unit": unit,
        "initial": prefixed("initial"),
        "limits": prefixed("limits"),
        "noise": tuple(f"{part.name}_{k}" for part in parts for k in part.node.noise),
        "diffusive": parts[0].node.diffusive,
        "forbids": frozenset().union(*(part.node.forbids for part in parts)),
        "settle": max(part.node.settle for part in parts),
        "pathways": ("tracts",) * parts[0].n_tracts
        + tuple(f"{part.name}_{way}" for part in parts for way in part.ways if way != "tracts"),
        "step": property(lambda node: min(type(q.node)(**vars(q.own(node))).step for q in parts)),
        "drift": staticmethod(_drift(parts, states)),
        "source": staticmethod(_source(parts, states)),
        **{name: staticmethod(_seen(parts, states, name)) for name in sorted(shared)},
    }


def _quantities(node: Any) -> set[str]:
    """Names of what an observer can see of a node."""
    static = (k for kind in type(node).__mro__ for k, v in vars(kind).items() if _is_static(v))
    return {name for name in static if not name.startswith("_")} - {"drift", "source"}


def _is_static(value: Any) -> bool:
    return isinstance(value, staticmethod)


def _drift(parts: tuple[_Part, ...], states: tuple[str, ...]) -> Any:
    """Return the equations of all populations, each where it is."""
    n_tracts = parts[0].n_tracts

    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        now, found = dict(zip(states, state, strict=True)), []
        others = iter(coupling[n_tracts:])
        for part in parts:
            here, tracts = part.here(p), iter(coupling[:n_tracts])
            received = tuple(
                xp.where(here, next(tracts if way == "tracts" else others), 0.0)
                for way in part.ways
            )
            slopes = part.node.drift(xp, part.states(xp, now, p), received, part.own(p))
            for name, slope in zip(part.node.states, slopes, strict=True):
                # noise would else carry what nobody sees ever farther
                back = float(part.node.initial[name]) - now[f"{part.name}_{name}"]
                scaled = slope if part.per_second == 1 else part.per_second * slope
                found.append(xp.where(here, scaled, back))
        return tuple(found)

    return drift


def _source(parts: tuple[_Part, ...], states: tuple[str, ...]) -> Any:
    """Return what regions send: through the tracts one thing each, to themselves each its own."""

    def source(xp: Any, state: tuple, p: Any) -> tuple:
        now = dict(zip(states, state, strict=True))
        shared: list[Any] = [0.0] * parts[0].n_tracts
        own = []
        for part in parts:
            here = part.here(p)
            sent = part.node.source(xp, part.states(xp, now, p), part.own(p))
            tracts = [x for x, way in zip(sent, part.ways, strict=True) if way == "tracts"]
            shared = [xp.where(here, x, y) for x, y in zip(tracts, shared, strict=True)]
            own += [x for x, way in zip(sent, part.ways, strict=True) if way != "tracts"]
        return (*shared, *own)

    return source


def _seen(parts: tuple[_Part, ...], states: tuple[str, ...], name: str) -> Any:
    """Return one quantity of every region, by the node that is there."""

    def seen(xp: Any, state: tuple, p: Any) -> Any:
        now, found = dict(zip(states, state, strict=True)), 0.0
        for part in parts:
            value = getattr(part.node, name)(xp, part.states(xp, now, p), part.own(p))
            found = xp.where(part.here(p), value, found)
        return found

    return seen
