"""What is unknown of a network, and what is compared, out of what was typed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from surrobrain.cli.building import network_of, network_options
from surrobrain.cli.options import assignments
from surrobrain.cli.reading import read_recording, read_wiring

if TYPE_CHECKING:
    from surrobrain.data.recording import Recording
    from surrobrain.inverse.feature import Features
    from surrobrain.inverse.free_network import FreeNetwork

__all__ = ["features_of", "free_network_of", "unknown_options"]

Function = TypeVar("Function", bound=Callable[..., Any])


def unknown_options(function: Function) -> Function:
    """Add what says which parameters are unknown and what is compared, and the network's own."""
    for option in (
        click.option("--feature", "features", multiple=True, metavar="[WEIGHT*]NAME[:ARG=VALUE]",
                     help="What is compared, by default functional_connectivity; 'surrobrain "
                          "catalog features' lists them (repeatable)."),
        click.option("--free-each", multiple=True, metavar="NAME=PRIOR",
                     help="The same with a value of its own for every region (repeatable)."),
        click.option("--free", multiple=True, metavar="NAME=PRIOR",
                     help="An unknown, and what is known of it: uniform:LOW:HIGH, "
                          "normal:MEAN:SD, log_normal:MEDIAN:FACTOR, or tied:OTHER:FACTOR "
                          "(repeatable)."),
    ):  # fmt: skip
        function = option(function)
    return network_options(function)


def free_network_of(
    node: str, path: str, typed: dict[str, Any]
) -> tuple["FreeNetwork", "Recording"]:
    """Return the network with its unknowns, at the rate of the recording, and the recording."""
    from surrobrain.inverse.free_network import FreeNetwork

    recording = read_recording(path, typed)
    wiring = None if typed["connectome"] is None else read_wiring(typed["connectome"], recording)
    if wiring is not None and wiring.n_regions != recording.n_regions:
        raise ValueError(
            f"the connectome has {wiring.n_regions} regions but the recording has "
            f"{recording.n_regions}; give the connectome of the regions that were recorded"
        )
    network = network_of(node, typed | {"sfreq": recording.sfreq}, wiring=wiring)
    return FreeNetwork(network, _unknowns(typed)), recording


def _unknowns(typed: dict[str, Any]) -> dict[str, Any]:
    from surrobrain.inverse.unknowns import per_region

    one, each = assignments(typed["free"], "--free"), assignments(typed["free_each"], "--free-each")
    both = sorted(set(one) & set(each))
    if both:
        raise click.UsageError(f"{both[0]} is both --free and --free-each; give one of them")
    if not one and not each:
        raise click.UsageError(
            "nothing is unknown: give for instance --free coupling=uniform:0:0.5"
        )
    found = {name: _prior(name, text) for name, text in one.items()}
    return found | {name: per_region(_prior(name, text)) for name, text in each.items()}


def _prior(name: str, text: str) -> Any:
    from surrobrain import catalog
    from surrobrain.inverse.unknowns import tied

    kind, *rest = text.split(":")
    if kind == "tied" and rest:
        return tied(rest[0], factor=_number(rest[1], name) if rest[1:] else 1.0)
    make: Any = catalog.load("surrobrain.inverse.priors", kind)
    if len(rest) != 2:
        raise click.UsageError(f"the prior of {name} is {kind}:NUMBER:NUMBER, not {text!r}")
    return make(*(_number(each, name) for each in rest))


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.UsageError(f"the prior of {name} holds {text!r}, which is no number") from None


def features_of(typed: tuple[str, ...]) -> "Features":
    """Return what ``--feature`` says, such as ``0.5*spectrum:n_bands=10,high=40``."""
    from surrobrain import catalog
    from surrobrain.inverse.feature import Features
    from surrobrain.inverse.features.functional_connectivity import functional_connectivity

    found = []
    for text in typed:
        weight, star, rest = text.partition("*")
        name, _, arguments = (rest if star else text).partition(":")
        make: Any = catalog.load("surrobrain.inverse.features", name)
        pairs = assignments(tuple(a for a in arguments.split(",") if a), "--feature")
        try:
            made = make(**{key: _value(each) for key, each in pairs.items()})
        except TypeError as error:
            raise click.UsageError(f"the feature {name}: {error}") from None
        found.append(float(_number(weight, name)) * made if star else made)
    return Features(tuple(found) or (functional_connectivity(),))


def _value(text: str) -> Any:
    """Read a number where it is one, yes and no, and else a word."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
