import dataclasses

import numpy as np
import pytest

from surrobrain.intervention.loop_log import LoopLog
from surrobrain.intervention.safety import Reason
from surrobrain.reports.figures.loop_log import loop_log
from surrobrain.reports.figures.loop_spectra import band_power, loop_spectra

N = 1000


@pytest.fixture
def log() -> LoopLog:
    """Ten seconds of a 2 Hz rhythm at 100 Hz, driven at its peaks, cut down in its second half."""
    times = np.arange(N) / 100.0
    phase = np.angle(np.exp(2j * np.pi * 2.0 * times))
    asked = np.stack([np.where(np.abs(phase) < 0.3, -2.0, 0.0), np.zeros(N)], axis=1)
    late = times >= 5.0
    given = np.where(late[:, None], asked / 2, asked)
    reason = np.where(late & (asked[:, 0] != 0), int(Reason.AMPLITUDE), 0).astype(np.uint8)
    sensed = np.stack([np.cos(phase), np.zeros(N)], axis=1)
    return LoopLog(
        ("S1", "S2"), ("A", "B"), 100.0, "simulated", times, sensed, np.ones(N), phase, asked,
        given, reason, np.zeros(N, bool), np.full(N, 1e-3),
    )  # fmt: skip


def test_the_parts_show_what_the_log_holds(log):
    picture = loop_log(log, channel="S1")
    signal, drive, whole, phases, latency = picture.figure.axes
    np.testing.assert_allclose(signal.lines[0].get_ydata().max(), 1.0)
    assert drive.get_title(loc="left") == "drive of A"
    assert whole.lines[0].get_ydata().tolist() == [1.0] * N
    counts = {round(float(bar.get_x()), 1): bar.get_height() for bar in phases.patches}
    assert sum(counts.values()) == (log.given < 0).sum()
    assert max(counts, key=lambda x: counts[x]) == pytest.approx(0.0, abs=0.4)
    assert sum(bar.get_height() for bar in latency.patches) == N
    assert f"amplitude in {int((log.reason > 0).sum())} ticks" in picture.caption
    picture.png()


def test_a_loop_that_gave_nothing_is_drawn_too(log):
    silent = dataclasses.replace(log, asked=np.zeros((N, 2)), given=np.zeros((N, 2)),
                                 reason=np.zeros(N, np.uint8))  # fmt: skip
    assert "Nothing that was asked for was held back" in loop_log(silent).caption


def test_what_was_not_sensed_cannot_be_drawn(log):
    with pytest.raises(ValueError, match=r"'A' was not sensed; choose among S1, S2"):
        loop_log(log, channel="A")


def test_powers_stand_beside_no_stimulation():
    times = np.arange(4000) / 100.0
    wave = np.sin(2 * np.pi * 5.0 * times) + 0.01 * np.random.default_rng(0).normal(size=4000)
    assert band_power(wave, sfreq=100.0, band=(4.0, 6.0)) == pytest.approx(0.5, rel=0.05)
    picture = loop_spectra({"without": wave, "closed": wave / 2}, sfreq=100.0, band=(4.0, 6.0))
    assert "closed 25.0%" in picture.alt
    picture.png()
    with pytest.raises(ValueError, match="too short"):
        band_power(wave[:20], sfreq=100.0, band=(1.0, 1.1))
