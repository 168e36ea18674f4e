import getpass
import json
import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from surrobrain import __version__, provenance


def test_environment_says_what_ran_and_not_who():
    found = provenance.environment()
    assert found["surrobrain"] == __version__
    assert found["packages"]["numpy"] == np.__version__
    assert "pytest" not in found["packages"]
    text = json.dumps(found)
    for private in (f'"{getpass.getuser()}"', f'"{platform.node()}"', f"{Path.home()}/"):
        assert private not in text


def test_the_commit_is_that_of_the_package_and_of_nothing_else(tmp_path):
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    package, stranger = tmp_path / "src", tmp_path / ".venv"
    for folder in (package, stranger):
        folder.mkdir()
        (folder / "__init__.py").touch()
    git("init")
    git("add", "src")
    git("commit", "-m", "first")
    assert provenance._commit(package) == git("rev-parse", "HEAD")
    assert provenance._commit(stranger) is None
    (package / "__init__.py").write_text("changed")
    assert provenance._commit(package) == git("rev-parse", "HEAD") + "-dirty"


def test_no_commit_outside_a_repository_or_without_git(tmp_path, monkeypatch):
    assert provenance._commit(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert provenance._commit(Path(provenance.__file__).parent) is None


def test_source_keeps_content_and_pseudonym_alone(tmp_path):
    file = tmp_path / "Miller" / "sub-A7" / "func" / "Miller_John_1970.nii.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"bold")
    found = provenance.source(file)
    assert found["subject"] == "sub-A7"
    assert found["suffix"] == ".gz"
    assert "Miller" not in json.dumps(found)


def test_source_of_a_folder_sees_names_and_content(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    first = provenance.source(tmp_path / "a")["sha256"]
    (tmp_path / "a" / "x").write_text("2")
    second = provenance.source(tmp_path / "a")["sha256"]
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert len({first, second, provenance.source(tmp_path / "a")["sha256"]}) == 3


def test_source_of_nothing_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        provenance.source(tmp_path / "absent.npz")


@pytest.mark.parametrize("text", ["1/s", "mV", "a/b", "x: y", "~", "sub-01", "/"])
def test_ordinary_text_is_not_taken_for_a_path(text):
    provenance.refuse_paths({"unit": text}, "config")


@pytest.mark.parametrize(
    "text", ["/home/miller/x", "~/x", "C:\\x", "d:/x", "\\\\server\\share", Path("/x/y")]
)
def test_paths_are_found_however_deep(text):
    with pytest.raises(ValueError, match=r"config\['a'\]\[1\]\['b'\] is a path"):
        provenance.refuse_paths({"a": [0, {"b": text}]}, "config")
