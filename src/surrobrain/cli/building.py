"""A network out of what was typed: options that several commands share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from surrobrain.cli.options import assignments

if TYPE_CHECKING:
    from surrobrain.data.connectome import Connectome
    from surrobrain.mechanistic.network import Network
    from surrobrain.mechanistic.observer import Observer

__all__ = ["network_of", "network_options", "rate_option"]

Function = TypeVar("Function", bound=Callable[..., Any])


def network_options(function: Function) -> Function:
    """Add what decides a network of catalog nodes, but for the rate of its output."""
    for option in reversed(
        (
            click.option("--connectome", metavar="FILE", help="Wiring, for a node of the catalog."),
            click.option(
                "--normalize",
                default="max",
                show_default=True,
                help="How weights are scaled: max, mean, spectral_radius, row_sum, log1p or none.",
            ),
            click.option(
                "--param",
                "parameters",
                multiple=True,
                metavar="NAME=VALUE",
                help="coupling, noise, speed, dt, or a parameter of the node (repeatable).",
            ),
            click.option(
                "--observer",
                default="identity",
                show_default=True,
                metavar="NAME",
                help="What is seen of the network; 'surrobrain catalog observers' lists them.",
            ),
            click.option(
                "--stepper",
                default="euler",
                show_default=True,
                help="euler, heun, rk4, milstein or, for linear networks, exact.",
            ),
        )
    ):
        function = option(function)
    return function


rate_option = click.option(
    "--sfreq",
    default=100.0,
    show_default=True,
    metavar="HZ",
    help="Samples per second of a network's output.",
)
"""For commands that take no recording whose rate would decide."""


def network_of(node: str, options: dict, *, wiring: "Connectome | None" = None) -> "Network":
    """Build a network out of what was typed after ``network_options``.

    Parameters
    ----------
    node : str
        Name in the catalog.
    options : dict
        What was typed, and ``sfreq``, the rate of what is observed.
    wiring : Connectome, optional
        What was read already; by default the file that was typed is.
    """
    import dataclasses

    from surrobrain import catalog
    from surrobrain.checks import choice, number
    from surrobrain.data.read_connectome import read_connectome
    from surrobrain.mechanistic.network import Network
    from surrobrain.mechanistic.steppers import STEPPER_NAMES

    kind = catalog.load("surrobrain.mechanistic.nodes", node)
    assert isinstance(kind, type)
    if options["connectome"] is None:
        raise click.UsageError(f"{node} is a node: a network of it needs --connectome FILE")
    read = read_connectome(options["connectome"]) if wiring is None else wiring
    by = options["normalize"]
    connectome = read if by == "none" else read.normalized(by)
    typed = assignments(options["parameters"], "--param")
    own = {field.name for field in dataclasses.fields(kind)}
    of_network = {"coupling", "noise", "speed", "dt"}
    values = {
        choice(name, own | of_network, "parameter"): number(value, name)
        for name, value in typed.items()
    }
    network = Network(
        kind(**{name: value for name, value in values.items() if name in own}),
        connectome.without_self(),
        observer=_observer(options["observer"], float(options["sfreq"])),
        stepper=choice(options["stepper"], STEPPER_NAMES, "stepper"),  # pyright: ignore
    )
    changes: dict[str, Any] = {name: values[name] for name in of_network & set(values)}
    return dataclasses.replace(network, **changes)


def _observer(name: str, sfreq: float) -> "Observer":
    """Build an observer at a rate, whether it is declared as a rate or as a repetition time."""
    import inspect

    from surrobrain import catalog

    kind: Any = catalog.load("surrobrain.mechanistic.observers", name)
    declared = inspect.signature(kind).parameters
    missing = [p.name for p in declared.values() if p.default is p.empty]
    if missing:
        raise click.UsageError(
            f"{name} needs {', '.join(missing)}, which cannot be typed; use it from Python: "
            f"sb.observers.{kind.__name__}({', '.join(f'{m}=...' for m in missing)})"
        )
    return kind(tr=1 / sfreq) if "tr" in declared else kind(sfreq=sfreq)
