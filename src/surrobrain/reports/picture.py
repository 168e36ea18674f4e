"""Picture: a drawn figure with the words that belong to it."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from surrobrain.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture"]


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
