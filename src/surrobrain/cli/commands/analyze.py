"""``surrobrain analyze``: a model as a dynamical system."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.analyses import in_words, numbers_of
from surrobrain.cli.axes import axis, span
from surrobrain.cli.brain import (
    begin,
    brain_options,
    model_of,
    numbers,
    on_cortex,
    run_options,
    surface_of,
)
from surrobrain.cli.effects import seal
from surrobrain.cli.options import assignments, output_options, teller

if TYPE_CHECKING:
    from surrobrain.analysis.profile import Profile

__all__ = ["analyze"]

_SAMPLES = 2000


@click.command()
@click.argument("model")
@brain_options
@click.option("--starts", default=100, show_default=True, help="Of the search for fixed points.")
@click.option("--exponents", default=4, show_default=True, help="Lyapunov exponents; 0 for none.")
@click.option(
    "--follow",
    metavar="NAME=FROM:TO",
    help="Continue a fixed point over coupling or a parameter of the node; of a learned model over "
    "constant input to a region.",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="NAME=FROM:TO:COUNT",
    help="Map what a network does over one quantity, or two (repeat it).",
)
@click.option(
    "--begin",
    "other",
    multiple=True,
    metavar="STATE=VALUE",
    help="A second start for the map, which shows where there are two states (repeatable).",
)
@click.option(
    "--duration",
    type=float,
    metavar="SECONDS",
    help="Of every run that counts, by default 2000 samples.",
)
@run_options("surrobrain-analyze")
@output_options
def analyze(model: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Say what MODEL does by itself: the folder of a saved model, or the name of a node.

    \b
    surrobrain analyze sub-01/model
    surrobrain analyze jansen_rit --follow p=350:80 --sfreq 1000
    surrobrain analyze stuart_landau --connectome sc.npz --vary a=-2:2:21 \\
        --vary coupling=0:1:21 --duration 5

    Fixed points and their stability, Lyapunov exponents, and what each region is to the others;
    bifurcations and a map of behavior where they are asked for. What is followed ends where it
    leaves its span, also by turning back at a fold: begin at either end. A node without
    --connectome is one region alone. What does not apply to a model is said, with the reason.
    """  # fmt: skip
    follow = assignments((typed["follow"],), "--follow") if typed["follow"] else {}
    spans = {name: span(name, text) for name, text in follow.items()}
    axes = {name: axis(name, text) for name, text in assignments(typed["vary"], "--vary").items()}
    if len(axes) > 2:
        raise click.UsageError(f"a map has one or two axes, but {len(axes)} arrived; vary fewer")
    brain = _brain(model, typed)
    surface = surface_of(brain, typed)
    run = begin("analyze", model, out, typed)
    found, missing = _by_default(brain, typed)
    for name, ends in spans.items():
        found["continuation"] = _followed(brain, name, ends)
    if axes:
        found["phase map"] = _mapped(brain, axes, typed, run.folder / "phase_map")
    page = list(found.values())
    if profile := found.get("profile"):
        label = "average controllability"
        page += on_cortex(profile.average_controllability, profile.names, surface, label=label)
    if missing:
        page.append({f"no {what}": why for what, why in missing.items()})
    payload = {what: numbers_of(result) for what, result in found.items()}
    if points := found.get("fixed points"):
        run.add("fixed_points.npy", _states(points))
    lines = [*(in_words(each) for each in found.values()),
             *(f"no {what}: {why}" for what, why in missing.items())]  # fmt: skip
    payload["left out"] = missing
    seal(run, "What the model does by itself", page, payload, "\n".join(lines), as_json=as_json)


def _brain(model: str, typed: dict[str, Any]) -> Any:
    """Return the model; a node without a connectome is one region alone."""
    import numpy as np

    from surrobrain.cli.building import network_of
    from surrobrain.data.connectome import Connectome

    if Path(model).is_dir() or typed["connectome"]:
        return model_of(model, typed)
    alone = Connectome(np.zeros((1, 1)))
    return network_of(model, typed | {"connectome": "", "normalize": "none"}, wiring=alone)


def _by_default(brain: Any, typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what can be said of any model, and why the rest cannot be said of this one."""
    from surrobrain.analysis.fixed_points import fixed_points
    from surrobrain.errors import Diverged, NotConverged

    parts: dict[str, Callable[[], Any]] = {
        "fixed points": lambda: fixed_points(brain, n_starts=typed["starts"], seed=typed["seed"])
    }
    if typed["exponents"]:
        parts["Lyapunov exponents"] = lambda: _exponents(brain, typed)
    if len(brain.regions) > 1:
        parts["profile"] = lambda: _profile(brain, typed)
    tell, found, missing = teller() or (lambda _: None), {}, {}
    for what, part in parts.items():
        tell(what)
        try:
            found[what] = part()
        except (ValueError, TypeError, Diverged, NotConverged) as error:
            missing[what] = str(error)
    return found, missing


def _duration(brain: Any, typed: Mapping[str, Any]) -> float:
    return float(typed["duration"] or _SAMPLES / brain.sfreq)


def _exponents(brain: Any, typed: Mapping[str, Any]) -> Any:
    from surrobrain.analysis.lyapunov import lyapunov_spectrum
    from surrobrain.analysis.system import system_of

    wanted = typed["exponents"]
    with contextlib.suppress(ValueError):  # tracts that delay: of dimensions there are enough
        wanted = min(wanted, system_of(brain).n_states)
    return lyapunov_spectrum(
        brain, duration=_duration(brain, typed), n_exponents=wanted, seed=typed["seed"]
    )


def _profile(brain: Any, typed: Mapping[str, Any]) -> "Profile":
    """Return the profile of the connectome, or of what a model without one has learned."""
    from surrobrain.analysis.effective_connectivity import effective_connectivity
    from surrobrain.analysis.profile import network_profile

    if hasattr(brain, "connectome"):
        return network_profile(brain.connectome, seed=typed["seed"])
    return network_profile(effective_connectivity(brain, seed=typed["seed"]), seed=typed["seed"])


def _followed(brain: Any, name: str, ends: tuple[float, float]) -> Any:
    from surrobrain.analysis.continuation import continuation

    return continuation(brain, name, span=ends)


def _mapped(brain: Any, axes: dict[str, Any], typed: Mapping[str, Any], folder: Path) -> Any:
    import numpy as np

    from surrobrain.analysis.phase_map import phase_map
    from surrobrain.mechanistic.network import Network

    if not isinstance(brain, Network):
        raise ValueError(
            f"a map varies parameters of a network, but {type(brain).__name__} has none; follow "
            "input to a region instead: --follow REGION=FROM:TO"
        )
    grid = np.meshgrid(*axes.values(), indexing="ij")
    points = {name: values.ravel() for name, values in zip(axes, grid, strict=True)}
    other = numbers(typed["other"], "--begin")
    return phase_map(
        brain, points, duration=_duration(brain, typed), starts=({}, other) if other else ({},),
        out=folder,
    )  # fmt: skip


def _states(points: Any) -> Any:
    import numpy as np

    return np.stack([point.state for point in points])
