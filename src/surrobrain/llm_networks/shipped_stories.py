"""A story that comes with the package, with the time of every word."""

import importlib.resources

from surrobrain.llm_networks.words import Words, read_words

__all__ = ["lighthouse_clock"]


def lighthouse_clock() -> Words:
    """Return the words of "The lighthouse clock", written for this package.

    Returns
    -------
    Words
        About six minutes; nobody read it aloud: a word lasts by its letters, and commas and stops
        are pauses.

    Examples
    --------
    >>> lighthouse_clock().text[:3]
    ('The', 'lighthouse', 'at')
    """
    folder = importlib.resources.files("surrobrain.llm_networks").joinpath("stories")
    with importlib.resources.as_file(folder.joinpath("lighthouse_clock.tsv")) as path:
        return read_words(path)
