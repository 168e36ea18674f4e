"""Picture: a drawn figure with the words that belong to it, or the reason why there is none."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from surrobrain.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "Undrawn", "drawn"]


@dataclass(frozen=True, eq=False)
class Picture:
    """A matplotlib figure, what it shows, and what to look at.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    title : str
        What it is, in a few words.
    caption : str
        What to look at, in plain words.
    alt : str
        What a reader who cannot see it should know, numbers included.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> Picture(Figure(), "Signals", "Look at the slow waves.", "Two lines.").png()[1:4]
    b'PNG'
    """

    figure: "Figure"
    title: str
    caption: str
    alt: str

    def png(self, *, dpi: int = 150) -> bytes:
        """Return the drawing as a PNG file, the same bytes for the same drawing."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        stream = io.BytesIO()
        FigureCanvasAgg(self.figure)
        self.figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
        return stream.getvalue()

    def save(self, path: str | Path, *, dpi: int = 300) -> Path:
        """Write the drawing as a PNG file for a paper or a talk."""
        return write_bytes(path, self.png(dpi=dpi))


@dataclass(frozen=True)
class Undrawn:
    """Stands where a picture would, and says why there is none; made by `drawn`.

    Parameters
    ----------
    title : str
        What would have been drawn.
    reason : str
        What the data lack.
    """

    title: str
    reason: str

    def in_words(self) -> str:
        """Return the sentence that takes the place of the picture."""
        return f"{self.title} could not be drawn: {self.reason}."


def drawn(title: str, draw: Callable[[], Picture]) -> Picture | Undrawn:
    """Draw, or say why these data cannot be drawn, so that no report is lost over a figure.

    Parameters
    ----------
    title : str
        What is drawn, for the sentence that stands in for it.
    draw : function without arguments
        Returns the picture. Its ValueError, by which a figure refuses data, becomes the sentence;
        every other error is a mistake in a program and is raised.

    Examples
    --------
    >>> from surrobrain import Recording
    >>> from surrobrain.reports.figures.spectra import spectra
    >>> import numpy as np
    >>> short = Recording(np.random.default_rng(0).normal(size=(6, 2)), sfreq=1.0)
    >>> drawn("Power spectra", lambda: spectra(short, short)).in_words()
    'Power spectra could not be drawn: no stretch without a missing sample has 8 samples.'
    """
    try:
        return draw()
    except ValueError as error:
        return Undrawn(title, str(error))
