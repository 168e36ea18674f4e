"""RDMs over time from what is typed: files of RDMs, or epochs of trials."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from surrobrain.clip_hba.time_recipe import TimeRecipe
    from surrobrain.rsa.dissimilarity import Distance
    from surrobrain.rsa.rdms import RDMs

__all__ = ["Measured", "measured_from", "movie_options", "time_recipe", "tuning_options"]

Function = TypeVar("Function", bound=Callable[..., Any])


def movie_options(function: Function) -> Function:
    """Add what may have to be said about files with RDMs or trials."""
    for option in (
        click.option("--sfreq", type=float, metavar="HZ",
                     help="Samples per second, where a file has no times."),
        click.option("--first", type=float, default=-0.1, show_default=True, metavar="SECONDS",
                     help="Time of the first sample, with --sfreq."),
        click.option("--conditions", metavar="FILE",
                     help="Names of the images in the order of the RDMs, where a file has none."),
        click.option("--which", metavar="NAME", help="An array of an npz or mat file."),
        click.option("--distance", default="crossnobis", show_default=True,
                     type=click.Choice(["crossnobis", "correlation", "discriminant", "euclidean"]),
                     help="Dissimilarity, for epochs."),
    ):  # fmt: skip
        function = option(function)
    return function


def tuning_options(function: Function) -> Function:
    """Add what decides a training."""
    for option in (
        click.option("--local-files-only", is_flag=True, help="Never ask the hub."),
        click.option("--batch", type=click.IntRange(4), help="Images per step."),
        click.option("--epochs", type=(int, int), metavar="A B",
                     help="At most, of layer weights alone and with adapters."),
        click.option("--rank", type=click.IntRange(1), help="Of the adapters."),
        click.option("--seed", type=int, help="By default that of the recipe."),
        click.option("--held-out", metavar="FILE",
                     help="Names of images that are kept for the test."),
        click.option("--out", required=True, metavar="FOLDER", help="Where the result goes."),
    ):  # fmt: skip
        function = option(function)
    return function


def time_recipe(name: str, typed: Mapping[str, Any], *, shown: bool) -> "TimeRecipe":
    """Return a recipe by name with what was typed."""
    import dataclasses

    from surrobrain.clip_hba.time_recipe import TIME_RECIPES, time_recipe_from

    known = TIME_RECIPES[name]
    parts = {"layers": known.layers, "adapters": known.adapters}
    for k, part in enumerate(parts):
        if typed["epochs"] is not None:
            parts[part] = dataclasses.replace(parts[part], epochs=typed["epochs"][k])
        if typed["batch"] is not None:
            parts[part] = dataclasses.replace(parts[part], batch=typed["batch"])
    changes: dict[str, object] = dict(parts)
    changes |= {k: typed[k] for k in ("seed", "rank") if typed[k] is not None}
    made = time_recipe_from(name, changes=changes)
    layers, adapters = (
        dataclasses.replace(part, progress=shown) for part in (made.layers, made.adapters)
    )
    return dataclasses.replace(made, layers=layers, adapters=adapters)


@dataclass(frozen=True, eq=False)
class Measured:
    """Movies by the names of their files, and halves of the trials where there were trials."""

    movies: Mapping[str, "RDMs"]
    halves: Mapping[str, tuple["RDMs", "RDMs"]]


def measured_from(paths: Sequence[str], typed: Mapping[str, Any], tell: Any = None) -> Measured:
    """Read one movie per file.

    Raises
    ------
    ValueError
        Two files have the same name, or a file holds no movie; the message names it.
    """
    from pathlib import Path

    movies, halves = {}, {}
    for path in paths:
        name = Path(path).name.split(".")[0].removesuffix("-epo").removesuffix("_epo")
        if name in movies:
            raise ValueError(
                f"two files are called {name}, and persons are named by their files; rename one"
            )
        if tell is not None:
            tell(f"reading {path}")
        if path.endswith((".fif", ".fif.gz")):
            movies[name], halves[name] = _from_epochs(path, typed["distance"])
        else:
            movies[name] = _with_times(path, typed)
    return Measured(movies, halves if len(halves) == len(movies) else {})


def _from_epochs(path: str, distance: "Distance") -> tuple["RDMs", tuple["RDMs", "RDMs"]]:
    from surrobrain.checks import existing_file
    from surrobrain.lazy import need
    from surrobrain.rsa.movies import movie
    from surrobrain.rsa.trials import Trials

    mne = need("mne", extra="io")
    trials = Trials.from_epochs(mne.read_epochs(existing_file(path), verbose="error"))
    try:
        first, second = (movie(half, method=distance) for half in trials.halves(seed=0))
        return movie(trials, method=distance), (first, second)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _with_times(path: str, typed: Mapping[str, Any]) -> "RDMs":
    import dataclasses

    import numpy as np

    from surrobrain.clip_hba.embedding import read_names
    from surrobrain.rsa.storage import read_rdms

    names = None if typed["conditions"] is None else read_names(typed["conditions"])
    found = read_rdms(path, which=typed["which"], conditions=names)
    if found.times is not None:
        return found
    if typed["sfreq"] is None:
        raise ValueError(
            f"{path} holds {found.n_rdms} RDMs without times; say --sfreq (Hz) and --first "
            "(seconds) if they follow each other in time"
        )
    times = typed["first"] + np.arange(found.n_rdms) / typed["sfreq"]
    return dataclasses.replace(found, names=(), times=times)
