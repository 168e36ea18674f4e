"""Lazy names and optional packages."""

import sys
from pathlib import Path

import pytest

from surrobrain.errors import MissingDependency
from surrobrain.lazy import lazy_names, need


def test_names_load_on_use() -> None:
    get, listed, everything = lazy_names("pack", {"dumps": "json", "tool": "json:"})
    assert get("dumps") is sys.modules["json"].dumps
    assert get("tool") is sys.modules["json"]
    assert listed() == everything == ["dumps", "tool"]
    with pytest.raises(AttributeError, match="module 'pack' has no attribute 'other'"):
        get("other")


def test_missing_package_names_its_extra() -> None:
    with pytest.raises(MissingDependency, match=r"pip install 'surrobrain\[eeg\]'"):
        need("no_such_package.part", extra="eeg")


def test_a_package_that_lacks_something_itself_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text("import surely_not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="surely_not_installed") as caught:
        need("half_there", extra="eeg")
    assert not isinstance(caught.value, MissingDependency)
