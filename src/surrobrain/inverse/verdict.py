"""What a fit must admit: baselines, left-over noise, and warnings in plain words."""

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.prepare import Prepared
from surrobrain.learned.jacobian import jacobians
from surrobrain.learned.surrogate import Surrogate
from surrobrain.learned.windows import Windows
from surrobrain.linear.autoregression import solve_autoregression

__all__ = ["baselines", "one_step_error", "one_step_errors", "spectral_radius", "warnings_of"]

_BATCH = 4096


def baselines(data: Prepared) -> tuple[float, float]:
    """Return the one-step validation errors of persistence and of a ridge autoregression."""
    seen, later = data.train, data.held_out
    windows = later.windows
    persistence = np.square(later.following - windows[:, -1]).mean()
    linear = solve_autoregression(seen.windows, seen.following, drives=seen.drives)
    linear_var = np.square(later.following - linear.predict(windows, later.drives)).mean()
    return float(persistence), float(linear_var)


def one_step_error(architecture: Any, data: Prepared) -> float:
    """Return the mean squared error of the next sample on the validation part."""
    errors = one_step_errors(architecture, data.held_out)
    return float(np.square(errors).mean())


def one_step_errors(architecture: Any, part: Windows) -> Float[np.ndarray, "windows regions"]:
    """Return the next sample after each window less its prediction."""
    import torch

    device, found = next(architecture.parameters()).device, np.empty(part.following.shape)
    drives = torch.as_tensor(part.drives)
    with torch.no_grad():
        for first in range(0, len(part), _BATCH):
            some = slice(first, first + _BATCH)
            chosen = dataclasses.replace(part, starts=part.starts[some])
            state = architecture.encode(torch.as_tensor(chosen.windows).to(device))
            state = architecture.step(state, None, drives[some].to(device))
            found[some] = chosen.following - architecture.observe(state).cpu().numpy()
    return found


def spectral_radius(model: Surrogate) -> float:
    """Return the largest growth per sample near the mean state; 1 or more does not settle.

    Notes
    -----
    Largest absolute eigenvalue of the companion matrix of the derivative at the mean.
    """
    import torch

    memory, n = model.memory, model.n_regions
    mean = torch.zeros((1, memory, n), dtype=next(model.architecture.parameters()).dtype)
    companion = np.eye(memory * n, k=n)
    companion[-n:] = jacobians(model.architecture, mean)[0].reshape(n, memory * n)
    return float(np.abs(np.linalg.eigvals(companion)).max())


def warnings_of(
    model: Surrogate, data: Prepared, *, errors: tuple[float, float, float], stayed: bool
) -> tuple[str, ...]:
    """Return what a reader must know before he trusts the model.

    Parameters
    ----------
    model : Surrogate
        As it is returned.
    data : Prepared
        What it was fitted to.
    errors : tuple of float
        One-step validation errors of the model, of persistence and of a linear autoregression.
    stayed : bool
        It was trained, but kept its start.
    """
    n_active, error, persistence, linear_var = model.architecture.n_active, *errors
    n_values, radius = data.train.following.size, spectral_radius(model)
    resting = n_active < sum(p.numel() for p in model.architecture.parameters())
    linear = resting and getattr(model.architecture, "starts_linear", True)
    found = {
        f"the model has {n_active} parameters but the recording only {n_values} values; "
        "a longer recording or a smaller model is safer": n_values < n_active,
        "training did not improve on the linear start, so the model is linear": stayed and linear,
        "training did not improve on the start, so the model is what it started as": stayed
        and not linear,
        f"the one-step error {error:.4g} on the validation part is worse than that of repeating "
        f"the last sample, {persistence:.4g}; the model should not be trusted": error > persistence,
        f"the one-step error {error:.4g} on the validation part is not better than that of a "
        f"linear autoregression, {linear_var:.4g}; sb.LinearVAR says as much with less": error
        > linear_var * (1 + 1e-6),
        f"the model is unstable around the mean state (growth {radius:.3f} per sample); "
        "a long free run may leave the range of the recording": radius >= 1,
    }
    return tuple(message for message, applies in found.items() if applies)
