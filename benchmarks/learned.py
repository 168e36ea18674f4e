"""Learned models on dynamics whose best published score is known.

A stimulated Wilson-Cowan network (10 regions, 4 inputs, 4 outputs): the output is predicted for 20
samples under the recorded input, then the model starts anew from the output that was observed.
Beside it, what a run of the default surrogate costs.
"""

import time
from typing import Any

import numpy as np
import torch

import surrobrain as sb
from benchmarks import jobs
from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.inverse.losses import multi_step, next_step
from surrobrain.learned.architectures import DaleRNN
from surrobrain.learned.surrogate import Surrogate
from surrobrain.training.options import Training

STEPS = 20  # samples between two looks at the output
FIRST, SPLIT = 200, 11200  # the authors drop the first samples and train on the first 70 %
PUBLISHED = {"E/I RNN": (0.898, 0.211), "linear state space": (0.844, 0.333)}
WINDOWED = Training(epochs=60, batch=128, rate=3e-3, patience=60)
RECURRENT = Training(epochs=120, batch=128, rate=1e-2, patience=40)
NAMES = {"LinearVAR": "linear_var", "MLP": "mlp", "DaleRNN": "dale_rnn"}


def measure() -> Outcome:
    """Measure every benchmark of learned models."""
    torch.set_num_threads(1)
    rows, figures = stimulation_rows()
    figures["run_1000_samples_cpu_s"] = run_seconds()
    return Outcome(
        rows,
        figures,
        targets={
            "wc_stim_r2": ">= 0.898",
            "wc_stim_r2_dale_rnn": ">= 0.898",
            "run_1000_samples_cpu_s": "<= 1",
        },
        notes=[
            "Stimulated Wilson-Cowan network: mean R2 of four outputs over the last 30 % of the "
            "run, pooled R2 and mean squared error over all of them. Published: ten folds by the "
            "authors of the task, E/I RNN with 50 units.",
            "wc_stim_r2 is that of the better of the two default surrogates, sb.MLP and "
            "sb.LinearVAR. CPU s is the fit, on one thread.",
            "run_1000_samples_cpu_s: 1000 samples of 80 regions by sb.MLP as it comes, with noise, "
            f"{figures['run_1000_samples_cpu_s']:.3g} s of CPU on one core.",
        ],
    )


def run_seconds() -> float:
    """Return the CPU time of 1000 samples of 80 regions by an MLP surrogate."""
    n = 80
    about = tuple(f"region_{k}" for k in range(n)), 1.0, "fMRI"
    model = Surrogate(sb.MLP(n).eval(), *about, np.zeros(n), np.ones(n), np.eye(n))
    return jobs.cpu(lambda: model.run(1000))


def stimulation_rows() -> tuple[list[dict], dict[str, float | None]]:
    """Return one row per model and the R2 of each as a figure."""
    folder = shared_data("dynamics/wc_stim")
    whole = sb.Recording(np.load(folder / "output.npy"), sfreq=1.0)
    whole = whole.with_inputs(np.load(folder / "input.npy"))
    train, test = whole.crop(float(FIRST), float(SPLIT)), whole.crop(float(SPLIT))
    size = {"memory": 4, "n_inputs": 4}
    runs = {
        "LinearVAR": (sb.LinearVAR(4, **size), next_step(), Training()),
        "MLP": (sb.MLP(4, **size), multi_step(STEPS), WINDOWED),
        "DaleRNN": (DaleRNN(4, **size, n_states=50), multi_step(STEPS), RECURRENT),
    }
    rows, figures = [], {}
    for name, (start, loss, training) in runs.items():
        started = time.process_time()
        fitted = sb.fit(start, train, loss=loss, training=training, seed=0)
        seconds = time.process_time() - started
        found = _response(fitted.model, test)
        rows.append({"model": name, **found, "parameters": fitted.n_parameters, "CPU s": seconds})
        figures[f"wc_stim_r2_{NAMES[name]}"] = found["R2"]
    for name, (r2, error) in PUBLISHED.items():
        rows.append({"model": f"{name}, published", "R2": r2, "squared error": error})
    defaults = figures["wc_stim_r2_mlp"], figures["wc_stim_r2_linear_var"]
    return rows, {"wc_stim_r2": max(defaults), **figures}


def _response(model: Any, test: sb.Recording) -> dict[str, float]:
    """Compare blocks that start from the observed output with what was recorded."""
    assert test.inputs is not None
    quiet, found, real = model.without_noise(), [], []
    for first in range(model.memory, test.n_times - STEPS + 1, STEPS):
        state = model.state_from(test.values[first - model.memory : first])
        block = slice(first, first + STEPS)
        found.append(quiet.run(STEPS, state=state, drive=test.inputs[block]).values)
        real.append(test.values[block])
    left, real = np.concatenate(real) - np.concatenate(found), np.concatenate(real)
    error, spread = np.square(left).mean(axis=0), real.var(axis=0)
    return {
        "R2": float((1 - error / spread).mean()),
        "R2 pooled": float(1 - error.sum() / spread.sum()),
        "squared error": float(error.mean()),
    }
