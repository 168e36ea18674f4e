"""A device made here, behind real streams of Lab Streaming Layer."""

import threading
import time
import uuid

import numpy as np
import pytest

from surrobrain.errors import MissingDependency
from surrobrain.intervention.closed_loop import ClosedLoop
from surrobrain.intervention.latency import measured_latency
from surrobrain.intervention.oscillation import Oscillation
from surrobrain.intervention.plant import Plant
from surrobrain.intervention.safety import LoopLimits, Reason
from surrobrain.intervention.stream_plant import StreamPlant
from surrobrain.intervention.when import phase_triggered

SFREQ = 250.0
LIMITS = LoopLimits(amplitude=5.0, charge=5.0, patience=0.04)


class Device(threading.Thread):
    """Sends a 10 Hz wave plus an echo of the drive it last received, until told to stall."""

    def __init__(self, lsl):
        super().__init__(daemon=True)
        self.lsl = lsl
        self.name_out, self.name_in = f"signal-{uuid.uuid4()}", f"drive-{uuid.uuid4()}"
        info = lsl.StreamInfo(self.name_out, "EEG", 1, SFREQ, "double64", self.name_out)
        info.set_channel_labels(["Cz"])
        self.outlet = lsl.StreamOutlet(info, chunk_size=1)
        self.stalled, self.over = threading.Event(), threading.Event()
        self.received = []
        self.inlet = None

    def run(self):
        found = self.lsl.resolve_byprop("name", self.name_in, 1, 10.0)
        self.inlet = self.lsl.StreamInlet(found[0], max_buflen=10)
        self.inlet.open_stream(5.0)
        start, tick = time.perf_counter(), 0
        while not self.over.is_set():
            time.sleep(max(0.0, start + tick / SFREQ - time.perf_counter()))
            drives, _ = self.inlet.pull_chunk(timeout=0.0)
            self.received += [drive[0] for drive in drives]
            echo = self.received[-1] if self.received else 0.0
            if not self.stalled.is_set():
                self.outlet.push_sample([np.cos(2 * np.pi * 10.0 * tick / SFREQ) + 0.1 * echo])
            tick += 1


@pytest.fixture
def device():
    lsl = pytest.importorskip("pylsl", reason="pylsl is not installed", exc_type=ImportError)
    made = Device(lsl)
    made.start()
    yield made
    made.over.set()
    made.join()


@pytest.fixture
def plant(device):
    return StreamPlant.open(device.name_out, device.name_in, regions=["M1"], timeout=10.0)


def settled(plant):
    """Wait until samples flow, and forget those that waited."""
    while not len(plant.sense()):
        time.sleep(0.01)


@pytest.mark.realtime
def test_a_loop_through_real_streams_locks_to_the_wave_and_stops_when_it_stalls(device, plant):
    assert isinstance(plant, Plant)
    assert (plant.names, plant.regions, plant.sfreq) == (("Cz",), ("M1",), SFREQ)
    settled(plant)
    loop = ClosedLoop(plant, Oscillation(10.0, decay=1.0), phase_triggered(np.ones(1)), LIMITS)
    threading.Timer(2.0, device.stalled.set).start()
    log = loop.run(3.0, clock="real")

    driven = log.given[:, 0] != 0
    assert 0.15 < driven[250:450].mean() < 0.35, "a pulse takes a quarter of every cycle"
    clean = np.isfinite(log.sensed[:, 0])
    clean[:250] = clean[450:] = False
    wave = (log.sensed[:, 0] - 0.1 * log.given[:, 0])[clean]
    assert np.corrcoef(wave, np.cos(log.phase[clean]))[0, 1] > 0.9
    assert log.times[driven].max() < 2.0 + 0.05 + 0.1
    assert Reason.SENSOR in Reason(int(log.reason[-1]))
    time.sleep(0.1)
    assert len(device.received) >= len(log.times)
    assert device.received[-1] == 0.0


@pytest.mark.realtime
def test_latency_through_real_streams_is_measured(plant):
    settled(plant)
    found = measured_latency(plant, LIMITS, region="M1", amplitude=5.0, duration=2.0, clock="real")
    assert 1 / SFREQ <= found < 0.05


def test_a_stream_that_is_not_there_is_told():
    pytest.importorskip("pylsl", reason="pylsl is not installed", exc_type=ImportError)
    with pytest.raises(TimeoutError, match="no stream 'nobody'"):
        StreamPlant.open("nobody", "drive", regions=["M1"], timeout=0.3)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pylsl", None)
    with pytest.raises(MissingDependency, match=r"surrobrain\[lsl\]"):
        StreamPlant.open("signal", "drive", regions=["M1"])
