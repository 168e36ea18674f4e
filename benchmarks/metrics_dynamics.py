"""Estimators of dynamics on systems whose numbers are known, and what they cost.

Exponents from tangent dynamics, exponents and dimensions from data, roughness and shape. The
truth is the literature's; the data are our own runs of the equations, from a fixed start.
"""

import time
from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

import surrobrain as sb
from benchmarks.outcome import Outcome
from surrobrain.analysis.lyapunov import lyapunov_of_map, lyapunov_spectrum
from surrobrain.mechanistic.nodes.lorenz import Lorenz
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.signals.correlation_dimension import correlation_dimension
from surrobrain.signals.fractal_dimension import fractal_dimension
from surrobrain.signals.lyapunov_exponent import lyapunov_exponent
from surrobrain.signals.persistent_homology import diagram_distance, persistence_diagram

__all__ = ["dynamics_rows", "measure"]

N_TIMES = 100_000


def measure() -> Outcome:
    """Measure every estimator on the systems that it is known for."""
    rows = dynamics_rows()
    figures: dict[str, float | None] = {row["figure"]: row["value"] for row in rows}
    seconds = {f"{row['figure']}_s": row["CPU s"] for row in rows}
    errors = {f"{row['figure']}_error": abs(row["value"] - row["truth"])
              for row in rows if row["truth"] is not None}  # fmt: skip
    return Outcome(
        rows=[{k: v for k, v in row.items() if k != "figure"} for row in rows],
        figures={**figures, **seconds, **errors},
        targets={
            "lorenz_network_exponent_error": "<= 0.02",
            "henon_map_exponent_error": "<= 0.005",
            "lorenz_d2_1e5_error": "<= 0.05",
            "lorenz_d2_1e5_s": "<= 1.5",
        },
        notes=[
            "Exponents from data (Rosenstein) are 10 to 25 % off on flows by nature of the method; "
            "from tangent dynamics they have no window to choose and carry a standard error.",
            "CPU s: one thread, the making of the data not counted, compiled loops at hand.",
        ],
    )


def dynamics_rows() -> list[dict]:
    """Return one row per estimator and system: value, truth and CPU seconds."""
    lorenz = _followed(_lorenz, (1.0, 1.0, 20.0), 0.01)
    roessler = _followed(_roessler, (1.0, 1.0, 0.0), 0.1)
    henon = _henon(20_000)
    white = np.random.default_rng(0).normal(size=(N_TIMES, 1))
    return [
        *_of_models(),
        _row("lorenz_exponent_2e4", "exponent from data", "Lorenz, 2e4 samples", 0.9056,
             lambda: lyapunov_exponent(lorenz[:20_000], sfreq=100.0).exponent),
        _row("lorenz_exponent_1e5", "exponent from data", "Lorenz, 1e5 samples", 0.9056,
             lambda: lyapunov_exponent(lorenz, sfreq=100.0).exponent),
        _row("roessler_exponent_2e4", "exponent from data", "Roessler, 2e4 samples", 0.0714,
             lambda: lyapunov_exponent(roessler[:20_000], sfreq=10.0).exponent),
        _row("henon_exponent", "exponent from data", "Henon, 2e4 samples", 0.4192,
             lambda: lyapunov_exponent(henon, sfreq=1.0).exponent),
        *(
            _row(f"lorenz_d2_{n:.0e}".replace("+0", ""), "correlation dimension",
                 f"Lorenz, {n:.0e} samples".replace("+0", ""), 2.05,
                 lambda n=n: correlation_dimension(lorenz[:n], theiler=100).dimension)
            for n in (5000, 20_000, N_TIMES)
        ),
        _row("henon_d2", "correlation dimension", "Henon, 2e4 samples", 1.22,
             lambda: correlation_dimension(henon).dimension),
        _row("higuchi_white", "Higuchi", "white noise, 1e5 samples", 2.0,
             lambda: float(fractal_dimension(white)[0])),
        _row("higuchi_brownian", "Higuchi", "Brownian motion, 1e5 samples", 1.5,
             lambda: float(fractal_dimension(white.cumsum(axis=0))[0])),
        *_shapes(lorenz),
    ]  # fmt: skip


