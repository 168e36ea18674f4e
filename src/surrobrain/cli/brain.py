"""The model that a command asks what if, out of what was typed, and the run in which it answers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from surrobrain.cli.building import network_of, network_options, rate_option
from surrobrain.cli.options import assignments, run_folder

if TYPE_CHECKING:
    import numpy as np

    from surrobrain.reports.cortex import Cortex
    from surrobrain.reports.picture import Picture, Undrawn
    from surrobrain.runs import Run

__all__ = [
    "begin", "brain_options", "model_of", "numbers", "on_cortex", "run_options", "surface_of",
]  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])

_FILES = ("connectome", "names", "mask", "atlas")


def brain_options(function: Function) -> Function:
    """Add what decides a network of catalog nodes, and the files of the cortical surface."""
    for option in (
        click.option("--surface", multiple=True, metavar="FILE",
                     help="For maps of the cortex: two annotations or label files of fsaverage5, "
                          "left first (repeat it), a .npy of 20484 region numbers, or a .csv with "
                          "name, x, y, z; needs the extra fmri."),
        click.option("--names", metavar="FILE", help="Region names of the connectome."),
    ):  # fmt: skip
        function = option(function)
    return network_options(rate_option(function))


def run_options(default: str) -> Callable[[Function], Function]:
    """Return what adds --seed and --out, with the name of the folder by default."""

    def decorate(function: Function) -> Function:
        for option in (
            click.option("--out", metavar="DIR",
                         help=f"Run folder, by default {default} or the next free number; the "
                              "same command goes on with one that was interrupted."),
            click.option("--seed", default=0, show_default=True, help="Decides every draw."),
        ):  # fmt: skip
            function = option(function)
        return function

    return decorate


def model_of(model: str, typed: dict[str, Any]) -> Any:
    """Return a saved model, that of a run, or a network of a node of the catalog.

    Parameters
    ----------
    model : str
        A folder, or the name of a node.
    typed : dict
        What was typed after ``brain_options``.
    """
    from surrobrain.cli.patient import model_in
    from surrobrain.data.read_connectome import read_connectome
    from surrobrain.inverse.posterior import Posterior

    if not Path(model).is_dir():
        path = typed["connectome"]
        wiring = None if path is None else read_connectome(path, names=typed["names"])
        return network_of(model, typed, wiring=wiring)
    found = model_in(model)
    if isinstance(found, Posterior):
        raise ValueError(
            "the folder holds a posterior, of which every draw is another model; give the folder "
            "of a model, such as one that 'surrobrain fit' wrote"
        )
    return found


def begin(command: str, model: str, out: str | None, typed: Mapping[str, Any]) -> "Run":
    """Open the run folder of a command, whose configuration tells files by their content.

    Parameters
    ----------
    command, model : str
        What was typed.
    out : str, optional
        Folder asked for.
    typed : mapping
        Options.
    """
    from surrobrain.provenance import source
    from surrobrain.runs import Run

    inputs = {name: source(typed[name]) for name in _FILES if typed.get(name)}
    inputs |= {f"surface {k}": source(file) for k, file in enumerate(typed.get("surface", ()), 1)}
    options = {
        name: _plain(value)
        for name, value in typed.items()
        if name not in (*_FILES, "surface", "seed") and value not in (None, (), False)
    }
    what = source(model) if Path(model).is_dir() else model
    config = {"command": command, "model": what, "inputs": inputs, "options": options}
    return Run.create(run_folder(out, f"surrobrain-{command}"), config=config, seed=typed["seed"])


def _plain(value: Any) -> Any:
    """Return tuples as the lists that JSON gives back."""
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def numbers(pairs: tuple[str, ...], option: str) -> dict[str, float]:
    """Turn ``("amplitude=2", ...)`` into numbers by name."""
    from surrobrain.checks import number

    return {name: number(text, name) for name, text in assignments(pairs, option).items()}


def surface_of(brain: Any, typed: Mapping[str, Any]) -> "Cortex | None":
    """Return the cortex of a model's regions, or None where no surface was given.

    Parameters
    ----------
    brain : ForwardModel
        Whose regions they are.
    typed : mapping
        Options.
    """
    from surrobrain.reports.cortex import cortex

    return cortex(typed["surface"], brain.regions) if typed["surface"] else None


def on_cortex(
    values: "np.ndarray",
    names: tuple[str, ...],
    on: "Cortex | None",
    *,
    label: str,
    signed: bool = False,
) -> "list[Picture | Undrawn]":
    """Return the map of a value per region, or nothing where no surface was given.

    Parameters
    ----------
    values : array, shape (n_regions,)
        What is drawn.
    names : tuple of str
        Whose they are.
    on : Cortex or None
        From ``surface_of``.
    label : str
        What the values are.
    signed : bool
        Colors symmetric about zero.
    """
    from surrobrain.reports.figures.cortex_map import cortex_map
    from surrobrain.reports.picture import Undrawn, drawn

    title = f"Map of {label}"
    if on is None:
        return []
    if tuple(names) != on.names:
        return [Undrawn(title, "the model is seen through channels, not region by region")]
    return [drawn(title, lambda: cortex_map(values, on=on, label=label, signed=signed))]
