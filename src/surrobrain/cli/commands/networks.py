"""``surrobrain networks``: functional brain networks inside language models."""

import click

from surrobrain.cli.group import Folder

__all__ = ["networks"]


@click.group(cls=Folder, folder="surrobrain.cli.networks")
def networks() -> None:
    """Which neurons of a language model go along with which brain networks? Listen, encode."""
