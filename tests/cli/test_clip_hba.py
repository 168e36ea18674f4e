import json

import numpy as np
import pytest

from surrobrain.cli.main import main
from surrobrain.rsa import rdm, write_rdms
from tests.clip_hba.toys import judged
from tests.tiny_clip import folder_of, pictures, saved_model


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a model, images, judgments and the similarity of some objects."""
    monkeypatch.chdir(tmp_path)
    images = pictures(30)
    people = judged(images)
    folder_of(images, tmp_path / "images")
    saved_model(tmp_path / "model")
    lines = [",".join(["image", *people.prompts])]
    lines += [
        ",".join([f"{name}.png", *(f"{v:.4f}" for v in row)])
        for name, row in zip(people.names, people.values, strict=True)
    ]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    held_out = images.names[:8]
    (tmp_path / "held_out.txt").write_text("\n".join(held_out))
    write_rdms(tmp_path / "rdm.npz", rdm(people.pick(held_out).values, conditions=held_out))
    return tmp_path


BEHAVIOR = ["clip-hba", "behavior", "images", "people.csv", "--model", "model", "--rank", "4",
            "--held-out", "held_out.txt", "--out", "tuned", "--epochs", "2"]  # fmt: skip


def test_from_images_to_scores(project, capsys):
    assert main([*BEHAVIOR, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n_train"], told["n_validation"], told["n_held_out"]) == (18, 4, 8)
    assert (project / "tuned" / "card.json").exists()
    assert main(BEHAVIOR) == 0  # nothing is left to do
    assert "written to tuned" in capsys.readouterr().out
    score = ["clip-hba", "evaluate", "tuned", "images", "people.csv", "rdm.npz", "--draws", "20"]
    assert main([*score, "--unit", "0.01", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in scores["rows"]][-1] == "embedding itself"
    assert scores["rows"][-1]["similarity"] == pytest.approx(1.0)
    assert scores["n_seen"] == 0
    assert main([*score, "--out", "page.html"]) == 0
    page = (project / "page.html").read_text()
    assert "a perfect copy of the embedding would by" in page
    assert page.count("data:image/png") == 2
    assert "RDM (Spearman)" in capsys.readouterr().out


def test_the_published_recipe_and_half_precision(project, capsys):
    assert main([*BEHAVIOR, "--recipe", "published", "--half", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recipe"] == "published, changed"


def test_another_training_in_the_same_folder_is_refused(project, capsys):
    assert main([*BEHAVIOR, "--quiet"]) == 0
    assert main([*BEHAVIOR, "--seed", "3"]) == 3
    assert "belongs to another training" in capsys.readouterr().err


def test_what_is_missing_is_named(project, capsys):
    (project / "images" / "object_011.png").unlink()
    assert main(BEHAVIOR) == 3
    assert "have no image: object_011" in capsys.readouterr().err
    assert not (project / "tuned" / "card.json").exists()
    assert main(["clip-hba", "evaluate", "nothing", "images", "people.csv", "rdm.npz"]) == 3
    assert "nothing/card.json" in capsys.readouterr().err


def test_an_image_that_does_not_decode_is_named(project, capsys):
    (project / "images" / "object_011.png").write_bytes(np.arange(9).tobytes())
    assert main(BEHAVIOR) == 3
    assert "image object_011" in capsys.readouterr().err
    assert not list((project / "tuned").glob("*.*"))


def test_the_group_lists_its_commands(capsys):
    assert main(["clip-hba", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "behavior" in shown
    assert "evaluate" in shown