def _of_models() -> list[dict]:
    """Ask maps and a compiled network for their spectra."""

    def henon(s: np.ndarray) -> np.ndarray:
        return np.stack([1 - 1.4 * s[..., 0] ** 2 + s[..., 1], 0.3 * s[..., 0]], axis=-1)

    def slope(s: np.ndarray) -> np.ndarray:
        top = np.stack([-2.8 * s[..., 0], np.ones_like(s[..., 0])], axis=-1)
        return np.stack([top, np.broadcast_to([0.3, 0.0], top.shape)], axis=-2)

    alone = sb.Connectome(np.zeros((1, 1)), names=["one"])
    network = sb.Network(
        Lorenz(), alone, coupling=0.0, observer=Identity(20.0), stepper="rk4", dt=5e-3
    )
    lyapunov_spectrum(network, duration=2.0, interval=0.1)  # compiles
    starts = np.linspace(0.0, 0.1, 20)[:, None] * np.ones(2)
    return [
        _row("lorenz_network_exponent", "largest of the spectrum", "Lorenz network, 1000 s",
             0.9057,
             lambda: lyapunov_spectrum(network, duration=1000.0, interval=0.1).exponents[0]),
        _row("lorenz_network_kaplan_yorke", "Kaplan-Yorke", "Lorenz network, 200 s", 2.062,
             lambda: lyapunov_spectrum(network, duration=200.0, interval=0.1).kaplan_yorke),
        _row("henon_map_exponent", "largest of the spectrum", "Henon map, 20 x 3000 steps", 0.4192,
             lambda: lyapunov_of_map(henon, slope, starts, n_steps=3000).exponents[0]),
    ]  # fmt: skip


def _shapes(lorenz: np.ndarray) -> list[dict]:
    """Compare persistence diagrams, where ripser is installed."""
    try:
        import ripser  # noqa: F401
    except ImportError:
        return []
    states = lorenz[:40_000] / lorenz.std(axis=0)
    cloud = np.random.default_rng(0).normal(size=(20_000, 3))
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, size=3000)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)

    def distance(first: np.ndarray, second: np.ndarray) -> float:
        return diagram_distance(persistence_diagram(first), persistence_diagram(second))

    return [
        _row("circle_death", "persistent homology", "unit circle, death of the loop", np.sqrt(3),
             lambda: float(persistence_diagram(circle)[0, 1])),
        _row("lorenz_against_itself", "persistent homology", "Lorenz against Lorenz", None,
             lambda: distance(states[:20_000], states[20_000:])),
        _row("lorenz_against_noise", "persistent homology", "Lorenz against noise", None,
             lambda: distance(states[:20_000], cloud)),
    ]  # fmt: skip


def _row(
    figure: str, quantity: str, system: str, truth: float | None, ask: Callable[[], float]
) -> dict:
    started = time.process_time()
    value = float(ask())
    seconds = time.process_time() - started
    return {"figure": figure, "quantity": quantity, "system": system, "truth": truth,
            "value": value, "CPU s": seconds}  # fmt: skip


def _lorenz(_: float, x: np.ndarray) -> tuple:
    return 10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]


def _roessler(_: float, x: np.ndarray) -> tuple:
    return -x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - 5.7)


def _followed(flow: Callable[[float, np.ndarray], tuple], start: tuple, dt: float) -> np.ndarray:
    """Leave 100 time units behind."""
    times = 100.0 + dt * np.arange(N_TIMES)
    run = solve_ivp(flow, (0.0, times[-1]), start, t_eval=times, method="LSODA", rtol=1e-8)
    return run.y.T


def _henon(n_times: int) -> np.ndarray:
    x, y, states = 0.1, 0.1, []
    for _ in range(n_times + 100):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        states.append((x, y))
    return np.array(states[100:])
