"""A command made of commands: one file each, imported when it is asked for."""

from typing import Any

import click

from surrobrain import catalog

__all__ = ["Folder"]


class Folder(click.Group):
    """The commands of a catalog folder; ``closed_loop.py`` is typed ``closed-loop``.

    Parameters
    ----------
    name : str, optional
        What is typed.
    folder : str
        Dotted name of the folder, such as ``"surrobrain.cli.commands"``.

    Notes
    -----
    What else is given goes to the click group.
    """

    def __init__(self, name: str | None = None, *, folder: str, **given: Any) -> None:
        super().__init__(name, **given)
        self.folder = folder

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: D102
        return [name.replace("_", "-") for name in catalog.names(self.folder)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: D102
        if cmd_name not in self.list_commands(ctx):
            return None
        command = catalog.load(self.folder, cmd_name)
        assert isinstance(command, click.Command)
        return command
