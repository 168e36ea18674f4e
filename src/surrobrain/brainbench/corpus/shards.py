"""Documents as lines of JSON in compressed files."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from surrobrain.brainbench.corpus.document import Document, document_of, record_of
from surrobrain.files import write_bytes
from surrobrain.lazy import need

__all__ = ["line_of", "read_shard", "write_shard"]


def line_of(document: Document) -> bytes:
    """Return a document as one line of JSON in UTF-8."""
    return json.dumps(record_of(document), ensure_ascii=False).encode() + b"\n"


def write_shard(path: Path, lines: Iterable[bytes]) -> str:
    """Write lines compressed, whole or not at all, and return the sha256 of the file."""
    zstandard = need("zstandard", extra="corpus")
    content = zstandard.ZstdCompressor(level=9).compress(b"".join(lines))
    write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()


def read_shard(path: Path, *, sha256: str) -> Iterator[Document]:
    """Yield the documents of a file.

    Raises
    ------
    ValueError
        The file is absent, or not the one whose sha256 is stated.
    """
    zstandard = need("zstandard", extra="corpus")
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        state = "changed since it was written" if content else "missing"
        raise ValueError(f"{path.name} is {state}; write the corpus again")
    text = zstandard.ZstdDecompressor().decompress(content)
    for line in text.split(b"\n"):
        if line:
            yield document_of(json.loads(line))
