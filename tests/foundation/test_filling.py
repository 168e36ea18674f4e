import numpy as np
import pytest

from surrobrain.files import filling, scratch


def test_a_file_filled_in_pieces_is_whole_or_absent(tmp_path):
    target = tmp_path / "movie.npy"
    with filling(target, shape=(3, 4), dtype=np.float32) as values:
        for k in range(3):
            values[k] = k
        assert not target.exists()
    assert np.array_equal(np.load(target), np.repeat([[0.0], [1], [2]], 4, axis=1))

    def fail() -> None:
        with filling(target, shape=(2, 2), dtype=np.float32):
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert np.load(target).shape == (3, 4)
    assert [p.name for p in tmp_path.iterdir()] == ["movie.npy"]


def test_a_scratch_array_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    values = scratch((2, 3), np.float32)
    values[:] = 7
    assert values.sum() == 42
    assert list(tmp_path.iterdir()) == []
