"""``surrobrain simulate``: run a saved surrogate, or a network of the catalog."""

from pathlib import Path

import click

from surrobrain.cli.building import network_of, network_options, rate_option
from surrobrain.cli.options import emit, output_options

__all__ = ["simulate"]


@click.command()
@click.argument("model")
@network_options
@rate_option
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

    brain = load_model(model) if Path(model).is_dir() else network_of(model, network)
    recording = run(brain, duration=duration, seed=seed)
    path = write(recording, out)
    payload = {
        "file": str(path), "n_times": recording.n_times, "n_regions": recording.n_regions,
        "sfreq": recording.sfreq, "seed": seed,
    }  # fmt: skip
    emit(payload, f"{recording}\nwritten to {path}", as_json=as_json)
