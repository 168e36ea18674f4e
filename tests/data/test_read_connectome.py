"""Connectomes from arrays, files and the zip of The Virtual Brain."""

import importlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from surrobrain.data.read_connectome import read_connectome
from surrobrain.errors import BadRecording

WEIGHTS = np.array([[0.0, 2.0, 0.0], [1.0, 0.5, 4.0], [0.0, 3.0, 0.0]])
LENGTHS = np.array([[0.0, 20.0, 50.0], [20.0, 0.0, 40.0], [50.0, 40.0, 0.0]])


def text(matrix: np.ndarray) -> str:
    return "\n".join(" ".join(f"{value:.17g}" for value in row) for row in matrix)


def save_zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_array_and_names() -> None:
    connectome = read_connectome(WEIGHTS, lengths=LENGTHS, names=["a", "b", "c"])
    np.testing.assert_array_equal(connectome.weights, WEIGHTS)
    assert connectome.names == ("a", "b", "c")


def test_only_what_is_given_is_used(tmp_path: Path) -> None:
    np.save(tmp_path / "sc.npy", WEIGHTS)
    np.save(tmp_path / "lengths_mm.npy", LENGTHS)
    assert read_connectome(tmp_path / "sc.npy").lengths is None
    given = read_connectome(tmp_path / "sc.npy", lengths=tmp_path / "lengths_mm.npy")
    np.testing.assert_array_equal(given.lengths, LENGTHS)


def test_npz_with_usual_names(tmp_path: Path) -> None:
    names = np.array(["a", "b", "c"])
    np.savez(tmp_path / "x.npz", weights=WEIGHTS, lengths=LENGTHS, names=names)
    connectome = read_connectome(tmp_path / "x.npz")
    np.testing.assert_array_equal(connectome.lengths, LENGTHS)
    assert connectome.names == ("a", "b", "c")


def test_npz_with_several_matrices_asks(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", SC=WEIGHTS, D=LENGTHS)
    with pytest.raises(ValueError, match=r"SC \(3, 3\), D \(3, 3\).*which='SC'"):
        read_connectome(tmp_path / "x.npz")
    connectome = read_connectome(tmp_path / "x.npz", which="SC", lengths="D")
    np.testing.assert_array_equal(connectome.lengths, LENGTHS)


@pytest.mark.parametrize("separator", [",", "\t", " "])
def test_plain_text(tmp_path: Path, separator: str) -> None:
    np.savetxt(tmp_path / "sc.txt", WEIGHTS, delimiter=separator)
    np.testing.assert_array_equal(read_connectome(tmp_path / "sc.txt").weights, WEIGHTS)


def test_what_is_no_connectome(tmp_path: Path) -> None:
    np.save(tmp_path / "bold.npy", np.zeros((3, 5)))
    with pytest.raises(ValueError, match=r"holds no square matrix, only values \(3, 5\)"):
        read_connectome(tmp_path / "bold.npy")
    (tmp_path / "x.edf").write_bytes(b"0")
    with pytest.raises(BadRecording, match="not a connectome; use read"):
        read_connectome(tmp_path / "x.edf")
    with pytest.raises(FileNotFoundError, match=r"did you mean 'bold\.npy'"):
        read_connectome(tmp_path / "bol.npy")
    with pytest.raises(TypeError, match="cannot read a list"):
        read_connectome([[1.0]])
    np.save(tmp_path / "nan.npy", np.full((2, 2), np.nan))
    with pytest.raises(BadRecording, match="weights must be finite"):
        read_connectome(tmp_path / "nan.npy")


@pytest.mark.parametrize("folder", ["", "connectivity_3/"])
def test_tvb_zip(tmp_path: Path, folder: str) -> None:
    members = {
        "weights.txt": text(WEIGHTS),
        "tract_lengths.txt": text(LENGTHS),
        "centres.txt": "rA1 1.0 2.0 3.0\nrA2 1.0 2.0 4.0\nlA1 0 0 0\n",
        "cortical.txt": "1\n1\n1\n",
        "info.txt": "words that no one reads",
    }
    path = save_zip(tmp_path / "c.zip", {folder + name: t for name, t in members.items()})
    connectome = read_connectome(path)
    np.testing.assert_array_equal(connectome.weights, WEIGHTS)
    np.testing.assert_array_equal(connectome.lengths, LENGTHS)
    assert connectome.names == ("rA1", "rA2", "lA1")
    assert list(tmp_path.iterdir()) == [path]  # nothing is unpacked


def test_tvb_zip_of_weights_alone(tmp_path: Path) -> None:
    connectome = read_connectome(save_zip(tmp_path / "c.zip", {"weights.txt": text(WEIGHTS)}))
    assert connectome.lengths is None
    assert connectome.names == ("region_0", "region_1", "region_2")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"tract_lengths.txt": "1"}, r"holds no weights\.txt, only tract_lengths\.txt"),
        ({"../weights.txt": "1"}, "points outside itself"),
        ({"a/../../weights.txt": "1"}, "points outside itself"),
        ({"/etc/weights.txt": "1"}, "points outside itself"),
        ({"..\\weights.txt": "1"}, "points outside itself"),
        ({"C:\\weights.txt": "1"}, "points outside itself"),
        ({f"{k}.txt": "1" for k in range(101)}, "has 101 members"),
        ({"weights.txt": "1 2\n3 x\n"}, "cannot be read as a TVB connectivity zip"),
        ({"weights.txt": "1 2\n3\n"}, "cannot be read as a TVB connectivity zip"),
        ({"weights.txt": ""}, "cannot be read as|square"),
        ({"weights.txt": "0 1\n1 0", "centres.txt": "a 1 2 3\n"}, "1 different names arrived"),
        ({"weights.txt": "0 1\n1 0", "tract_lengths.txt": "0"}, "lengths has shape"),
    ],
)
@pytest.mark.usefixtures("as_users_call")
def test_bad_tvb_zips(tmp_path: Path, members: dict[str, str], message: str) -> None:
    path = save_zip(tmp_path / "c.zip", members)
    with pytest.raises(BadRecording, match=message):
        read_connectome(path)


