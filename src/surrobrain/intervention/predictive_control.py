"""Model-predictive control: plan ahead, act once, look, plan again."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.intervention.optimal_control import aims
from surrobrain.intervention.rollout import Rollout, rollout
from surrobrain.learned.surrogate import Surrogate

__all__ = ["predictive_control"]

_SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625)
Window = Float[np.ndarray, "memory regions"]


def predictive_control(
    model: Surrogate,
    target: Float[np.ndarray, "times regions"] | Float[np.ndarray, "regions"],
    *,
    horizon: float | None = None,
    energy_weight: float = 1e-2,
    regions: Sequence[str | int] | None = None,
    limit: float = math.inf,
    iterations: int = 3,
) -> Callable[[Window], Float[np.ndarray, "inputs"]]:
    """Return a controller that answers what was seen last with the next input.

    Parameters
    ----------
    model : Surrogate
        What predicts.
    target : array, shape (n_times, n_regions) or (n_regions,)
        Where to be at the coming samples, the same at every call; NaN where it does not matter.
    horizon : float, optional
        Seconds to look ahead; needed where the target is one for all times.
    energy_weight : float
        What a unit of squared input costs beside a unit of squared distance; above 0.
    regions : sequence of str or int, optional
        Where to act, as for ``optimal_control``.
    limit : float
        Largest absolute input.
    iterations : int
        How often each plan is improved with the model linearized about the last one; one is
        exact for a linear model.

    Returns
    -------
    callable
        ``controller(window)`` with the last ``memory`` samples, shape (memory, n_regions), in
        the unit of the recording, returns the input of the next one, shape (n_inputs,). It keeps
        its plan from call to call: make another one for another brain.

    Raises
    ------
    ValueError
        The target fits neither model nor horizon, or a number is out of range.

    Notes
    -----
    With y the samples under the last plan u and J their derivative by it, the new plan minimizes
    ``|y + J (v - u) - target|^2 + w |v|^2`` under ``|v| <= limit``: a bounded least-squares
    problem per step, the real-time iteration of [1]_. The plan goes as far towards that minimum
    as the model itself gets better by it.

    References
    ----------
    .. [1] Diehl, Bock & Schlöder (2005), A real-time iteration scheme for nonlinear optimization
       in optimal feedback control. SIAM J Control Optim 43:1714.

    Examples
    --------
    >>> import surrobrain as sb
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 2)), sfreq=1.0)
    >>> model = sb.fit(sb.LinearVAR(2), recording).model
    >>> controller = predictive_control(model, np.array([1.0, 0.0]), horizon=3.0)
    >>> controller(recording.values[-1:]).shape
    (2,)
    """
    weight = positive(energy_weight, "energy_weight")
    if limit != math.inf:
        number(limit, "limit", low=0.0)
    whole(iterations, "iterations", low=1)
    wanted = aims(model, target, horizon)
    n_times = len(wanted)
    plan = np.zeros((n_times, len(rollout(model, n_times, regions=regions).inputs)))

    def controller(window: Window) -> Float[np.ndarray, "inputs"]:
        nonlocal plan
        state = model.state_from(np.asarray(window))
        way = rollout(model, n_times, regions=regions, state=state)
        for _ in range(iterations):
            plan = _improved(way, plan, wanted, weight, limit)
        now = plan[0].copy()
        plan = np.concatenate([plan[1:], plan[-1:]])
        return now

    return controller


def _improved(
    way: Rollout, plan: np.ndarray, wanted: np.ndarray, weight: float, limit: float
) -> Float[np.ndarray, "times inputs"]:
    """Return a better plan: towards the best one of the linearized model, as far as it is true."""
    samples, slope = _linearized(way, plan)
    best = _best_of_linear(samples, slope, plan, wanted, weight, limit)

    def cost(seen: np.ndarray, inputs: np.ndarray) -> float:
        return float(np.nansum(np.square(seen - wanted)) + weight * np.square(inputs).sum())

    now = cost(samples, plan)
    for share in _SHARES:
        nearer = plan + share * (best - plan)
        if cost(way.samples(nearer), nearer) < now:
            return nearer
    return plan


def _best_of_linear(
    samples: np.ndarray, slope: np.ndarray, plan: np.ndarray, wanted: np.ndarray, weight: float,
    limit: float,
) -> Float[np.ndarray, "times inputs"]:  # fmt: skip
    from scipy.optimize import lsq_linear

    asked = np.isfinite(wanted)
    flat = slope[asked].reshape(int(asked.sum()), -1)  # (asked, time and input)
    left = (wanted - samples)[asked] + flat @ plan.ravel()
    matrix = np.concatenate([flat, math.sqrt(weight) * np.eye(plan.size)])
    right = np.concatenate([left, np.zeros(plan.size)])
    if math.isinf(limit):
        return np.linalg.lstsq(matrix, right, rcond=None)[0].reshape(plan.shape)
    if limit == 0:
        return np.zeros_like(plan)
    found = lsq_linear(matrix, right, (-limit, limit), method="bvls")
    return np.clip(found.x, -limit, limit).reshape(plan.shape)


def _linearized(way: Rollout, plan: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the samples and their derivative (time, observed, time of input, input)."""
    import torch

    given: Any = torch.tensor(plan, dtype=torch.float64)
    slope: Any = torch.autograd.functional.jacobian(way.run, given, vectorize=True)
    return way.samples(plan), slope.numpy()
