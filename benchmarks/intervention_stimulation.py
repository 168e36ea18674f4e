"""Stimulation of a Wilson-Cowan network whose equations are known: predicted, then chosen.

The default surrogate learns 70 % of a recording of 10 regions under random input (4 inputs, 4
outputs) and predicts the rest. Then it chooses stimuli for the true network. No control is stored
beside the data, so the reference is the recorded input itself: it took the network from each of 30
moments to an output 10 samples later, and the surrogate is asked to reach that output with no more
energy: once planned and then left alone, or planning anew from what is seen after every sample.
Reached means within the standard error of a prediction with R2 = 0.898, 0.32 standard deviations.
A second task is that of the authors: hold three outputs at a level, from 10 moments; theirs are not
known, so what compares is the share of the error under random input that is left.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

import surrobrain as sb
from benchmarks.learned import FIRST, SPLIT, STEPS, WINDOWED
from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.intervention.optimal_control import optimal_control
from surrobrain.intervention.predictive_control import predictive_control
from surrobrain.inverse.losses import multi_step
from surrobrain.learned.surrogate import Surrogate
from surrobrain.seeds import stream

__all__ = ["WilsonCowan", "measure"]

MEMORY, AHEAD, TASKS = 4, 10, 30
REACHED = float(np.sqrt(1 - 0.898))
WEIGHT, WEAKER, LIMIT = 1e-2, 4.0, 1.0
HOLD_STARTS, HOLD, HOLD_FROM, LEVEL_AT, BELOW = 10, 50, 10, 580, 0.5
PUBLISHED = {"closed loop": 1.21, "open loop": 1.36, "random input": 1.84}

State = Float[np.ndarray, "20"]


@dataclass(frozen=True, eq=False)
class WilsonCowan:
    """The network that made the recording.

    Parameters
    ----------
    weights : array, shape (20, 20)
        From excitatory and inhibitory units to them; inhibition is negative.
    into : array, shape (10, 4)
        Input of the excitatory units.
    out : array, shape (4, 10)
        Output of the excitatory units.
    """

    weights: Float[np.ndarray, "20 20"]
    into: Float[np.ndarray, "10 4"]
    out: Float[np.ndarray, "4 10"]

    @classmethod
    def stored(cls) -> "WilsonCowan":
        """Return the network whose matrices lie beside the data."""
        folder = shared_data("dynamics/wc_stim")
        names = ("w_ee", "w_ei", "w_ie", "w_ii", "b", "c")
        ee, ei, ie, ii, b, c = (np.load(folder / f"{n}.npy").astype(float) for n in names)
        return cls(np.block([[ee, -ei], [ie, -ii]]), b, c)

    def step(self, state: State, drive: Float[np.ndarray, "4"]) -> State:
        """Return the state one sample later."""
        received = self.weights @ state + np.concatenate([self.into @ drive, np.zeros(10)])
        gain = np.repeat([1.2, 1.0], 10)
        return state + 0.05 * (-state + (1 - state) * _sigmoid(received, gain))

    def output(self, state: State) -> Float[np.ndarray, "4"]:
        """Return what is seen."""
        return 3 * np.log1p(np.exp(self.out @ state[:10]))

    def run(
        self, state: State, drives: Float[np.ndarray, "times 4"]
    ) -> Float[np.ndarray, "times 4"]:
        """Return the outputs under given inputs."""
        found = []
        for drive in drives:
            state = self.step(state, drive)
            found.append(self.output(state))
        return np.array(found)


def _sigmoid(x: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Return the logistic function, shifted to be 0 at 0."""
    return 1 / (1 + np.exp(-gain * (x - 0.1))) - 1 / (1 + np.exp(gain * 0.1))


