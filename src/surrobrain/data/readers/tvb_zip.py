"""Connectivity zip of The Virtual Brain, read in memory and never unpacked to disk."""

import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from surrobrain.data.connectome import Connectome
from surrobrain.data.found import damage_is_bad, reads
from surrobrain.data.readers.table import split_rows
from surrobrain.errors import BadRecording

__all__ = ["tvb_zip"]

MOST_MEMBERS = 100
MOST_BYTES = 128 * 2**20  # unpacked, per member: 2000 regions in full precision need 100 MB


@reads(".zip", content="connectome")
def tvb_zip(path: Path) -> Connectome:
    """Read weights.txt, tract_lengths.txt (mm) and the names in centres.txt.

    Rows are targets and columns are sources, as everywhere in this package. Members other
    than these three are not opened.

    Raises
    ------
    BadRecording
        The archive is damaged, unsafe, too large unpacked, or holds no weights.
    """
    with damage_is_bad(path, "a TVB connectivity zip"), zipfile.ZipFile(path) as archive:
        members = _checked(archive, path)
        if "weights" not in members:
            raise BadRecording(
                f"{path.name} holds no weights.txt, only {', '.join(archive.namelist()[:5])}; "
                "a TVB connectivity zip needs weights.txt and may have tract_lengths.txt, "
                "centres.txt"
            )
        weights = _matrix(archive, members["weights"])
        lengths = names = None
        if "tract_lengths" in members:
            lengths = _matrix(archive, members["tract_lengths"])
        if centres := members.get("centres") or members.get("centers"):
            names = [row[0] for row in split_rows(_text(archive, centres))]
        return Connectome(weights, lengths, names or ())


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Judge the table of contents before a single byte is unpacked."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BadRecording(
            f"{path.name} has {len(members)} members; a connectivity has under {MOST_MEMBERS}"
        )
    for member in members:
        inner = PurePosixPath(member.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in member.filename:
            raise BadRecording(
                f"{path.name} has a member that points outside itself ({member.filename!r}); "
                "do not trust this file"
            )
        if member.file_size > MOST_BYTES:
            raise BadRecording(
                f"{member.filename} in {path.name} would unpack to {member.file_size / 1e6:.0f} "
                f"MB; the limit is {MOST_BYTES / 1e6:.0f} MB"
            )
    texts = {PurePosixPath(m.filename.replace("\\", "/")): m for m in members}
    return {inner.stem.lower(): m for inner, m in texts.items() if inner.suffix == ".txt"}


def _text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with archive.open(member) as stream:
        content = stream.read(MOST_BYTES + 1)  # the size in the table of contents may be a lie
    if len(content) > MOST_BYTES:
        raise BadRecording(f"{member.filename} unpacks to more than it announces; do not trust it")
    return content.decode("utf-8-sig")


def _matrix(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    return np.array(split_rows(_text(archive, member)), dtype=np.float64)
