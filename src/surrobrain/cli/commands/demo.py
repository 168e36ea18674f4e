"""``surrobrain demo``: the whole way on a virtual subject whose truth is known."""

import click

from surrobrain.cli.options import emit, output_options, run_folder, teller

__all__ = ["demo"]


@click.command()
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option(
    "--out",
    metavar="DIR",
    help="Run folder, by default surrobrain-demo or the next free number.",
)
@output_options
def demo(
    seed: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Make a virtual subject, fit a surrogate, and compare it with the truth.

    Takes under a minute. Prints the path of a report and of a run folder.
    """  # fmt: skip
    from surrobrain.study.plan import Plan
    from surrobrain.study.study import study
    from surrobrain.study.virtual_subject import virtual_subject

    folder, tell = run_folder(out, "surrobrain-demo"), teller()
    if tell:
        tell("making a virtual subject: a white-box network with hidden directed wiring")
    subject = virtual_subject(seed=seed)
    done = study(
        subject.recording,
        connectome=subject.connectome,
        truth=subject,
        plan=Plan(seed=seed),
        folder=folder,
        tell=tell,
    )
    emit(done.to_dict(), str(done), as_json=as_json)
