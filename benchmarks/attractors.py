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

__all__ = ["attractor_rows", "measure"]

TARGETS = {
    "lorenz_d_stsp": "<= 0.5", "lorenz_d_h": "<= 0.09", "lorenz_pe_20": "<= 1.5e-3",
    "lorenz_exponent_off": "<= 0.06", "lorenz_cpu_s": "<= 90",
}  # fmt: skip
EXPONENT, SFREQ, STEPS = 0.9056, 100.0, 20


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
        "recipe, the two others for 60 epochs of it."
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
    }
    rows = [
        _row(name, model, train, test, epochs=300 if name == "ShallowPLRNN" else 60)
        for name, model in models.items()
    ]
    persistence = sb.prediction_error(sb.fit(sb.LinearVAR(3), train).model, test, n_steps=STEPS)
    held = np.tile(clean[:1], (len(clean), 1))
    rows.append({"model": "persistence", **_distances(clean, held)}
                | {"PE(20)": persistence.squared["persistence"][-1]})  # fmt: skip
    return [*rows, {"model": "floor: noisy recording", **_distances(clean, noisy)}]


def _row(name: str, model: Any, train: sb.Recording, test: sb.Recording, *, epochs: int) -> dict:
    recipe = getattr(model, "recipe", sb.Training())
    training = dataclasses.replace(recipe, epochs=epochs)
    started = time.process_time()
    fitted = sb.fit(model, train, training=training, seed=0).model.without_noise()
    seconds = time.process_time() - started
    n = test.n_times
    run = fitted.run(n + n // 4, state=fitted.state_from(test.values[: fitted.memory])).values
    error = sb.prediction_error(fitted, test, n_steps=STEPS, train=train).squared["model"][-1]
    spectrum = sb.lyapunov_spectrum(fitted, duration=200.0, n_exponents=1, n_runs=8)
    return {
        "model": name, **_distances(test.values, run[n // 4 :]), "PE(20)": error,
        "exponent": float(spectrum.exponents[0]), "CPU s": seconds,
    }  # fmt: skip


def _distances(real: np.ndarray, run: np.ndarray) -> dict[str, float]:
    return {
        "D_stsp": sb.metrics.state_space_divergence(real, run),
        "D_H": sb.metrics.spectral_hellinger(real, run, sfreq=SFREQ),
    }
