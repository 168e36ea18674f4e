"""Every file format: tagged, alone with its endings, and calm about files it cannot read."""

from pathlib import Path
from typing import get_args

import pytest

from surrobrain import catalog
from surrobrain.data.found import FORMATS, Content, opener
from surrobrain.errors import BadRecording

READERS = catalog.everything(FORMATS)
ENDINGS = [suffix for reader in READERS.values() for suffix in reader.suffixes]


@pytest.mark.parametrize("name", READERS)
def test_tags(name: str) -> None:
    reader = READERS[name]
    assert reader.content in get_args(Content)
    assert reader.suffixes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in reader.suffixes)


def test_every_ending_belongs_to_one_reader() -> None:
    assert len(set(ENDINGS)) == len(ENDINGS)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("content", [b"", b"\x00\x01\xff" * 99])
def test_what_cannot_be_read_is_named(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"scan{ending}"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=r"scan\."):
        opener(path)(path)
