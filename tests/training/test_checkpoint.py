import numpy as np
import pytest

from surrobrain.training.checkpoint import load_checkpoint, save_checkpoint

IDENTITY = {"model": "MLP", "options": {"rate": 0.1}, "shape": (3, 4)}


def test_round_trip(tmp_path):
    arrays = {"w": np.arange(6.0).reshape(2, 3), "n": np.float32([1.0])}
    path = save_checkpoint(tmp_path / "c.safetensors", arrays, {"identity": IDENTITY, "epoch": 3})
    found, record = load_checkpoint(path, identity=IDENTITY)
    assert record["epoch"] == 3
    for name, value in arrays.items():
        np.testing.assert_array_equal(found[name], value)
        assert found[name].dtype == value.dtype


def test_refuses_another_training_and_says_what_differs(tmp_path):
    path = save_checkpoint(tmp_path / "c.safetensors", {}, {"identity": IDENTITY})
    with pytest.raises(ValueError, match="model was MLP, now LinearVAR"):
        load_checkpoint(path, identity={**IDENTITY, "model": "LinearVAR"})


@pytest.mark.parametrize("content", [b"", b"not safetensors at all", bytes(100)])
def test_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "c.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a checkpoint that can be read"):
        load_checkpoint(path, identity=IDENTITY)
