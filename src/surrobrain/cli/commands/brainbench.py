"""``surrobrain brainbench``: whether language models foresee the results of experiments."""

import click

from surrobrain.cli.group import Folder

__all__ = ["brainbench"]


@click.group(cls=Folder, folder="surrobrain.cli.brainbench")
def brainbench() -> None:
    """Can a language model foresee the result of an experiment? Score, judge, tune."""
