"""``surrobrain analyze``: a node, a network and a learned model as dynamical systems."""

import json
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.runs import verify


def test_a_network_is_told_from_end_to_end(rhythm, halves, capsys):
    pytest.importorskip("nilearn")
    typed = ["analyze", "brain", "--starts", "20", "--duration", "1", "--surface", halves]
    typed += ["--follow", "a=-5:5", "--vary", "a=-5:5:2", "--vary", "coupling=0:1:2", "--json"]
    assert main(typed) == 0
    told = json.loads(capsys.readouterr().out)
    assert [point["kind"] for point in told["fixed points"]] == ["stable focus"]
    assert told["Lyapunov exponents"]["exponents"][0] == pytest.approx(-5.0, rel=0.05)
    first = told["continuation"]["bifurcations"][0]
    assert (first["kind"], first["frequency"]) == ("Hopf", pytest.approx(10.0))
    assert told["profile"]["output hubs"][0] == "V1_L"
    assert told["phase map"]["points"] == 4
    assert told["left out"] == {}
    folder = Path(told["folder"])
    assert verify(folder) == []
    assert np.load(folder / "fixed_points.npy").shape == (1, 8)
    page = (folder / "report.html").read_text()
    for part in ("Fixed points", "Lyapunov", "Bifurcations over a", "Behavior over a and coup",
                 "Network profile", "Map of average controllability"):  # fmt: skip
        assert part in page


def test_a_node_is_one_region_alone(tmp_path, monkeypatch, no_page, capsys):
    monkeypatch.chdir(tmp_path)
    typed = ["analyze", "jansen_rit", "--follow", "p=350:80", "--exponents", "0", "--starts", "9"]
    assert main([*typed, "--sfreq", "1000"]) == 0
    told = capsys.readouterr().out
    assert "Hopf at 315.69" in told
    assert "profile" not in told


@pytest.mark.slow
def test_a_learned_model_is_one_too_and_what_does_not_apply_is_said(rhythm, no_page, capsys):
    recording = sb.simulate(rhythm, duration=4.0)
    sb.save_model(sb.fit(sb.LinearVAR(4), recording).model, "learned")
    assert main(["analyze", "learned", "--duration", "1", "--starts", "9", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["fixed points"]) == 1
    assert told["Lyapunov exponents"]["exponents"][0] < 0
    assert told["profile"]["output hubs"]
    assert main(["analyze", "learned", "--vary", "a=0:1:2"]) == 3
    assert "--follow REGION=FROM:TO" in capsys.readouterr().err


def test_tracts_that_delay_are_left_out_with_the_reason(rhythm, no_page, capsys):
    weights = np.array([[0.0, 1.0], [1.0, 0.0]])
    np.savez("sc.npz", weights=weights, lengths=20.0 * weights)
    typed = ["analyze", "stuart_landau", "--connectome", "sc.npz", "--param", "speed=2"]
    typed += ["--param", "a=-5", "--param", "omega=20", "--duration", "1", "--exponents", "1"]
    assert main([*typed, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "delay" in told["left out"]["fixed points"]
    assert "profile" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--follow", "a=1"], "from:to"),
        (["--vary", "a=1:2:x"], "from:to:count"),
        (["--vary", "a=0:1:2", "--vary", "b=0:1:2", "--vary", "c=0:1:2"], "one or two axes"),
    ],
)
def test_what_is_typed_wrongly_is_said(rhythm, capsys, typed, said):
    assert main(["analyze", "brain", *typed]) == 2
    assert said in capsys.readouterr().err
