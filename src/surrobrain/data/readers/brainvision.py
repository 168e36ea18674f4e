"""BrainVision: a header (.vhdr) with its signals (.eeg) and markers (.vmrk) beside it."""

from pathlib import Path

from surrobrain.data.found import damage_is_bad, reads
from surrobrain.errors import BadRecording
from surrobrain.lazy import need

__all__ = ["brainvision"]


@reads(".vhdr", content="raw")
def brainvision(path: Path) -> object:
    """Open a BrainVision header and the files it names."""
    io = need("mne.io", extra="eeg")
    with damage_is_bad(path, "BrainVision"):
        raw = io.read_raw_brainvision(path, verbose="warning")
        signals = Path(raw.filenames[0])
        binary = "DataFormat=ASCII" not in path.read_text(encoding="latin-1")
    # the header does not say how long the recording is, but every sample must be whole
    frames = raw.n_times * len(raw.ch_names)
    if frames == 0 or (binary and signals.stat().st_size % frames):
        raise BadRecording(f"{signals.name} ends in the middle of a sample; copy it again")
    return raw
