"""FIF: the format of MNE, mostly MEG."""

from pathlib import Path

from surrobrain.data.found import damage_is_bad, reads
from surrobrain.lazy import need

__all__ = ["fif"]


@reads(".fif", ".fif.gz", content="raw")
def fif(path: Path) -> object:
    """Open a raw FIF file."""
    io = need("mne.io", extra="eeg")
    with damage_is_bad(path, "raw FIF"):
        return io.read_raw_fif(path, on_split_missing="raise", verbose="warning")