def measure() -> Outcome:
    """Predict, reach and hold."""
    torch.set_num_threads(1)
    folder = shared_data("dynamics/wc_stim")
    states, drives, outputs = (np.load(folder / f"{n}.npy") for n in ("state", "input", "output"))
    whole = sb.Recording(outputs, sfreq=1.0).with_inputs(drives)
    start = sb.MLP(4, memory=MEMORY, n_inputs=4)
    fitted = sb.fit(
        start, whole.crop(float(FIRST), float(SPLIT)), loss=multi_step(STEPS), training=WINDOWED,
        seed=0,
    )  # fmt: skip
    model, truth = fitted.model.without_noise(), WilsonCowan.stored()
    rows, figures = _predicted(model, outputs[SPLIT:], drives[SPLIT:])
    for task in (_reached, _held):
        more, found = task(model, truth, states.astype(float), drives, outputs)
        rows, figures = rows + more, figures | found
    targets = {
        "wc_stim_r2": ">= 0.898",
        "optimal_distance": f"<= {REACHED:.2f}", "optimal_energy": "<= 1",
        "predictive_distance": f"<= {REACHED:.2f}", "predictive_energy": "<= 1",
        "hold_rmse": f"<= {PUBLISHED['closed loop']}",
    }  # fmt: skip
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _predicted(
    model: Surrogate, outputs: np.ndarray, drives: np.ndarray
) -> tuple[list[dict], dict[str, float | None]]:
    """Return R2 of runs of 20 samples under unseen input, and of knowing the mean alone."""
    found, real = [], []
    for first in range(MEMORY, len(outputs) - STEPS + 1, STEPS):
        state, block = (
            model.state_from(outputs[first - MEMORY : first]),
            slice(first, first + STEPS),
        )
        found.append(model.run(STEPS, state=state, drive=drives[block]).values)
        real.append(outputs[block])
    real, left = np.concatenate(real), np.concatenate(real) - np.concatenate(found)
    r2 = float((1 - np.square(left).mean(axis=0) / real.var(axis=0)).mean())
    rows = [
        {"task": "predict 20 samples", "method": method, "R2": value}
        for method, value in (("sb.MLP", r2), ("E/I RNN, published", 0.898), ("mean", 0.0))
    ]
    return rows, {"wc_stim_r2": r2}


def _reached(
    model: Surrogate, truth: WilsonCowan, states: np.ndarray, drives: np.ndarray,
    outputs: np.ndarray,
) -> tuple[list[dict], dict[str, float | None]]:  # fmt: skip
    """Return distance and energy where an output is to be reached 10 samples ahead."""
    spread, rng = outputs[FIRST:SPLIT].std(axis=0), stream(0)
    moments = np.linspace(SPLIT + MEMORY, len(outputs) - AHEAD - 1, TASKS).astype(int)
    found: dict[str, list[tuple[float, float]]] = {}
    for at in moments:
        seen, goal = outputs[at - MEMORY + 1 : at + 1], outputs[at + AHEAD]
        recorded = drives[at + 1 : at + AHEAD + 1].astype(float)
        target = np.full((AHEAD, 4), np.nan)
        target[-1] = goal
        budget, weight = np.square(recorded).sum(), WEIGHT
        plan = _plan(model, seen, target, weight)
        while np.square(plan).sum() > budget:
            weight *= WEAKER
            plan = _plan(model, seen, target, weight)
        steered, planned = (
            _steered(truth, states[at], seen, target, functools.partial(step, model, weight=weight))
            for step in (_first_predictive, _first_optimal)
        )
        chance = rng.uniform(-1, 1, size=plan.shape)
        size = np.sqrt(np.square(steered).mean())
        tried = {
            "no input": np.zeros_like(plan),
            "random input of equal energy": chance * size / np.sqrt(np.square(chance).mean()),
            "constant input of equal energy": np.full_like(plan, size),
            "recorded input (reference)": recorded,
            "optimal_control, once": plan,
            "optimal_control, anew every sample": planned,
            "predictive_control": steered,
        }
        for method, inputs in tried.items():
            away = (truth.run(states[at], inputs)[-1] - goal) / spread
            distance = float(np.sqrt(np.square(away).mean()))
            found.setdefault(method, []).append((distance, np.square(inputs).sum() / budget))
    rows = [
        {
            "task": "reach an output in 10 samples", "method": method,
            "distance (SD)": float(np.mean([d for d, _ in pairs])),
            "reached": f"{sum(d <= REACHED for d, _ in pairs)} of {TASKS}",
            "energy / reference": float(np.mean([e for _, e in pairs])),
            "most energy": max(e for _, e in pairs),
        }
        for method, pairs in found.items()
    ]  # fmt: skip
    figures = {}
    for name, row in zip(("optimal", "predictive"), rows[-2:], strict=True):
        figures |= {f"{name}_distance": row["distance (SD)"], f"{name}_energy": row["most energy"]}
    return rows, figures


