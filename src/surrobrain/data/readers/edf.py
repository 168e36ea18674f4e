"""EDF, EDF+ and BDF: clinical EEG and SEEG."""

import warnings
from pathlib import Path

from surrobrain.data.found import damage_is_bad, reads
from surrobrain.lazy import need

__all__ = ["edf"]


@reads(".edf", ".bdf", content="raw")
def edf(path: Path) -> object:
    """Open an EDF or BDF file."""
    io = need("mne.io", extra="eeg")
    read = io.read_raw_bdf if path.suffix.lower() == ".bdf" else io.read_raw_edf
    with damage_is_bad(path, "EDF"), warnings.catch_warnings():
        # fewer records than announced means that the file was cut off, which is not a footnote
        warnings.filterwarnings("error", message=".*does not match the file size")
        return read(path, verbose="warning")
