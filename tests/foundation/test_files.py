"""Writing is whole or absent, also on a full disk."""

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from surrobrain import files

FULL_DISK = """
import errno, pathlib, resource, signal, sys
from surrobrain import files
folder = pathlib.Path(sys.argv[1])
files.write_text(folder / "old.txt", "the old content")
{limit}
for target in ("old.txt", "new.txt"):
    try:
        files.write_bytes(folder / target, bytes(10_000_000))
    except OSError as error:
        print(errno.errorcode[error.errno])
print(sorted(p.name for p in folder.iterdir()), (folder / "old.txt").read_text())
"""


def test_content_comes_back(tmp_path: Path) -> None:
    assert files.write_bytes(tmp_path / "a", b"x\x00y").read_bytes() == b"x\x00y"
    assert files.write_text(tmp_path / "b", "µV").read_text(encoding="utf-8") == "µV"
    content = {"a": [1, 2.5, None], "b": "é"}
    assert json.loads(files.write_json(tmp_path / "c", content).read_text()) == content
    values = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(np.load(files.write_npy(tmp_path / "d.npy", values)), values)
    back = load_file(files.write_arrays(tmp_path / "e.safetensors", {"w": values.T}, {"k": "v"}))
    np.testing.assert_array_equal(back["w"], values.T)


def test_folders_are_made(tmp_path: Path) -> None:
    assert files.write_text(tmp_path / "a" / "b" / "c.txt", "x").exists()


def test_nothing_else_is_left(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.txt", "one")
    files.write_text(tmp_path / "a.txt", "two")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "two"


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        path = files.write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object()])
def test_json_that_is_none(tmp_path: Path, bad: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        files.write_json(tmp_path / "a.json", {"x": bad})
    assert list(tmp_path.iterdir()) == []


def test_objects_are_not_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle=False"):
        files.write_npy(tmp_path / "a.npy", np.array([{}], dtype=object))
    assert list(tmp_path.iterdir()) == []


def test_sha256(tmp_path: Path) -> None:
    path = files.write_bytes(tmp_path / "a", b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.sha256(path) == known


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_any_step_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    files.write_text(tmp_path / "a.txt", "old")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "the disk broke")

    monkeypatch.setattr(files.os, step, fail)
    with pytest.raises(OSError, match="the disk broke"):
        files.write_text(tmp_path / "a.txt", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    contents = [bytes([k]) * 200_000 for k in range(2)]
    files.write_bytes(path, contents[0])
    seen, done = [], threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(path.read_bytes())

    reader = threading.Thread(target=watch)
    reader.start()
    for k in range(40):
        files.write_bytes(path, contents[k % 2])
    done.set()
    reader.join()
    assert seen
    assert all(content in contents for content in seen)


def run(command: list[str], script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_file_size_limit_leaves_nothing_half_written(tmp_path: Path) -> None:
    limit = (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))"
    )
    done = run([], FULL_DISK.format(limit=limit), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["EFBIG", "EFBIG", "['old.txt'] the old content"]


def test_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    mount = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"'
    isolated = [str(unshare), "--user", "--map-root-user", "--mount", "sh", "-c", mount]
    command = [*isolated, str(tmp_path)]
    if (
        not unshare
        or subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system does not let a test mount a small disk of its own")
    done = run(command, FULL_DISK.format(limit=""), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ENOSPC", "ENOSPC", "['old.txt'] the old content"]
