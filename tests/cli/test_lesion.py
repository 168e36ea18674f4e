"""``surrobrain lesion``: what changes, as numbers and as a page."""

import json
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.runs import verify


def found(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_a_lesion_ends_in_the_numbers_of_what_if(rhythm, halves, capsys):
    pytest.importorskip("nilearn")
    typed = ["lesion", "brain", "--edge", "V1_L", "M1_L", "--duration", "1", "--seeds", "2"]
    assert main([*typed, "--surface", halves, "--seed", "4", "--json"]) == 0
    told = found(capsys)
    effect = sb.what_if(rhythm, lesion=[("V1_L", "M1_L")], duration=1.0, n_seeds=2, seed=4)
    assert told["regions"][0]["region"] == "M1_L"
    assert told["regions"][0]["change"] == pytest.approx(effect.response.max())
    assert told["intervention"] == "lesion: V1_L -> M1_L"
    assert verify(told["folder"]) == []
    page = (Path(told["folder"]) / "report.html").read_text()
    for part in ("Before and after", "Map of change", "Not on the surface: M1_L", "Research soft"):
        assert part in page


def test_a_side_can_be_cut_and_connections_weakened(rhythm, no_page, capsys):
    ways = ["--duration", "1", "--seeds", "2", "--json"]
    assert main(["lesion", "brain", "--hemisphere", "left", *ways]) == 0
    told = found(capsys)
    assert told["intervention"] == "lesion: V1_L, M1_L"
    silent = [row["region"] for row in told["regions"] if row["change"] is None]
    assert silent == ["V1_L", "M1_L"], "the silence of what is removed is no response"
    assert main(["lesion", "brain", "--region", "M1_L", "--scale", "0.5", *ways]) == 0
    weaker = found(capsys)
    assert weaker["intervention"] == "connections x 0.5 at M1_L"
    assert main(["lesion", "brain", "--region", "M1_L", "--shift", "a=2", *ways]) == 0
    assert found(capsys)["intervention"] == "a x 2 at M1_L"
    assert weaker["regions"][0]["region"] == "M1_L"


def test_every_region_in_turn_is_ranked(rhythm, no_page, capsys):
    assert main(["lesion", "brain", "--each", "--duration", "1", "--seeds", "2"]) == 0
    told = capsys.readouterr().out
    assert "each region removed" in told
    assert told.splitlines()[3].startswith("V1_L"), "it drives all others"
    assert "rank correlation with strength" in told


def test_a_mask_removes_what_lies_inside(rhythm, no_page, capsys, tmp_path):
    from nibabel import Nifti1Image, save

    labels = np.zeros((4, 4, 4), dtype=np.int16)
    labels[0], labels[1] = 1, 2
    save(Nifti1Image(labels, np.eye(4)), "atlas.nii.gz")
    Path("atlas.tsv").write_text("index\tname\n1\tM1_L\n2\tM1_R\n")
    save(Nifti1Image((labels == 1).astype(np.uint8), np.eye(4)), "mask.nii.gz")
    ways = ["--duration", "1", "--seeds", "2", "--json"]
    assert main(["lesion", "brain", "--mask", "mask.nii.gz", "--atlas", "atlas.nii.gz", *ways]) == 0
    assert found(capsys)["intervention"] == "lesion: M1_L"
    assert main(["lesion", "brain", "--mask", "mask.nii.gz", *ways]) == 2


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ([], 2, "nothing is cut"),
        (["--region", "V1"], 3, "V1"),
        (["--region", "V1_L", "--surface", "none.npy"], 3, "none.npy"),
    ],
)
def test_what_cannot_be_done_leaves_no_folder(rhythm, capsys, typed, code, said):
    assert main(["lesion", "brain", "--duration", "1", "--out", "new", *typed]) == code
    assert said in capsys.readouterr().err
    assert not Path("new").exists()


def test_an_interrupted_run_goes_on_and_a_finished_one_is_left_alone(
    rhythm, no_page, capsys, monkeypatch
):
    typed = ["lesion", "brain", "--each", "--duration", "1", "--seeds", "2", "--out", "new"]
    with monkeypatch.context() as broken:
        broken.setattr("surrobrain.runs.Run.finish", lambda self: 1 / 0)
        assert main(typed) != 0
    assert main([*typed, "--seed", "1"]) == 3, "of another configuration"
    assert main(typed) == 0
    assert verify("new") == []
    assert main(typed) == 3
    assert "holds a finished run" in capsys.readouterr().err
