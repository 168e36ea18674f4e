import json

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.training.options import Training


@pytest.fixture
def model():
    recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), 2.0, modality="EEG")
    return sb.fit(sb.MLP(3, hidden=4), recording, training=Training(epochs=1)).model


@pytest.fixture
def folder(model, tmp_path):
    return sb.save_model(model, tmp_path / "model")


def test_round_trip_is_exact(model, folder):
    loaded = sb.load_model(folder)
    np.testing.assert_array_equal(loaded.run(30, seed=2).values, model.run(30, seed=2).values)
    assert (loaded.names, loaded.sfreq, loaded.modality) == (model.names, 2.0, "EEG")
    assert repr(loaded) == repr(model)


def change(folder, **entries):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def test_unknown_class_is_refused(folder):
    change(folder, **{"class": "Surogate"})
    with pytest.raises(ValueError, match="did you mean 'Surrogate'"):
        sb.load_model(folder)


def test_newer_format_is_refused(folder):
    change(folder, format=99)
    with pytest.raises(ValueError, match="format 99"):
        sb.load_model(folder)


def test_other_shapes_are_refused(folder):
    config = json.loads((folder / "model.json").read_text())["config"]
    config["arguments"]["hidden"] = 5
    change(folder, config=config)
    with pytest.raises(ValueError, match=r"should have shape \(5, 9\), but \(4, 9\)"):
        sb.load_model(folder)


def test_damaged_weights_are_refused(folder):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or mixed up"):
        sb.load_model(folder)


def test_damaged_description_is_refused(folder):
    (folder / "model.json").write_text("{")
    with pytest.raises(ValueError, match="does not describe a model"):
        sb.load_model(folder)


def test_absent_file_is_named(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        sb.load_model(folder)


def test_nothing_half_written_when_the_disk_is_full(model, folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        sb.save_model(model, folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_own_architecture_outside_the_catalog_is_refused(model, tmp_path):
    from dataclasses import replace

    class Mine(sb.MLP):
        pass

    with pytest.raises(ValueError, match="Mine is not in the catalog"):
        sb.save_model(replace(model, architecture=Mine(3, hidden=4)), tmp_path)
