import json

import numpy as np
import pytest

from surrobrain import rsa
from surrobrain.cli.main import main
from tests.tiny_clip import PROMPTS, folder_of, pictures, saved_model

TIMES = np.round(np.arange(-0.1, 0.3, 0.1), 3)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a model, images, prompts and the RDM movies of four persons."""
    monkeypatch.chdir(tmp_path)
    images = pictures(24)
    folder_of(images, tmp_path / "images")
    saved_model(tmp_path / "model")
    (tmp_path / "prompts.txt").write_text("\n".join(PROMPTS))
    (tmp_path / "held_out.txt").write_text("\n".join(images.names[:8]))
    rng = np.random.default_rng(0)
    shared = rng.uniform(size=(4, 276))
    for who in ("A", "B", "C", "D"):
        values = (shared + 0.5 * rng.uniform(size=shared.shape)).astype(np.float32)
        rsa.write_rdms(f"{who}.npz", rsa.RDMs(values, images.names, times=TIMES))
    return tmp_path


QUICK = ["--epochs", "2", "2", "--batch", "8", "--rank", "2", "--held-out", "held_out.txt"]
MEG = ["clip-hba", "meg", "images", "A.npz", "B.npz", "--model", "model", "--prompts",
       "prompts.txt", "--out", "group", *QUICK]  # fmt: skip
PERSON = ["clip-hba", "person", "group", "images", "C.npz", "D.npz", "--model", "model", "--out",
          "persons", *QUICK]  # fmt: skip


def test_from_movies_to_models_of_persons(project, capsys):
    assert main([*MEG, "--validate-on", "B", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["persons"], told["validation_persons"], told["n_times"]) == (["A"], ["B"], 4)
    assert set(told["held_out"]) == {"start, last layer", "tuned"}
    assert len(told["ceiling"]) == 2
    before = (project / "group" / "time.safetensors").read_bytes()
    assert main([*MEG, "--validate-on", "B"]) == 0  # nothing is left to do
    assert "written to group" in capsys.readouterr().out
    assert (project / "group" / "time.safetensors").read_bytes() == before
    assert main([*PERSON, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["persons"] == ["C", "D"]
    assert np.shape(told["similarity"]) == (4, 2)
    page = (project / "persons" / "report.html").read_text()
    assert "Own models against others" in page
    assert main(PERSON) == 0
    assert "best predicted by the own model" in capsys.readouterr().out


def test_all_three_stages_from_files(project, capsys):
    images = pictures(24)
    rows = np.random.default_rng(0).uniform(0, 9, size=(24, len(PROMPTS)))
    lines = [",".join(["image", *PROMPTS])]
    lines += [f"{n}.png," + ",".join(map(str, r)) for n, r in zip(images.names, rows, strict=True)]
    (project / "people.csv").write_text("\n".join(lines))
    assert main(["clip-hba", "behavior", "images", "people.csv", "--model", "model", "--rank", "2",
                 "--out", "tuned", "--epochs", "1", "--held-out", "held_out.txt"]) == 0  # fmt: skip
    assert main([*MEG[:5], "--model", "model", "--behavior", "tuned", *MEG[9:]]) == 0
    capsys.readouterr()
    assert main([*PERSON, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["baselines"] == ["group", "start of the group, last layer"]


def test_published_for_a_group_and_one_person(project, capsys):
    assert main([*MEG, "--recipe", "published", "--quiet"]) == 0
    assert main(["clip-hba", "person", "group", "images", "C.npz", "--model", "model", "--out",
                 "C", "--recipe", "published person", *QUICK, "--quiet"]) == 0  # fmt: skip
    assert "models of C" in capsys.readouterr().out


def test_matlab_files_without_times_are_told_theirs(project, capsys):
    from scipy.io import savemat

    movie = rsa.read_rdms("A.npz")
    savemat("E.mat", {"rdm": movie.square().astype(np.float64)})
    names = "\n".join(movie.conditions)
    (project / "names.txt").write_text(names)
    call = ["clip-hba", "meg", "images", "E.mat", "--model", "model", "--prompts", "prompts.txt",
            "--out", "E", "--conditions", "names.txt", *QUICK]  # fmt: skip
    assert main(call) == 3
    assert "without times; say --sfreq" in capsys.readouterr().err
    assert main([*call, "--sfreq", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["persons"] == ["E"]


def test_epochs_become_movies_with_reliability(project, capsys):
    import mne

    names = pictures(24).names
    rng = np.random.default_rng(0)
    for who in ("P", "Q"):
        shown = np.tile(np.arange(24), 4)
        patterns = rng.normal(size=(24, 5, 1))
        values = 1e-6 * (patterns[shown] + rng.normal(size=(96, 5, 5)))
        events = np.stack([np.arange(96), np.zeros(96, int), shown + 1], axis=1)
        ids = {name: k + 1 for k, name in enumerate(names)}
        info = mne.create_info(5, 20.0, "eeg")
        epochs = mne.EpochsArray(
            values, info, events, tmin=-0.1, event_id=ids, verbose="error", baseline=None
        )
        epochs.save(f"{who}-epo.fif", verbose="error")
    assert main([*MEG[:3], "P-epo.fif", "Q-epo.fif", *MEG[5:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_times"] == 5
    assert main(["clip-hba", "person", "group", "images", "P-epo.fif", "Q-epo.fif", "--model",
                 "model", "--out", "persons", *QUICK]) == 0  # fmt: skip
    assert "own over reliability" in (project / "persons" / "report.html").read_text()


def test_bad_input_is_named_and_nothing_is_written(project, capsys):
    movie = rsa.read_rdms("B.npz")
    rsa.write_rdms("short.npz", movie.pick(movie.conditions[:20]))
    assert main([*MEG[:3], "A.npz", "short.npz", *MEG[5:]]) == 3
    assert "short" in capsys.readouterr().err
    (project / "held_out.txt").write_text("nobody")
    assert main(MEG) == 3
    assert "lacks held-out images: nobody" in capsys.readouterr().err
    assert main(["clip-hba", "meg", "images", "A.npz", "--out", "group"]) == 2
    assert "give --behavior, or --prompts" in capsys.readouterr().err
    assert not (project / "group").exists()
    (project / "images" / "object_013.png").write_bytes(b"no picture")
    (project / "held_out.txt").write_text("\n".join(movie.conditions[:8]))
    assert main(MEG) == 3
    assert "object_013" in capsys.readouterr().err
    assert not (project / "group" / "card.json").exists()


@pytest.mark.slow
def test_the_demonstration(tmp_path, capsys):
    assert (
        main(["clip-hba", "demo", "--cache", str(tmp_path), "--out", str(tmp_path), "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["n_identified"] == told["n_persons"] == 4
    assert "http" not in (tmp_path / "report.html").read_text().split("<body")[1]
