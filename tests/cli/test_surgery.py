"""``surrobrain surgery``: from a saved patient to a plan and a page."""

import json
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.runs import verify


@pytest.fixture
def patient(tmp_path, monkeypatch) -> sb.Network:
    monkeypatch.chdir(tmp_path)
    weights = np.zeros((3, 3))
    weights[1, 0] = 2.0
    network = sb.Network(
        Epileptor2D(x0=np.array([-1.6, -2.4, -3.65]), tau0=10.0), sb.Connectome(weights),
        coupling=1.0, observer=sb.observers.Identity(10_000.0), dt=1e-4, settle=0.0,
    )  # fmt: skip
    sb.save_model(network, "patient")
    return network


def test_a_saved_patient_is_operated_on(patient, capsys):
    typed = ["surgery", "patient", "--duration", "0.014", "--resected", "region_0", "--json"]
    assert main(typed) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["operations"][0]["what"] == "region_0"
    assert found["resection in the clinic"]["AUC"] == 1.0
    assert verify(found["folder"]) == []
    page = (Path(found["folder"]) / "report.html").read_text()
    assert "research software" in page


def test_a_posterior_on_disk_is_a_patient_too(patient, capsys):
    free = sb.FreeNetwork(patient, {"coupling": sb.priors.Uniform(0.5, 2.0)})
    draws = np.random.default_rng(0).normal(size=(40, 1))
    posterior = sb.Posterior(free, draws, sb.Inference("laplace"), {}, 0.0, 0.0, 0, ())
    sb.save_answer(posterior, "run/answer")
    assert main(["surgery", "run", "--duration", "0.014", "--runs", "10"]) == 0
    assert "region_0" in capsys.readouterr().out


def test_a_patient_at_rest_is_not_operated_on(patient, capsys):
    assert main(["surgery", "patient", "--duration", "0.0005", "--out", "new"]) == 3
    assert "no region seizes" in capsys.readouterr().err


GAIN = np.array([[1.0, 0.2, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 1.0], [0.3, 0.3, 0.3]])


def test_electrodes_are_seen_before_and_after(patient, capsys):
    np.save("gain.npy", GAIN)
    Path("contacts.txt").write_text("A1\nA2\nA3\nA4\n")
    typed = ["surgery", "patient", "--duration", "0.014", "--gain", str(Path("gain.npy").resolve())]
    assert main([*typed, "--contacts", "contacts.txt", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["SEEG"]["contacts"] == 4
    assert found["SEEG"]["sees"] == "power"
    assert found["SEEG"]["left"] < 0.2
    page = (Path(found["folder"]) / "report.html").read_text()
    assert "Simulated SEEG" in page
    assert "A1 moved most" in page


def test_a_gain_for_other_regions_is_refused_before_anything_runs(patient, capsys):
    np.save("gain.npy", GAIN[:, :2])
    typed = ["surgery", "patient", "--duration", "0.014", "--gain", "gain.npy", "--out", "new"]
    assert main(typed) == 3
    assert "the model has 3 regions" in capsys.readouterr().err
    assert not Path("new").exists()


def test_a_mask_on_an_atlas_is_compared_with_the_plan(patient, capsys):
    import nibabel

    labels = np.zeros((6, 4, 4), dtype=np.int16)
    labels[:2], labels[2:4], labels[4:] = 1, 2, 3
    mask = np.zeros((6, 4, 4), dtype=np.uint8)
    mask[:2] = 1
    mask[2:4, :3] = 1
    nibabel.Nifti1Image(labels, np.eye(4)).to_filename("atlas.nii.gz")
    nibabel.Nifti1Image(mask, np.eye(4)).to_filename("mask.nii.gz")
    rows = [f"{k + 1}\tregion_{k}" for k in range(3)]
    Path("atlas.tsv").write_text("\n".join(["index\tname", *rows]))
    typed = ["surgery", "patient", "--duration", "0.014", "--mask", "mask.nii.gz"]
    asked = [*typed, "--atlas", "atlas.nii.gz", "--outcome", "Engel I", "--json"]
    assert main(asked) == 0
    told = json.loads(capsys.readouterr().out)
    found = told["resection in the clinic"]
    assert found["resected"] == {"region_0": 1.0, "region_1": 0.75}
    assert found["both"] == ["region_0"]
    assert found["clinic alone"] == ["region_1"]
    assert found["AUC"] == 1.0
    assert found["Dice"] == 1.0
    by_name = {row["operation"]: row for row in found["operations"]}
    assert by_name["as it is"]["freedom"] == 0.0
    assert by_name["clinic"]["freedom"] == 1.0
    assert by_name["clinic"]["tissue"] == 2.0
    page = (Path(told["folder"]) / "report.html").read_text()
    assert "Engel I" in page
    assert "Plan and resection" in page
    assert "region_1 (75%)" in page
    assert main(typed) == 2
    assert "give both" in capsys.readouterr().err


def test_a_table_may_say_what_was_removed(patient, capsys):
    Path("clinic.csv").write_text("region,resected\nregion_1,1\nregion_2,0\nhippocampus,1\n")
    typed = ["surgery", "patient", "--duration", "0.014", "--resected-table", "clinic.csv"]
    assert main([*typed, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["resection in the clinic"]
    assert found["resected"] == {"region_1": 1.0}
    assert found["not in the model"] == ["hippocampus"]
    assert found["plan alone"] == ["region_0"]
    assert {row["operation"]: row["freedom"] for row in found["operations"]}["clinic"] == 0.0
    Path("clinic.csv").write_text("region,resected\nhippocampus,1\n")
    assert main(typed) == 3
    assert "none of 1 resected regions is in the model" in capsys.readouterr().err
    Path("clinic.csv").write_text("region,resected\nregion_1,yes\n")
    assert main(typed) == 3
    assert "line 2 of clinic.csv says 'yes'" in capsys.readouterr().err
    assert main([*typed, "--resected", "region_0"]) == 2
    assert "twice" in capsys.readouterr().err
