"""``surrobrain inspect``: what is in a file, and what is wrong with it."""

import dataclasses

import click

from surrobrain.cli.options import emit, output_options

__all__ = ["inspect"]


@click.command()
@click.argument("file", type=click.Path())
@output_options
def inspect(
    file: str,
    as_json: bool,
) -> None:
    """Say what is in FILE, what is wrong with it, and how to read it.

    The exit code is 3 when something is wrong.
    """
    from surrobrain.data.inspection import inspect as look

    found = look(file)
    lines = [f"{file}: {found.kind}"]
    lines += [f"  {name}: {value}" for name, value in found.facts.items()]
    lines += [f"  wrong: {problem}" for problem in found.problems]
    lines += [f"  hint: {hint}" for hint in found.hints]
    emit(dataclasses.asdict(found), "\n".join(lines), as_json=as_json)
    if found.problems:
        raise click.exceptions.Exit(3)
