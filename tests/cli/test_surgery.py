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
