"""System analysis against known truth.

Bifurcations are held against the values of the literature or of a formula, all fixed points of
small piecewise linear networks against solving every pattern of their rectifiers one by one, and
controllability against sums over the impulse response and an integrated Gramian.
"""

import itertools

import numpy as np

from benchmarks.outcome import Outcome
from surrobrain.analysis.continuation import Branch, continuation
from surrobrain.analysis.controllability import (
    average_controllability,
    control_energy,
    modal_controllability,
    normalized,
)
from surrobrain.analysis.fixed_points import fixed_points
from surrobrain.analysis.poincare import poincare_map
from surrobrain.analysis.system import System
from surrobrain.learned.architectures.shallow_plrnn import ShallowPLRNN
from surrobrain.learned.surrogate import Surrogate
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.nodes.hodgkin_huxley import HodgkinHuxley
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.lorenz import Lorenz
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau

__all__ = ["errors_of_bifurcations", "measure", "missed_points"]

_NAMES = {
    "pitchfork": "pitchfork of a x - x^3 at 0",
    "lorenz": "Lorenz: pitchfork at 1, Hopf at 24.7368",
    "stuart_landau": "Stuart-Landau: Hopf at 0",
    "jansen_rit": "Jansen-Rit: folds -41.3014, 113.5863, Hopf -12.1475, 89.8291, 315.6964",
    "epileptor": "Epileptor: x0 -2.062037",
    "hodgkin_huxley": "Hodgkin-Huxley: Hopf at 9.7754, 154.522",
    "roessler": "Roessler's cycle: period doubling at 2.8324",
}


def errors_of_bifurcations() -> dict[str, float]:
    """Return how far each bifurcation lies from where it should; infinite if one is missing."""
    plain = System.of_equations(lambda xp, x, a: (a * x[0] - x[0] ** 3,), [0.1])
    pitchfork = continuation(plain, "a", span=(-1.0, 0.7), start=np.zeros(1))
    rest = continuation(Lorenz(), "rho", span=(0.5, 20.0), start=np.zeros(3))
    wing = continuation(Lorenz(), "rho", span=(30.0, 5.0), start=np.array([8.0, 8.0, 29.0]))
    oscillator = continuation(StuartLandau(), "a", span=(-0.5, 0.3))
    column = continuation(JansenRit(), "p", span=(400.0, -60.0))
    seizure = continuation(Epileptor2D(), "x0", span=(-3.0, -1.5))
    axon = continuation(HodgkinHuxley(), "I", span=(0.0, 170.0))
    cycle = continuation(_roessler(), "c", span=(2.7, 2.9), start=np.array([3.5, 0.1]), step=0.2)
    return {
        "pitchfork": _away(pitchfork, pitchfork=[0.0]),
        "lorenz": max(_away(rest, pitchfork=[1.0]), _away(wing, Hopf=[10 * (47 / 3) / (19 / 3)])),
        "stuart_landau": _away(oscillator, Hopf=[0.0]),
        "jansen_rit": _away(column, fold=[-41.3014, 113.5863], Hopf=[-12.1475, 89.8291, 315.6964]),
        "epileptor": _away(seizure, Hopf=[-2.062037]),
        "hodgkin_huxley": _away(axon, Hopf=[9.7754, 154.522]),
        "roessler": _away(cycle, **{"period doubling": [2.8324]}),
    }


def _roessler() -> System:
    flow = System.of_equations(
        lambda xp, x, c: (-x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - c)), [1.0, 1.0, 0.0]
    )
    return poincare_map(flow, section=(1, 0.0), longest=30.0)


def _away(branch: Branch, **expected: list[float]) -> float:
    worst = 0.0
    for kind, values in expected.items():
        found = branch.of_kind(kind)
        if len(found) != len(values):
            return float("inf")
        worst = max(worst, float(np.abs(np.subtract(found, values)).max()))
    return worst


def missed_points(n_networks: int = 40) -> tuple[int, int]:
    """Return how many fixed points of random networks there are, and how many are not found."""
    import torch

    total, missed = 0, 0
    for seed in range(n_networks):
        rng = torch.Generator().manual_seed(seed)
        model = ShallowPLRNN(4, hidden=9, clipped=False)
        for p in model.parameters():
            with torch.no_grad():
                p.copy_(1.2 * torch.randn(p.shape, generator=rng))
        surrogate = Surrogate(
            model, ("A", "B", "C", "D"), 1.0, "x", np.zeros(4), np.ones(4), np.zeros((4, 4))
        )
        every = _one_by_one(*(x.detach().double().numpy() for x in model.maps()[:-1]))
        found = [p.state for p in fixed_points(surrogate)]
        total += len(every)
        missed += abs(len(found) - len(every))
        missed += sum(not any(np.allclose(z, x, atol=1e-8) for x in found) for z in every)
    return total, missed


def _one_by_one(
    linear: np.ndarray, outer: np.ndarray, inner: np.ndarray, shift: np.ndarray, offset: np.ndarray
) -> list[np.ndarray]:
    found = []
    for pattern in itertools.product([0.0, 1.0], repeat=len(shift)):
        d = np.array(pattern)
        matrix = np.eye(len(offset)) - linear - (outer * d) @ inner
        z = np.linalg.solve(matrix, (outer * d) @ shift + offset)
        if ((inner @ z + shift > 0) == (d > 0)).all():
            found.append(z)
    return found


def error_of_control() -> float:
    """Return the largest relative error of controllability and energy."""
    rng = np.random.default_rng(0)
    a = normalized(rng.normal(size=(8, 8)))
    powers = [np.linalg.matrix_power(a, k) for k in range(4000)]
    average = sum(np.square(p).sum(axis=0) for p in powers)
    s = normalized(np.add(*(m := rng.normal(size=(8, 8)), m.T)))
    values, vectors = np.linalg.eigh(s)
    modal = np.square(vectors) @ (1 - values**2)
    leak, span = np.array([0.7, 1.3]), 3.0
    energy = float((4.0 / ((1 - np.exp(-2 * leak * span)) / (2 * leak))).sum())
    given = {"start": np.zeros(2), "target": np.full(2, 2.0), "duration": span}
    return max(
        float(np.abs(average_controllability(a) / average - 1).max()),
        float(np.abs(modal_controllability(s) / modal - 1).max()),
        abs(control_energy(np.diag(-leak), **given) / energy - 1),
    )


def measure() -> Outcome:
    """Hold the analysis against what is known."""
    errors = errors_of_bifurcations()
    rows: list[dict] = [{"what": _NAMES[k], "largest error": v} for k, v in errors.items()]
    total, missed = missed_points()
    rows.append({"what": f"{total} fixed points of 40 networks of 9 rectifiers", "missed": missed})
    control = error_of_control()
    rows.append({"what": "controllability and energy, relative", "largest error": control})
    figures: dict[str, float | None] = {f"{k}_error": v for k, v in errors.items()}
    figures |= {"missed_fixed_points": float(missed), "fixed_points": float(total)}
    figures["control_error"] = control
    targets = {f"{k}_error": "<= 1e-3" for k in errors}
    targets |= {"missed_fixed_points": "<= 0", "control_error": "<= 1e-9"}
    return Outcome(rows, figures, targets, [__doc__ or ""])
