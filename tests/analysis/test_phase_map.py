import subprocess
import sys
import time

import joblib
import numpy as np
import pytest

from surrobrain import Connectome, Network, observers
from surrobrain.analysis.phase_map import BEHAVIORS, behavior, phase_map
from surrobrain.mechanistic import nodes, sweep


def kind(values, sfreq=100.0):
    return BEHAVIORS[int(behavior(values, sfreq=sfreq)[0])]


def test_signals_are_told_apart():
    t = np.arange(2000) / 100.0
    wave = 3.0 + np.sin(2 * np.pi * 1.7 * t)[:, None] * [1.0, 0.2]
    assert kind(wave) == "oscillation"
    assert behavior(wave, sfreq=100.0)[3] == pytest.approx(1.7, rel=0.02)
    assert behavior(wave, sfreq=100.0)[2] == pytest.approx(2.0, rel=0.01)
    spikes = (np.exp(20 * np.cos(2 * np.pi * 0.9 * t)) / np.exp(20))[:, None]
    assert kind(spikes) == "oscillation"
    assert behavior(spikes, sfreq=100.0)[3] == pytest.approx(0.9, rel=0.02)
    assert kind(np.full((2000, 2), 1.5)) == "rest"
    assert kind(1.0 + np.exp(-0.3 * t)[:, None] * wave) == "rest"
    assert kind(np.random.default_rng(0).normal(size=(2000, 1))) == "irregular"
    assert kind(np.full((2000, 1), np.nan)) == "diverged"


def oscillators():
    pair = Connectome(np.array([[0.0, 1.0], [1.0, 0.0]]))
    return Network(
        nodes.StuartLandau(omega=6.0), pair, settle=20.0, observer=observers.Identity(20.0),
        dt=0.01, stepper="rk4", noise=0.3,
    )  # fmt: skip


def test_a_map_over_two_quantities_shows_where_oscillations_begin(tmp_path, monkeypatch):
    a, g = (x.ravel() for x in np.meshgrid([-0.5, -0.2, 0.2, 0.5], [0.0, 0.5]))
    network, vary = oscillators(), {"a": a, "coupling": g}
    found = phase_map(network, vary, duration=5.0, out=tmp_path)
    assert [BEHAVIORS[k] for k in found.behavior] == ["rest", "rest"] + ["oscillation"] * 2 + (
        ["rest", "rest"] + ["oscillation"] * 2
    )
    up = a > 0
    np.testing.assert_allclose(found.amplitude[up, 0], 2 * np.sqrt(a[up]), rtol=0.05)
    np.testing.assert_allclose(found.frequency[up, 0], 6.0 / (2 * np.pi), rtol=0.06)
    assert found.share("rest") == 0.5

    def never(*_, **__):
        raise AssertionError("everything was there already")

    monkeypatch.setattr(sweep.Engine, "run", never)
    again = phase_map(network, vary, duration=5.0, out=tmp_path)
    np.testing.assert_array_equal(again.amplitude, found.amplitude)


def test_an_interrupted_map_goes_on_where_it_stopped(tmp_path, monkeypatch):
    network, vary = oscillators(), {"a": np.linspace(-0.5, 0.5, 60)}
    whole, calls, run = phase_map(network, vary, duration=2.0), [], sweep.Engine.run

    def counted(self, *arguments, **keywords):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the power is cut")
        return run(self, *arguments, **keywords)

    with joblib.parallel_config(n_jobs=1):
        monkeypatch.setattr(sweep.Engine, "run", counted)
        with pytest.raises(RuntimeError, match="power"):
            phase_map(network, vary, duration=2.0, out=tmp_path)
        first = len(calls)
        again = phase_map(network, vary, duration=2.0, out=tmp_path)
    n_blocks = int(np.ceil(60 / sweep.Engine.lanes_for(network)))
    assert len(calls) - first < n_blocks
    np.testing.assert_array_equal(again.level, whole.level)
    np.testing.assert_array_equal(again.behavior, whole.behavior)


def test_two_starts_show_where_a_region_is_bistable():
    network = Network(
        nodes.WongWang(w=1.0), Connectome(np.zeros((2, 2))), settle=8.0,
        observer=observers.Identity(20.0), coupling=0.0, dt=0.01,
    )  # fmt: skip
    vary = {"I0": np.array([0.25, 0.32, 0.38])}
    found = phase_map(network, vary, duration=1.0, starts=[{"S": 0.0}, {"S": 1.0}])
    assert [BEHAVIORS[k] for k in found.behavior] == ["rest", "bistable", "rest"]
    np.testing.assert_allclose(found.level[1], [0.0996586, 0.4831639], atol=1e-3)
    with pytest.raises(ValueError, match="no state 'E'"):
        phase_map(network, vary, duration=1.0, starts=[{"E": 0.0}])


KILLED = """
import sys
from pathlib import Path
import joblib
import numpy as np
from tests.analysis.test_phase_map import oscillators
from surrobrain.analysis.phase_map import phase_map

with joblib.parallel_config(n_jobs=1):
    phase_map(oscillators(), {"a": np.linspace(-0.5, 0.5, 4000)}, duration=5.0, out=sys.argv[1])
"""


def test_a_killed_map_goes_on_to_the_same_bits(tmp_path):
    folder, vary = tmp_path / "map", {"a": np.linspace(-0.5, 0.5, 4000)}
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)])
    until = time.monotonic() + 60
    while len(list(folder.glob("start_0/block_*.npy"))) < 2 and child.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.002)
    child.kill()
    child.wait()
    kept = sum(len(np.load(path)) for path in folder.glob("start_0/block_*.npy"))
    assert 0 < kept < 4000, "killed in the middle"
    resumed = phase_map(oscillators(), vary, duration=5.0, out=folder)
    whole = phase_map(oscillators(), vary, duration=5.0)
    for name in ("behavior", "level", "amplitude", "frequency"):
        np.testing.assert_array_equal(getattr(resumed, name), getattr(whole, name))
