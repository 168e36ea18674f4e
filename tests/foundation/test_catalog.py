"""Catalog: a new file is offered without any other edit."""

import sys
from pathlib import Path

import pytest

from surrobrain import catalog


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog of two parts; one of them must not be imported before it is named."""
    package = tmp_path / "shelf"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from surrobrain.catalog import on_demand\n__getattr__, __dir__ = on_demand(__name__)\n"
    )
    (package / "big_thing.py").write_text('__all__ = ["BigThing"]\nclass BigThing: ...\n')
    (package / "energy.py").write_text('__all__ = ["energy"]\ndef energy(): return 1\n')
    (package / "_hidden.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "shelf"]:
        monkeypatch.delitem(sys.modules, name)
    return "shelf"


def test_names_import_nothing(folder: str) -> None:
    assert catalog.names(folder) == ["big_thing", "energy"]
    assert "shelf.big_thing" not in sys.modules


@pytest.mark.parametrize("name", ["BigThing", "big_thing", "big-thing", "bigthing"])
def test_load_by_any_spelling(folder: str, name: str) -> None:
    assert catalog.load(folder, name).__name__ == "BigThing"  # pyright: ignore


def test_unknown_part_names_the_nearest(folder: str) -> None:
    with pytest.raises(ValueError, match="there is no shelf 'enrgy'; did you mean 'energy'"):
        catalog.load(folder, "enrgy")


def test_everything_maps_names_to_things(folder: str) -> None:
    parts = catalog.everything(folder)
    assert list(parts) == ["big_thing", "energy"]
    assert parts["energy"]() == 1  # pyright: ignore


def test_on_demand(folder: str) -> None:
    package = __import__(folder)
    assert package.BigThing.__name__ == "BigThing"
    assert "energy" in dir(package)
    assert not hasattr(package, "Nothing")
    with pytest.raises(AttributeError, match="did you mean 'big_thing'"):
        _ = package.BigThin
    assert not hasattr(package, "__path_of_nothing__")
