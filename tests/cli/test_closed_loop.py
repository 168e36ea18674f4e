"""``surrobrain closed-loop``: listening stimulation, held to its limits."""

import json
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.runs import verify
from tests.intervention.loops import Wave
from tests.intervention.test_stream_plant import device  # noqa: F401 - a fixture

LOOP = ["closed-loop", "brain", "--band", "7", "13",
        "--limit", "amplitude=30", "--limit", "charge=10"]  # fmt: skip
SHORT = ["--duration", "1"]
ALL = [part for name in ("V1_L", "V1_R", "M1_L", "M1_R") for part in ("--drive", f"{name}=-25")]


@pytest.mark.slow
def test_a_rhythm_is_braked_more_than_by_the_same_energy(rhythm, capsys):
    assert main([*LOOP, *ALL, "--duration", "5", "--balanced", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    measures = told["measures"]
    assert measures["power, without"] == 1.0
    assert measures["power, closed loop"] < 0.5 * measures["power, open loop"]
    log = sb.LoopLog.read(Path(told["folder"]) / "log")
    assert len(log.times) == measures["ticks"] == 1250
    assert np.abs(log.given).max() <= 30.0
    assert verify(told["folder"]) == []
    page = (Path(told["folder"]) / "report.html").read_text()
    assert "What the loop did to the rhythm" in page
    assert "could not be drawn" not in page


@pytest.mark.slow
def test_a_controller_that_asks_for_too_much_is_cut_off_and_it_is_said(rhythm, capsys):
    typed = [*LOOP, *SHORT, "--drive", "V1_L=100", "--when", "power", "--above", "0"]
    assert main([*typed, "--listen", "V1_L"]) == 0
    told = capsys.readouterr().out
    assert "cut off" in told
    page = Path("surrobrain-closed-loop/report.html").read_text()
    assert "Stimulation was ended before its time, by: cut off." in page


def test_a_log_that_was_begun_is_not_written_over(rhythm, no_page, capsys, monkeypatch):
    typed = [*LOOP, *SHORT, "--drive", "V1_L=1", "--when", "power", "--out", "new"]
    with monkeypatch.context() as broken:
        broken.setattr("surrobrain.runs.Run.finish", lambda self: 1 / 0)
        assert main(typed) != 0
    assert main(typed) == 3
    assert "holds the log of another run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([*LOOP[:5], "--duration", "1", "--drive", "V1_L=1"], "a limit of amplitude"),
        ([*LOOP, *SHORT, "--stream", "a", "b", "--drive", "V1_L=1"], "and not both"),
        ([*LOOP, *SHORT, "--drive", "V9=1"], "V9"),
        ([*LOOP, *SHORT, "--drive", "V1_L=1", "--listen", "V8"], "V8"),
    ],
)
def test_what_is_missing_or_unknown_is_said(rhythm, capsys, typed, said):
    assert main([*typed, "--out", "new"]) in (2, 3)
    assert said in capsys.readouterr().err
    assert not Path("new").exists()


def test_a_stream_is_listened_to_by_the_clock(tmp_path, monkeypatch, no_page, capsys):
    monkeypatch.chdir(tmp_path)
    asked, wave = {}, Wave()

    def opened(signal, stimulus, **ways):
        asked.update(ways, streams=(signal, stimulus))
        return wave

    monkeypatch.setattr("surrobrain.intervention.stream_plant.StreamPlant.open", opened)
    typed = ["closed-loop", "--stream", "Headset", "Stimulator", "--band", "8", "12"]
    typed += ["--drive", "A=2", "--drive", "B=-1", "--limit", "amplitude=1", "--limit", "charge=1"]
    typed += ["--limit", "tolerance=9", "--latency", "0.004", "--duration", "1.5", "--json"]
    assert main(typed) == 0
    told = json.loads(capsys.readouterr().out)
    assert asked == {"regions": ["A", "B"], "latency": 0.004, "streams": ("Headset", "Stimulator")}
    assert told["clock"] == "real"
    assert told["held back by"][0] == "AMPLITUDE"
    assert not any("power" in name for name in told["measures"]), "nothing to compare with"
    given = np.array(wave.given)
    assert set(np.unique(given[:, 0])) == {0.0, 1.0}, "what is too much is held to the limit"
    assert wave.stops > 0


@pytest.mark.realtime
def test_a_real_stream_is_driven_at_its_peaks(tmp_path, monkeypatch, capsys, device):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    typed = ["closed-loop", "--stream", device.name_out, device.name_in, "--band", "8", "12"]
    typed += ["--drive", "M1=1", "--limit", "amplitude=1", "--limit", "charge=1"]
    assert main([*typed, "--duration", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    log = sb.LoopLog.read(Path(told["folder"]) / "log")
    driven = log.given[500:, 0] > 0
    heard = log.sensed[500:, 0]
    assert driven.any()
    assert heard[driven].mean() > heard[~driven].mean() + 0.5, "near the peak of the wave"
    assert any(drive == 1.0 for drive in device.received)
