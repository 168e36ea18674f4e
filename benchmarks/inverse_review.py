"""Ill-posedness as in figure 3 of the review: its stored arrays, and a small model of our own.

The review (Zhang et al. 2025, National Science Review, nwaf457) learns how 16 regions are coupled,
with a kernel that is a sum of polynomial or of trigonometric functions. Our own model is of that
kind: the change of a region is ``sum_j W[i, j] f(x_j)``, f a sum of basis functions, W and f
learned from activity that has fewer dimensions than regions, by descent from different starts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.inverse.stability import perturbation_curve, spectrum
from surrobrain.inverse.uniqueness import agreement
from surrobrain.seeds import stream

__all__ = ["KERNELS", "Learned", "activity", "changes", "disturbed_weights", "learn", "measure"]

REGIONS, DIMENSIONS, TIMES = 16, 9, 400
LEVELS = (0.01, 0.03, 0.1)
RIDGE = 1e-2

KERNELS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], ...]] = {
    "polynomial": (
        lambda x: np.ones_like(x), lambda x: x, lambda x: x**3, lambda x: np.exp(-(x**2)), np.tanh,
    ),
    "trigonometric": tuple(
        f for k in range(1, 5) for f in (lambda x, k=k: np.sin(k * x), lambda x, k=k: np.cos(k * x))
    ),
}  # fmt: skip
TRUE = {
    "polynomial": np.array([0.0, 1.0, 0.0, 0.0, 0.0]),
    "trigonometric": np.array([1.0, 0.0, 0.5, 0.3, 0.5, 0.0, 0.3, 0.3]),
}

Activity = Float[np.ndarray, "times regions"]


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned.

    Parameters
    ----------
    weights : array, shape (16, 16)
        Coupling.
    kernel : array, shape (n_functions,)
        Coefficients.
    design : array, shape (400, 16)
        Sensitivity of a region's change to what it receives.
    """

    weights: Float[np.ndarray, "regions regions"]
    kernel: Float[np.ndarray, "functions"]
    design: Float[np.ndarray, "times regions"]


def activity(*, seed: int = 0) -> Activity:
    """Return samples of 16 regions that have 9 dimensions, each with unit variance."""
    rng = stream(seed)
    x = rng.normal(size=(TIMES, DIMENSIONS)) @ rng.normal(size=(DIMENSIONS, REGIONS))
    return x / x.std(axis=0)


def changes(x: Activity, name: str, *, seed: int = 1) -> Activity:
    """Return how the true model changes these samples, with a little noise."""
    rng = stream(seed)
    true = rng.normal(size=(REGIONS, REGIONS)) / np.sqrt(REGIONS)
    clean = _features(x, name) @ TRUE[name] @ true.T
    return clean + 0.01 * clean.std() * rng.normal(size=clean.shape)


def learn(
    x: Activity, y: Activity, name: str, *, start: str, ridge: float = 0.0, seed: int = 0
) -> Learned:
    """Learn coupling and kernel by L-BFGS from a random or a uniform start.

    Coupling and kernel can exchange a factor; it is chosen so that the kernel has unit norm and
    the sign of the start, lest that trivial freedom be counted.
    """
    from scipy.optimize import minimize

    basis = _features(x, name)
    begin = np.full(len(TRUE[name]), 0.5)
    weights = np.full((REGIONS, REGIONS), 1 / REGIONS)
    if start == "random":
        weights = stream(seed, 7).normal(size=weights.shape) / np.sqrt(REGIONS)
    penalty = ridge * len(x)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, c = flat[: REGIONS**2].reshape(REGIONS, REGIONS), flat[REGIONS**2 :]
        seen = basis @ c
        away = seen @ w.T - y
        by_w = away.T @ seen + penalty * w
        by_c = np.einsum("ti,ij,tjk->k", away, w, basis, optimize=True) + penalty * c
        value = 0.5 * (np.square(away).sum() + penalty * (np.square(w).sum() + np.square(c).sum()))
        return value / len(x), np.concatenate([by_w.ravel(), by_c]) / len(x)

    options = {"maxiter": 3000, "maxfun": 6000, "ftol": 1e-15, "gtol": 1e-10}
    at = np.concatenate([weights.ravel(), begin])
    found = minimize(loss, at, jac=True, method="L-BFGS-B", options=options)
    w, c = found.x[: REGIONS**2].reshape(REGIONS, REGIONS), found.x[REGIONS**2 :]
    factor = np.linalg.norm(c) * (np.sign(c @ begin) or 1.0)
    return Learned(factor * w, c / factor, basis @ c / factor)


def disturbed_weights(name: str, *, repeats: int = 3) -> tuple[Learned, np.ndarray]:
    """Return what is learned, and the coupling (level, repeat, ...) from disturbed samples."""
    x, rng = activity(), stream(3)
    y = changes(x, name)
    reference = learn(x, y, name, start="random")
    found = [
        [
            learn(x + level * rng.normal(size=x.shape), y, name, start="random").weights
            for _ in range(repeats)
        ]
        for level in LEVELS
    ]
    return reference, np.array(found)


def _features(x: Activity, name: str) -> Float[np.ndarray, "times regions functions"]:
    return np.stack([f(x) for f in KERNELS[name]], axis=-1)


def measure() -> Outcome:
    """Read the review's arrays, and do the same with our own model."""
    rows, figures = _review()
    for name in KERNELS:
        learned, perturbed = disturbed_weights(name)
        x = activity()
        y = changes(x, name)
        free, held = (
            agreement(
                learn(x, y, name, start="uniform", ridge=ridge).weights,
                learn(x, y, name, start="random", ridge=ridge).weights,
            )
            for ridge in (0.0, RIDGE)
        )
        found = spectrum(learned.design)
        curve = perturbation_curve(perturbed, learned.weights)
        rows.append({
            "arrays": f"own, {name}", "rank of 16": found.rank, "condition": found.condition,
            **{f"change at {level:.0%}": c for level, c in zip(LEVELS, curve, strict=True)},
            "r of two starts": free.correlation, "r with ridge": held.correlation,
        })  # fmt: skip
        figures |= {f"{name}_rank": float(found.rank), f"{name}_change": float(curve[0])}
        figures |= {f"{name}_r": free.correlation, f"{name}_ridge_r": held.correlation}
    targets = {
        "review_poly_rank": "<= 9", "review_trig_rank": ">= 16", "review_starts_r": "<= 0.05",
        "polynomial_rank": "<= 9", "trigonometric_rank": ">= 16",
        "polynomial_r": "<= 0.9", "polynomial_ridge_r": ">= 0.999",
    }  # fmt: skip
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _review() -> tuple[list[dict], dict[str, float | None]]:
    folder = shared_data("dynamics/review_fig3")

    def array(name: str) -> np.ndarray:
        return np.load(folder / f"{name}.npy")

    rows, figures = [], {}
    starts = agreement(array("trig_uniform_init_matrix"), array("trig_ref_matrix"))
    for short in ("poly", "trig"):
        found = spectrum(array(f"{short}_ref_matrix"))
        curve = perturbation_curve(array(f"{short}_pert_coef"), array(f"{short}_ref_coef"))
        rows.append({
            "arrays": f"review, {short}", "rank of 16": found.rank, "condition": found.condition,
            "change at 1%": curve[0], "change at 3%": curve[2], "change at 10%": curve[9],
            "r of two starts": starts.correlation if short == "trig" else None,
        })  # fmt: skip
        figures |= {f"review_{short}_rank": float(found.rank),
                    f"review_{short}_change": float(curve[-1])}  # fmt: skip
    return rows, {**figures, "review_starts_r": starts.correlation}
