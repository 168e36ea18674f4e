"""Generated loops are kept where asked, under the name of their content."""

from pathlib import Path

import pytest

from surrobrain.mechanistic.kernels import cache

SOURCE = "def run():\n    return 42\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURROBRAIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_loaded", {})
    return tmp_path / "cache"


def test_source_is_kept_and_found_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.compiled(SOURCE, "answer")() == 42
    (kept,) = (folder / "kernels").glob("answer_*.py")
    assert kept.read_text() == SOURCE
    monkeypatch.setattr(cache, "_loaded", {})
    stamp = kept.stat().st_mtime_ns
    assert cache.compiled(SOURCE, "answer")() == 42
    assert kept.stat().st_mtime_ns == stamp
    assert cache.compiled(SOURCE.replace("42", "43"), "answer")() == 43


def test_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="SURROBRAIN_CACHE"):
        cache.compiled(SOURCE + "\n", "answer")
