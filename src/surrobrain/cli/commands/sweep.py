"""``surrobrain sweep``: a network of the catalog at many parameter points."""

from typing import Any

import click

from surrobrain.cli.axes import axis
from surrobrain.cli.building import network_of, network_options, rate_option
from surrobrain.cli.options import assignments, emit, output_options

__all__ = ["sweep"]


@click.command()
@click.argument("node")
@network_options
@rate_option
@click.option(
    "--vary",
    multiple=True,
    required=True,
    metavar="NAME=VALUES",
    help="coupling, noise or a parameter: from:to:count, or a list with commas; several make a "
    "grid (repeatable).",
)
@click.option("--duration", default=60.0, show_default=True, metavar="SECONDS")
@click.option("--seed", default=0, show_default=True, help="Decides the noise.")
@click.option(
    "--device",
    metavar="NAME",
    help="cuda, cuda:1 or cpu: all points as one batch of tensors; by default the compiled loop.",
)
@click.option("--target", metavar="FC.npy", help="Functional connectivity to come near to.")
@click.option("--out", required=True, metavar="FOLDER", help="Where the points go.")
@output_options
def sweep(
    node: str,
    vary: tuple[str, ...],
    duration: float,
    seed: int,
    target: str | None,
    out: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Run NODE at every point of a grid, and keep each point's functional connectivity.

    \b
    surrobrain sweep wong_wang --connectome sc.npy --vary coupling=0:0.5:16 \\
        --param noise=0.06 --observer bold --sfreq 1 --target fc.npy --out sweep-01

    The folder takes the points block by block: after an interruption the same command goes on
    where it stopped. With --target the best point is named, beside what the weights of the
    connectome reach by themselves.
    """
    import numpy as np

    from surrobrain.mechanistic.sweep import sweep as run
    from surrobrain.signals.connectivity import functional_connectivity

    brain = network_of(node, how)
    axes = {name: axis(name, text) for name, text in assignments(vary, "--vary").items()}
    grid = np.meshgrid(*axes.values(), indexing="ij")
    points = {name: values.ravel() for name, values in zip(axes, grid, strict=True)}
    found = run(
        brain, points, duration=duration, seed=seed, summary=functional_connectivity, out=out,
        device=how["device"],
    )  # fmt: skip
    diverged = int((found.diverged > 0).sum())
    payload: dict[str, Any] = {"folder": out, "n_points": len(grid[0].ravel()),
                               "diverged": diverged, "seed": seed}  # fmt: skip
    text = f"{payload['n_points']} points in {out}"
    if diverged:
        text += f"; {diverged} of them diverged or stayed constant"
    if target is not None:
        payload |= _best(found, brain, target)
        at = ", ".join(f"{k}={v:g}" for k, v in payload["best"].items())
        text += (
            f"\nbest FC r {payload['best_r']:.3f} at {at}, chosen among all points"
            f"\nweights of the connectome alone: r {payload['structure_r']:.3f}"
        )
    emit(payload, text, as_json=as_json)


def _best(found: Any, brain: Any, target: str) -> dict[str, Any]:
    """Compare every point with a target, and the connectome's weights too."""
    import numpy as np

    from surrobrain.checks import existing_file

    wanted = np.load(existing_file(target), allow_pickle=False)
    n = brain.n_regions
    if wanted.shape != (n, n):
        raise ValueError(
            f"the target has shape {wanted.shape} but the network has {n} regions; give an "
            f"({n}, {n}) matrix in the order of the connectome"
        )
    lower = np.tril_indices(n, -1)
    scores = np.array([_correlation(values[lower], wanted[lower]) for values in found.values])
    if not np.isfinite(scores).any():
        raise ValueError("no point has a functional connectivity; vary less, or add noise")
    k = int(np.nanargmax(scores))
    return {
        "best": {name: float(values[k]) for name, values in found.points.items()},
        "best_r": float(scores[k]),
        "structure_r": _correlation(brain.connectome.weights[lower], wanted[lower]),
    }


def _correlation(a: Any, b: Any) -> float:
    import numpy as np

    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if np.isfinite(size) and size > 0 else float("nan")