def test_compression_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = save_zip(tmp_path / "c.zip", {"weights.txt": "0 " * 5000})
    announced = (135_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace((10_000).to_bytes(4, "little"), announced))
    with pytest.raises(BadRecording, match=r"would unpack to 135 MB; the limit is 134 MB"):
        read_connectome(path)


def test_bomb_that_lies_about_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("surrobrain.data.readers.tvb_zip")
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    path = save_zip(tmp_path / "c.zip", {"weights.txt": "0 " * 5000})
    content, size = path.read_bytes(), (10_000).to_bytes(4, "little")
    assert content.count(size) == 2  # local header and table of contents
    path.write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(BadRecording, match=r"cannot be read as|more than it announces"):
        read_connectome(path)


def test_cut_off_zip(tmp_path: Path) -> None:
    path = save_zip(tmp_path / "c.zip", {"weights.txt": text(WEIGHTS)})
    content = path.read_bytes()
    for share in np.linspace(0, 0.98, 20):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(BadRecording):
            read_connectome(path)


@pytest.mark.parametrize(("folder", "n"), [("connectivity_76", 76), ("connectivity_68", 68)])
def test_real_tvb_connectivity(
    tmp_path: Path, shared: Callable[[str], Path], folder: str, n: int
) -> None:
    place = shared("connectomes/tvb") / folder
    regions = place / "regions.csv"
    direct = read_connectome(
        place / "weights.npy", lengths=place / "tract_lengths_mm.npy", names=regions
    )
    assert direct.n_regions == n
    assert direct.lengths is not None
    centres = "\n".join(f"{name} 0 0 0" for name in direct.names)
    members = {
        "weights.txt": text(direct.weights),
        "tract_lengths.txt": text(direct.lengths),
        "centres.txt": centres,
    }
    zipped = read_connectome(save_zip(tmp_path / "c.zip", members))
    np.testing.assert_array_equal(zipped.weights, direct.weights)
    np.testing.assert_array_equal(zipped.lengths, direct.lengths)
    assert zipped.names == direct.names
    assert direct.symmetric == (n == 68)