def _plan(model: Surrogate, seen: np.ndarray, target: np.ndarray, weight: float) -> np.ndarray:
    state = model.state_from(seen.astype(model.dtype))
    return optimal_control(
        model, target, energy_weight=weight, limit=LIMIT, state=state
    ).values  # fmt: skip


def _first_optimal(
    model: Surrogate, seen: np.ndarray, target: np.ndarray, *, weight: float
) -> np.ndarray:
    return _plan(model, seen, target, weight)[0]


def _first_predictive(
    model: Surrogate, seen: np.ndarray, target: np.ndarray, *, weight: float
) -> np.ndarray:
    controller = predictive_control(model, target, energy_weight=weight, limit=LIMIT)
    return controller(seen.astype(model.dtype))


def _steered(
    truth: WilsonCowan,
    state: State,
    seen: np.ndarray,
    target: np.ndarray,
    first: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return the inputs where each is the first of a new plan for what is left of the horizon."""
    given = []
    for left in range(len(target), 0, -1):
        given.append(first(seen, target[-left:]))
        state = truth.step(state, given[-1])
        seen = np.vstack([seen[1:], truth.output(state)])
    return np.array(given)


def _held(
    model: Surrogate, truth: WilsonCowan, states: np.ndarray, drives: np.ndarray,
    outputs: np.ndarray,
) -> tuple[list[dict], dict[str, float | None]]:  # fmt: skip
    """Return the error of three outputs that are to be held at a level, samples 10 to 50."""
    level = outputs[LEVEL_AT].astype(float) - BELOW
    level[1] = np.nan
    rng, errors = stream(1), {"closed loop": [], "random input": []}
    for at in np.linspace(SPLIT + MEMORY, len(outputs) - 2, HOLD_STARTS).astype(int):
        controller = predictive_control(
            model, level, horizon=float(AHEAD), energy_weight=1e-3, limit=LIMIT
        )
        state, seen = states[at], outputs[at - MEMORY + 1 : at + 1].astype(float)
        closed = []
        for _ in range(HOLD):
            state = truth.step(state, controller(seen.astype(model.dtype)))
            closed.append(truth.output(state))
            seen = np.vstack([seen[1:], closed[-1]])
        chance = truth.run(states[at], rng.uniform(-1, 1, size=(HOLD, 4)))
        for name, samples in (("closed loop", np.array(closed)), ("random input", chance)):
            away = np.square(samples[HOLD_FROM:] - level)
            errors[name].append(float(np.sqrt(np.nanmean(away))))
    rows = [
        {"task": "hold three outputs", "method": name, "RMSE": float(np.mean(values))}
        for name, values in errors.items()
    ]
    rows += [
        {"task": "hold three outputs", "method": f"{name}, published", "RMSE": value}
        for name, value in PUBLISHED.items()
    ]
    return rows, {
        "hold_rmse": float(np.mean(errors["closed loop"])),
        "hold_rmse_random": float(np.mean(errors["random input"])),
    }
