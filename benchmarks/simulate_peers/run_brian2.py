"""Brian2 on the spiking networks of Brette et al. 2007 (CUBA, COBA) and Brunel 2000.

Usage: python run_brian2.py JOB TARGET SECONDS, with TARGET cython or cpp_standalone
"""

import json
import logging
import sys
import tempfile
import time

import brian2 as b
import numpy as np

LEAKY = {
    "cuba": """dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt (unless refractory)
               dge/dt = -ge / (5*ms) : volt
               dgi/dt = -gi / (10*ms) : volt""",
    "coba": """dv/dt = (-60*mV - v - ge*v + gi*(-80*mV - v) + kick) / (20*ms)
                   : volt (unless refractory)
               dge/dt = -ge / (5*ms) : 1
               dgi/dt = -gi / (10*ms) : 1
               kick = int(t < 50*ms) * 20*mV : volt""",
}
METHODS = {"cuba": "exact", "coba": "exponential_euler"}
WEIGHTS = {"cuba": ("ge += 1.62*mV", "gi -= 9*mV"), "coba": ("ge += 0.6", "gi += 6.7")}


def main(job: str, target: str, seconds: float) -> None:
    """Time one run after one that compiles; the standalone program is timed by itself."""
    b.BrianLogger.log_level_error()
    logging.captureWarnings(capture=True)
    b.defaultclock.dt = 0.1 * b.ms
    b.seed(1)
    if target == "cpp_standalone":
        b.set_device("cpp_standalone", directory=tempfile.mkdtemp(), build_on_run=True)
    else:
        b.prefs.codegen.target = "cython"
    parts = brunel() if job == "brunel" else brette(job)
    network, (excitatory, inhibitory) = b.Network(*parts), parts[-2:]
    if target == "cpp_standalone":
        network.run(seconds * b.second)
        wall = b.device._last_run_time
        skipped = 0.0
    else:
        network.run(0.3 * b.second)
        started = time.perf_counter()
        network.run(seconds * b.second)
        wall, skipped = time.perf_counter() - started, 0.3
    rates = []
    for monitor in (excitatory, inhibitory):
        n = len(monitor.source)
        late = np.asarray(monitor.t / b.second) >= skipped
        rates.append(float(late.sum() / n / seconds))
    print(json.dumps({"wall": wall, "rates": rates, "version": b.__version__}))


def brette(job: str) -> list:
    """Return CUBA or COBA: 3200 and 800 neurons, 2 % of all pairs joined, no delay."""
    cells = b.NeuronGroup(
        4000, LEAKY[job], threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * b.ms,
        method=METHODS[job],
    )  # fmt: skip
    cells.v = "-60*mV + rand() * 10*mV"
    excitatory, inhibitory = cells[:3200], cells[3200:]
    parts = [cells]
    for source, effect in zip((excitatory, inhibitory), WEIGHTS[job], strict=True):
        wires = b.Synapses(source, cells, on_pre=effect)
        wires.connect(p=0.02)
        parts.append(wires)
    return [*parts, b.SpikeMonitor(excitatory), b.SpikeMonitor(inhibitory)]


def brunel(g: float = 5.0, nu: float = 2.0) -> list:
    """Return the sparse network of Brunel, each pair joined with probability 0.1."""
    cells = b.NeuronGroup(
        12500, "dv/dt = -v / (20*ms) : volt (unless refractory)", threshold="v > 20*mV",
        reset="v = 10*mV", refractory=2 * b.ms, method="exact",
    )  # fmt: skip
    excitatory, inhibitory = cells[:10000], cells[10000:]
    outside = b.PoissonInput(cells, "v", 1000, nu * 10 * b.Hz, weight=0.1 * b.mV)
    parts = [cells, outside]
    for source, weight in ((excitatory, 0.1), (inhibitory, -0.1 * g)):
        wires = b.Synapses(source, cells, on_pre=f"v += {weight}*mV", delay=1.5 * b.ms)
        wires.connect(p=0.1)
        parts.append(wires)
    return [*parts, b.SpikeMonitor(excitatory), b.SpikeMonitor(inhibitory)]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
