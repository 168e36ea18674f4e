"""``surrobrain stimulate``: dose, limits, effect and ranking."""

import json
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.runs import verify

TRAIN = ["--protocol", "pulse_train", "--set", "amplitude=20", "--set", "rate=5",
         "--duration", "2", "--seeds", "2"]  # fmt: skip


def test_a_stimulus_ends_in_its_effect_and_its_dose(rhythm, capsys):
    typed = ["stimulate", "brain", "--at", "V1_L", "--at", "M1_R=0.5", *TRAIN, "--json"]
    assert main(typed) == 0
    told = json.loads(capsys.readouterr().out)
    pulses = sb.protocols.pulse_train(regions={"V1_L": 1.0, "M1_R": 0.5}, amplitude=20.0, rate=5.0)
    effect = sb.what_if(rhythm, stimulus=pulses, duration=2.0, n_seeds=2)
    assert told["dose"]["V1_L"]["charge"] == pytest.approx(effect.dose.charge[0])
    assert told["dose"]["M1_R"]["peak"] == pytest.approx(told["dose"]["V1_L"]["peak"] / 2)
    by_name = {row["region"]: row["change"] for row in told["regions"]}
    np.testing.assert_allclose([by_name[name] for name in effect.names], effect.response)
    assert verify(told["folder"]) == []
    page = (Path(told["folder"]) / "report.html").read_text()
    assert "Dose: 2 regions" in page
    assert "Before and after" in page


def test_the_dose_is_printed_for_people_too(rhythm, no_page, capsys):
    assert main(["stimulate", "brain", "--at", "V1_L", *TRAIN]) == 0
    assert "dose: 1 region, charge" in capsys.readouterr().out


def test_a_limit_is_an_error_and_leaves_no_folder(rhythm, no_page, capsys):
    typed = ["stimulate", "brain", "--at", "V1_L", *TRAIN, "--out", "new"]
    assert main([*typed, "--limit", "amplitude=4"]) == 3
    assert "at most 4 u is allowed" in capsys.readouterr().err
    assert not Path("new").exists()
    assert main([*typed, "--limit", "amplitude=20"]) == 0


def test_targets_are_ranked(rhythm, no_page, capsys):
    rank = ["stimulate", "brain", "--set", "amplitude=5", "--duration", "1", "--seeds", "2"]
    assert main([*rank, "--rank", "response", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["targets"][0]["region"] == "V1_L"
    assert "each region driven" in told["asked"]
    assert main([*rank, "--rank", "controllability", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["targets"][0]["region"] == "V1_L"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "nothing is driven"),
        (["--at", "V1_L"], "needs amplitude"),
        (["--at", "V1_L", "--set", "amplitude=1", "--set", "rite=3"], "rite"),
        (["--at", "V9_L", "--set", "amplitude=1"], "V9_L"),
        (["--at", "V1_L", "--set", "amplitude=1", "--limit", "dose=1"], "dose"),
    ],
)
def test_what_is_missing_or_unknown_is_said(rhythm, capsys, typed, said):
    code = main(["stimulate", "brain", "--duration", "1", "--out", "new", *typed])
    assert code in (2, 3)
    assert said in capsys.readouterr().err
    assert not Path("new").exists()
