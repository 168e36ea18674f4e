"""``surrobrain clip-hba``: a vision model tuned to how people judge and how brains respond."""

import click

from surrobrain.cli.group import Folder

__all__ = ["clip_hba"]


@click.group(cls=Folder, folder="surrobrain.cli.clip_hba")
def clip_hba() -> None:
    """Tune CLIP to how people judge images, then to brains; compare it with both."""
