"""``surrobrain simulate``: run a saved surrogate, or a network of the catalog."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import assignments, emit, output_options

if TYPE_CHECKING:
    from surrobrain.forward import ForwardModel
    from surrobrain.mechanistic.observer import Observer

__all__ = ["simulate"]


@click.command()
@click.argument("model")
@click.option("--connectome", metavar="FILE", help="Wiring, for a node of the catalog.")
@click.option("--normalize", default="max", show_default=True, help="How weights are scaled.")
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="coupling, noise, speed, dt, or a parameter of the node (repeatable).",
)
@click.option(
    "--observer",
    default="identity",
    show_default=True,
    metavar="NAME",
    help="What is seen of the network; 'surrobrain catalog observers' lists them.",
)
@click.option(
    "--sfreq",
    default=100.0,
    show_default=True,
    metavar="HZ",
    help="Samples per second of a network's output.",
)
@click.option("--stepper", default="euler", show_default=True, help="euler, heun, rk4 or milstein.")
@click.option("--duration", default=60.0, show_default=True, metavar="SECONDS")
@click.option("--seed", default=0, show_default=True, help="Decides the noise.")
@click.option("--out", required=True, metavar="FILE.npz", help="Where the recording goes.")
@output_options
def simulate(
    model: str,
    duration: float,
    seed: int,
    out: str,
    as_json: bool,
    **network: object,
) -> None:
    """Run MODEL freely: the folder of a saved model, or the name of a node.

    \b
    surrobrain simulate sub-01/model --duration 600 --out simulated.npz
    surrobrain simulate jansen_rit --connectome sc.npy --param coupling=10 --out jr.npz
    """  # fmt: skip
    from surrobrain.data.write import write
    from surrobrain.models import load_model
    from surrobrain.simulation import simulate as run

    brain = load_model(model) if Path(model).is_dir() else _network(model, network)
    recording = run(brain, duration=duration, seed=seed)
    path = write(recording, out)
    payload = {
        "file": str(path), "n_times": recording.n_times, "n_regions": recording.n_regions,
        "sfreq": recording.sfreq, "seed": seed,
    }  # fmt: skip
    emit(payload, f"{recording}\nwritten to {path}", as_json=as_json)


def _network(node: str, options: dict) -> "ForwardModel":
    """Build a network out of what was typed."""
    import dataclasses

    from surrobrain import catalog
    from surrobrain.checks import choice, number
    from surrobrain.data.read_connectome import read_connectome
    from surrobrain.mechanistic.network import Network
    from surrobrain.mechanistic.steppers import STEPPERS

    kind = catalog.load("surrobrain.mechanistic.nodes", node)
    assert isinstance(kind, type)
    if options["connectome"] is None:
        raise click.UsageError(f"{node} is a node: a network of it needs --connectome FILE")
    connectome = read_connectome(options["connectome"]).normalized(options["normalize"])
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
        stepper=choice(options["stepper"], STEPPERS, "stepper"),  # pyright: ignore
    )
    changes: dict[str, Any] = {name: values[name] for name in of_network & set(values)}
    return dataclasses.replace(network, **changes)


def _observer(name: str, sfreq: float) -> "Observer":
    """Build an observer at a rate, whether it is declared as a rate or as a repetition time."""
    import inspect

    from surrobrain import catalog

    kind: Any = catalog.load("surrobrain.mechanistic.observers", name)
    return kind(tr=1 / sfreq) if "tr" in inspect.signature(kind).parameters else kind(sfreq=sfreq)
