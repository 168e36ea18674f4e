"""The stimulus that takes a brain to a target with the least energy."""

import functools
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.intervention.rollout import Rollout, rollout
from surrobrain.intervention.stimulus import Stimulus

__all__ = ["Control", "aims", "optimal_control"]

_STEPS = 1000
_EXACT = {"maxiter": _STEPS, "maxfun": 4 * _STEPS, "maxcor": 50, "ftol": 0.0, "gtol": 1e-9}


@dataclass(frozen=True, eq=False)
class Control:
    """Inputs that were chosen, and what the model predicts of them.

    Parameters
    ----------
    values : array, shape (n_times, n_inputs)
        Input of every sample, in the input unit u of the model.
    inputs : tuple of str
        What each column drives: regions, or recorded inputs ``input_0`` ...
    predicted : array, shape (n_times, n_observed)
        Samples under these inputs, without noise.
    uncontrolled : array, shape (n_times, n_observed)
        Samples without input.
    target : array, shape (n_times, n_observed)
        What was asked, NaN where nothing was.
    sfreq : float
        Samples per second (Hz).
    cost : float
        ``sum (|x - target|^2 + energy_weight |u|^2) / sfreq``.
    recorded : bool
        Whether the inputs are recorded ones, whose effect was learned, rather than regions.
    """

    values: Float[np.ndarray, "times inputs"]
    inputs: tuple[str, ...]
    predicted: Float[np.ndarray, "times observed"]
    uncontrolled: Float[np.ndarray, "times observed"]
    target: Float[np.ndarray, "times observed"]
    sfreq: float
    cost: float
    recorded: bool

    def __repr__(self) -> str:
        """Say what it costs and where it leads."""
        return (
            f"Control({len(self.values)} samples at {len(self.inputs)} inputs, energy "
            f"{self.energy:.3g} u^2 s, distance {self.distance:.3g} from "
            f"{self._distance(self.uncontrolled):.3g})"
        )

    @property
    def energy(self) -> float:
        """Integral of the squared input, u^2 s."""
        return float(np.square(self.values).sum() / self.sfreq)

    @property
    def distance(self) -> float:
        """Root mean square distance from the target, as predicted."""
        return self._distance(self.predicted)

    def stimulus(self) -> Stimulus:
        """Return the stimulus that delivers this, each value held for a sample.

        Raises
        ------
        ValueError
            The inputs are recorded ones: hand ``values`` to the surrogate as ``drive``.
        """
        if self.recorded:
            raise ValueError(
                "these are recorded inputs, not regions; use model.run(drive=control.values)"
            )
        parts = [
            Stimulus.from_samples(column, sfreq=self.sfreq, regions=[name])
            for name, column in zip(self.inputs, self.values.T, strict=True)
            if column.any()
        ]
        if not parts:
            raise ValueError("the control is zero everywhere: there is nothing to deliver")
        return functools.reduce(operator.add, parts)

    def _distance(self, samples: np.ndarray) -> float:
        return float(np.sqrt(np.nanmean(np.square(samples - self.target))))


def optimal_control(
    model: ForwardModel,
    target: Float[np.ndarray, "times observed"] | Float[np.ndarray, "observed"],
    *,
    horizon: float | None = None,
    energy_weight: float = 1e-2,
    regions: Sequence[str | int] | None = None,
    limit: float = math.inf,
    state: object = None,
) -> Control:
    """Return the inputs that bring a model to a target with the least energy.

    Parameters
    ----------
    model : Surrogate or Network
        What is controlled, taken as exact and without noise.
    target : array, shape (n_times, n_observed) or (n_observed,)
        Where to be at every sample, or all the time; NaN where it does not matter.
    horizon : float, optional
        Seconds; needed where the target is one for all times.
    energy_weight : float
        What a unit of squared input costs beside a unit of squared distance; above 0.
    regions : sequence of str or int, optional
        Where to act. When absent: through the recorded inputs of a surrogate that has learned
        some, and otherwise at all regions.
    limit : float
        Largest absolute input.
    state : object, optional
        Where to start; rest when absent.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        The target fits neither model nor horizon, or a number is out of range.
    TypeError
        The model has no gradients.
    Diverged
        The model left the finite range.

    Notes
    -----
    The minimum of ``sum over t of |x_t - target_t|^2 + w |u_t|^2`` under ``|u| <= limit``, found
    by L-BFGS-B on the gradient that the adjoint of the run gives, from no input. For a linear
    model it is the linear-quadratic regulator of this horizon [1]_; otherwise a local minimum.

    References
    ----------
    .. [1] Bryson & Ho (1975), Applied optimal control. Hemisphere, chapters 2 and 5.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3)
    >>> up = optimal_control(model, np.full(4, 0.5), horizon=0.2, energy_weight=1e-3)
    >>> bool(up.distance < 0.5)
    True
    """
    from scipy.optimize import minimize

    weight = positive(energy_weight, "energy_weight")
    if limit != math.inf:
        number(limit, "limit", low=0.0)
    wanted = aims(model, target, horizon)
    way = rollout(model, len(wanted), regions=regions, state=state)
    loss = _loss(wanted, weight)
    shape = (len(wanted), len(way.inputs))

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = way.value_and_gradient(loss, flat.reshape(shape))
        if not np.isfinite(value):
            raise Diverged("the model left the finite range; use a smaller limit")
        return value, slope.ravel()

    bounds = [(-limit, limit)] * int(np.prod(shape))
    start = np.zeros(len(bounds))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_EXACT)
    return _control(model, way, found.x.reshape(shape), wanted, found.fun / model.sfreq)


def aims(
    model: ForwardModel, target: np.ndarray, horizon: float | None
) -> Float[np.ndarray, "times observed"]:
    """Return where to be at every sample, or say what does not fit."""
    wanted = np.asarray(target, dtype=np.float64)
    n = len(model.names)
    if horizon is not None:
        seconds = positive(horizon, "horizon", unit="s")
        n_times = whole(round(seconds * model.sfreq), "samples of the horizon", low=1)
        wanted = np.tile(wanted, (n_times, 1)) if wanted.ndim == 1 else wanted
        if len(wanted) != n_times:
            raise ValueError(
                f"the target has {len(wanted)} samples but the horizon {n_times}; leave the "
                "horizon out"
            )
    if wanted.ndim != 2 or wanted.shape[1] != n:
        raise ValueError(
            f"target must have shape (n_times, {n}), or ({n},) with a horizon, but {wanted.shape} "
            "arrived"
        )
    if np.isinf(wanted).any() or np.isnan(wanted).all():
        raise ValueError("target must be finite, or NaN where nothing is asked, but not only NaN")
    return wanted


def _loss(wanted: np.ndarray, weight: float) -> Any:
    import torch

    asked = torch.as_tensor(np.isfinite(wanted))
    aim = torch.as_tensor(np.nan_to_num(wanted))

    def loss(samples: Any, inputs: Any) -> Any:
        return ((samples - aim)[asked] ** 2).sum() + weight * (inputs**2).sum()

    return loss


def _control(
    model: ForwardModel, way: Rollout, values: np.ndarray, wanted: np.ndarray, cost: float
) -> Control:
    uncontrolled = way.samples(np.zeros_like(values))
    return Control(
        values, way.inputs, way.samples(values), uncontrolled, wanted, model.sfreq, float(cost),
        way.recorded,
    )  # fmt: skip
