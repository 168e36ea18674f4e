import gc
import os
import sys
import time

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import NotEnough
from surrobrain.intervention.closed_loop import ClosedLoop
from surrobrain.intervention.coordinate import Coordinate
from surrobrain.intervention.latency import measured_latency
from surrobrain.intervention.loop_log import LoopLog, LoopWriter
from surrobrain.intervention.oscillation import Oscillation
from surrobrain.intervention.pace import undisturbed
from surrobrain.intervention.plant import ModelPlant, Plant
from surrobrain.intervention.safety import LoopLimits, Reason
from surrobrain.intervention.when import phase_triggered, state_triggered
from tests.intervention.loops import Wave

LIMITS = LoopLimits(amplitude=10.0, charge=10.0)
ALWAYS = state_triggered(np.array([1.0, 0.0]), above=-1e9)
FIRST = Coordinate(lambda window: window[-1, 0])


def stop_time(fault):
    """Run a loop that always stimulates, with a fault after 0.2 s; return log, last active time."""
    log = ClosedLoop(Wave(fault), FIRST, ALWAYS, LIMITS).run(0.5)
    return log, log.times[log.given[:, 0] != 0].max()


FAULTS = {
    "nan": lambda t, s: s * np.nan if t >= 200 else s,
    "stalled": lambda t, s: s[:0] if t >= 200 else s,
    "frozen": lambda t, s: s * 0 + 0.7 if t >= 200 else s,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_sensor_stops_stimulation_within_50_ms(fault):
    log, stopped = stop_time(FAULTS[fault])
    assert 0.19 < stopped < 0.25
    assert log.given[:200, 0].all()
    assert Reason.SENSOR in Reason(int(log.reason[-1]))
    assert log.asked[-1, 0] == 1.0, "what was asked is logged all the same"


def test_a_sample_that_is_not_finite_is_answered_at_once_and_forgiven():
    log, _ = stop_time(lambda t, s: s * np.nan if 200 <= t < 210 else s)
    assert not log.given[200:210].any()
    assert log.given[210:, 0].all()
    assert np.isfinite(log.value).all()


def test_a_lost_sample_is_bridged_by_the_forecast():
    lost = Wave(lambda t, s: s[:0] if t % 50 in (10, 11, 12) else s)
    decide = phase_triggered(np.array([1.0, 0.0]))
    log = ClosedLoop(lost, Oscillation(10.0, decay=1.0), decide, LIMITS).run(3.0)
    truth = 2 * np.pi * 10.0 * (log.times + 0.001)
    away = np.angle(np.exp(1j * (log.phase - truth)))[1000:]
    assert np.abs(away).max() < np.radians(20)


def test_who_asks_for_too_much_is_cut_off_and_logged():
    greedy = state_triggered(np.array([1e6, -1e6]), above=-1e9)
    plant = Wave()
    log = ClosedLoop(plant, FIRST, greedy, LIMITS).run(0.5)
    given = np.array(plant.given)
    assert np.abs(given).max() == 10.0
    assert not given[100:].any()
    assert {Reason.AMPLITUDE, Reason.CUT_OFF} <= set(log.reasons)
    assert (log.asked[:, 0] == 1e6).all()
    assert "cut off" in log.in_words()
    np.testing.assert_array_equal(log.given, given)


def test_a_broken_controller_leaves_the_plant_stopped(tmp_path):
    def broken(time, estimate):
        if time > 0.1:
            raise RuntimeError("broken")
        return np.array([1.0, 0.0])

    plant = Wave()
    with pytest.raises(RuntimeError, match="broken"):
        ClosedLoop(plant, FIRST, broken, LIMITS).run(1.0, folder=tmp_path / "log")
    assert plant.stops == 1
    assert 99 <= len(LoopLog.read(tmp_path / "log").times) <= 102


@pytest.mark.realtime
def test_a_controller_that_hangs_is_stopped_by_the_watchdog():
    hung = []

    class Watched(Wave):
        def stop(self):
            super().stop()
            hung.append(time.monotonic() - began[0])

    began = []

    def hang(now, estimate):
        if now >= 0.1 and not began:
            began.append(time.monotonic())
            time.sleep(0.3)
        return np.array([1.0, 0.0])

    log = ClosedLoop(Watched(), FIRST, hang, LIMITS).run(0.6, clock="real")
    assert hung[0] < 0.15
    assert Reason.WATCHDOG in log.reasons
    assert not log.given[101:].any()
    assert log.n_missed >= 200


def test_what_was_changed_for_real_time_is_put_back():
    scheduling = getattr(os, "sched_getscheduler", lambda _: 0)
    before = gc.isenabled(), sys.getswitchinterval(), scheduling(0)
    with undisturbed(real=True):
        assert not gc.isenabled()
    assert (gc.isenabled(), sys.getswitchinterval(), scheduling(0)) == before


@pytest.mark.realtime
def test_real_time_keeps_the_pace():
    began = time.perf_counter()
    log = ClosedLoop(Wave(), FIRST, ALWAYS, LIMITS).run(0.5, clock="real")
    assert 0.499 <= time.perf_counter() - began < 1.0
    assert log.clock == "real"
    assert log.late.tolist() == (log.elapsed > 0.001).tolist()


@pytest.fixture(scope="module")
def oscillators():
    return sb.Network(
        sb.StuartLandau(a=5.0, omega=2 * np.pi * 10.0), sb.examples.ring(3), coupling=2.0,
        noise=1.0, observer=sb.observers.Identity(250.0), settle=2.0, stepper="heun", dt=0.001,
    )  # fmt: skip


def test_a_loop_around_a_model_equals_the_run_under_the_drive_it_gave(oscillators):
    decide = phase_triggered(np.full(3, -4.0), balanced=True)
    log = ClosedLoop(ModelPlant(oscillators, seed=3), Oscillation(10.0), decide, LIMITS).run(2.0)
    first = oscillators.run(1, seed=3)
    after = oscillators.run(499, state=first.state, inputs=log.given[:-1], seed=3)
    np.testing.assert_array_equal(log.sensed, np.vstack([first.values, after.values]))
    assert isinstance(ModelPlant(oscillators), Plant)


def test_the_rhythm_is_suppressed_in_phase_and_fed_against_it(oscillators):
    rhythm = Oscillation.fit(oscillators.run(2500, seed=9).values, sfreq=250.0, band=(7.0, 13.0))

    def power(phase):
        decide = phase_triggered(np.full(3, -16.0), phase=phase, balanced=True)
        loop = ClosedLoop(
            ModelPlant(oscillators), rhythm, decide, LoopLimits(amplitude=16.0, charge=16.0)
        )
        log = loop.run(5.0)
        return log.sensed[250:].mean(axis=1).var()

    alone = oscillators.run(1250).values[250:].mean(axis=1).var()
    assert power(0.0) < alone / 2
    assert power(np.pi) > alone


def test_latency_is_measured(oscillators):
    strong = LoopLimits(amplitude=200.0, charge=200.0)
    plant = ModelPlant(oscillators)
    found = measured_latency(plant, strong, region=1, amplitude=200.0, duration=2.0)
    assert found == plant.latency

    class Late(ModelPlant):
        def sense(self):
            self.line = [*getattr(self, "line", [self._none] * 7), super().sense()]
            return self.line.pop(0)

    found = measured_latency(Late(oscillators), strong, region=1, amplitude=200.0, duration=2.0)
    assert found == pytest.approx(8 / 250.0)
    with pytest.raises(NotEnough, match="no echo"):
        measured_latency(Wave(), LIMITS, region="A", amplitude=1.0, duration=1.0)


def test_a_log_is_streamed_and_read_back(tmp_path):
    loop = ClosedLoop(Wave(), FIRST, ALWAYS, LIMITS)
    log = loop.run(2.5, folder=tmp_path / "run")
    assert len(list((tmp_path / "run").iterdir())) == 3
    for again in (LoopLog.read(tmp_path / "run"), LoopLog.read(log.save(tmp_path / "log"))):
        assert again.regions == ("A", "B")
        for name, value in vars(log).items():
            np.testing.assert_array_equal(getattr(again, name), value)
    with pytest.raises(FileExistsError, match="another run"):
        loop.run(0.1, folder=tmp_path / "run")
    (tmp_path / "run" / "ticks-000001.safetensors").write_bytes(b"torn")
    with pytest.raises(ValueError, match="ticks-000001"):
        LoopLog.read(tmp_path / "run")


def test_a_disk_that_fails_is_told_at_the_end(tmp_path):
    (tmp_path / "file").write_text("")
    writer = LoopWriter(tmp_path / "file" / "run")
    writer.add(ClosedLoop(Wave(), FIRST, ALWAYS, LIMITS).run(0.01))
    with pytest.raises(OSError, match="file"):
        writer.close()
