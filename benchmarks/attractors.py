"""Dynamics learned from noisy samples, judged by free runs: Lorenz-63 with 5 % noise.

Each model learns from 100,000 samples (dt 0.01) and runs freely, without noise and without data,
for 125,000 samples, of which the first fifth is dropped. D_stsp and D_H compare with the 100,000
clean samples of the test file, PE(20) is the error of forecasts 20 samples ahead, the exponent is
that of the model's own tangent dynamics (truth 0.9056).
"""

import dataclasses
import time
from typing import Any

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.errors import Diverged

__all__ = ["attractor_rows", "distances", "free_run", "measure"]

TARGETS = {
    "lorenz_d_stsp": "<= 0.5", "lorenz_d_h": "<= 0.09", "lorenz_pe_20": "<= 1.5e-3",
    "lorenz_exponent_off": "<= 0.06", "lorenz_cpu_s": "<= 90",
}  # fmt: skip
EXPONENT, SFREQ, STEPS = 0.9056, 100.0, 20
DURATION, RUNS = 200.0, 32  # seconds and starts: the exponent to a hundredth


def measure() -> Outcome:
    """Train the default of the family and its rivals."""
    rows = attractor_rows()
    own = rows[0]
    figures = {
        "lorenz_d_stsp": own["D_stsp"], "lorenz_d_h": own["D_H"], "lorenz_pe_20": own["PE(20)"],
        "lorenz_exponent_off": abs(own["exponent"] - EXPONENT), "lorenz_cpu_s": own["CPU s"],
    }  # fmt: skip
    floor = (
        "Floor: the test file beside the noisy training file. Persistence: the last sample held. "
        "AL-RNN published in its own box (3.24, 0.094), after 2000 epochs. ShallowPLRNN by its own "
        "recipe, the two other networks for 60 epochs of it; SINDy by the smoothed derivative. A "
        "model that diverges is shown as such: no number is taken from what remains of its run."
    )
    return Outcome(rows, figures, TARGETS, [__doc__ or "", floor])


def attractor_rows() -> list[dict]:
    """Return one row per model."""
    folder = shared_data("dynamics/dsr")
    noisy = np.load(folder / "lorenz63_gtf_train_noisy5pct.npy")
    clean = np.load(folder / "lorenz63_gtf_test.npy")
    train, test = (sb.Recording(values, SFREQ, ["x", "y", "z"]) for values in (noisy, clean))
    models = {
        "ShallowPLRNN": sb.architectures.ShallowPLRNN(3),
        "AlmostLinearRNN": sb.architectures.AlmostLinearRNN(3, rectified=4),
        "DendriticPLRNN": sb.architectures.DendriticPLRNN(3, n_states=22),
        "LinearVAR": sb.LinearVAR(3, memory=3),
        "SparseIdentification": sb.architectures.SparseIdentification(
            3, time="continuous", threshold=0.02
        ),
    }
    rows = [
        _row(name, model, train, test, epochs=400 if name == "ShallowPLRNN" else 60)
        for name, model in models.items()
    ]
    persistence = sb.prediction_error(sb.fit(sb.LinearVAR(3), train).model, test, n_steps=STEPS)
    held = np.tile(clean[:1], (len(clean), 1))
    rows.append({"model": "persistence", **distances(test, held)}
                | {"PE(20)": persistence.squared["persistence"][-1]})  # fmt: skip
    return [*rows, {"model": "floor: noisy recording", **distances(test, noisy)}]


def _row(name: str, model: Any, train: sb.Recording, test: sb.Recording, *, epochs: int) -> dict:
    recipe = getattr(model, "recipe", sb.Training())
    training = dataclasses.replace(recipe, epochs=epochs)
    started = time.process_time()
    fitted = sb.fit(model, train, training=training, seed=0).model.without_noise()
    seconds = time.process_time() - started
    run, remark = free_run(fitted, test)
    error = sb.prediction_error(fitted, test, n_steps=STEPS, train=train).squared["model"][-1]
    exponent, lost = _exponent(fitted)
    return {
        "model": name, **distances(test, run), "PE(20)": error, "exponent": exponent,
        "CPU s": seconds, "remark": remark or lost,
    }  # fmt: skip


def free_run(model: Any, test: sb.Recording) -> tuple[np.ndarray, str | None]:
    """Return a free run as long as the recording after a quarter more, and when it diverged."""
    n = test.n_times
    start = model.state_from(test.values[: model.memory])
    run = model.run(n + n // 4, state=start).values
    lost = np.flatnonzero(~np.isfinite(run).all(axis=1))
    remark = f"free run diverged after {lost[0] / test.sfreq:.1f} s" if len(lost) else None
    return run[n // 4 :], remark


def _exponent(model: Any) -> tuple[float, str | None]:
    try:
        found = sb.lyapunov_spectrum(model, duration=DURATION, n_exponents=1, n_runs=RUNS)
    except Diverged as error:
        return float("nan"), str(error).split(",")[0]
    return float(found.exponents[0]), None


def distances(test: sb.Recording, run: np.ndarray) -> dict[str, float]:
    """Return the distances of a run's states and spectra from those of a recording."""
    return {
        "D_stsp": sb.metrics.state_space_divergence(test.values, run),
        "D_H": sb.metrics.spectral_hellinger(test.values, run, sfreq=test.sfreq),
    }
