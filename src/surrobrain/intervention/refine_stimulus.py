"""The parameters of a stimulus, found by gradient through the model."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.intervention.dose import dose
from surrobrain.intervention.rollout import rollout
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.intervention.tune_stimulus import Bounds, Tuned, checked_bounds, named

__all__ = ["refine_stimulus"]

_NEAR = 1e-5  # of the range of a parameter, over which a waveform is differenced


def refine_stimulus(
    model: ForwardModel,
    stimulus: Callable[..., Stimulus],
    *,
    start: Mapping[str, float],
    bounds: Bounds,
    loss: Callable[[Any], Any],
    duration: float,
    energy_weight: float = 0.0,
) -> Tuned:
    """Improve parameters of a stimulus by following the gradient of a loss.

    Parameters
    ----------
    model : Surrogate or Network
        Taken without noise, from rest.
    stimulus : callable
        Takes the parameters by name and returns a stimulus.
    start : mapping of str to float
        Parameters to begin with.
    bounds : mapping of str to (float, float)
        Lowest and highest value of every parameter.
    loss : callable
        Function of the samples, a torch tensor (n_times, n_observed), to a torch scalar.
    duration : float
        Length of the run in seconds.
    energy_weight : float
        What a unit of energy (u^2 s) adds to the loss.

    Returns
    -------
    Tuned
        Its score is loss and weighted energy together.

    Raises
    ------
    ValueError
        Start and bounds do not fit, or the stimulus changes faster than the model samples.
    Diverged
        The model left the finite range.

    Notes
    -----
    The derivative by every sample of the drive is that of the adjoint run; how samples depend on
    parameters is differenced on the waveform, which costs no run. Then L-BFGS-B. A parameter that
    moves pulses has a gradient because a sample is a mean over its length.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(3), coupling=0.3)
    >>> found = refine_stimulus(
    ...     model, lambda amplitude: sb.protocols.step(regions=[0], amplitude=amplitude),
    ...     start={"amplitude": 0.0}, bounds={"amplitude": (-10.0, 10.0)}, duration=0.5,
    ...     loss=lambda samples: (samples[-1, 0] - 0.5) ** 2,
    ... )
    >>> bool(found.score < 1e-8)
    True
    """
    from scipy.optimize import minimize

    low, high = checked_bounds(bounds)
    begin = (_ordered(start, bounds) - low) / (high - low)
    number(energy_weight, "energy_weight", low=0.0)
    n_times = whole(round(positive(duration, "duration", unit="s") * model.sfreq), "samples", low=1)
    way = rollout(model, n_times, regions=model.regions)
    tried: list[np.ndarray] = []

    def drive(unit: np.ndarray) -> Float[np.ndarray, "times regions"]:
        return _drive(stimulus(**named(bounds, low + unit * (high - low))), model, n_times)

    def total(samples: Any, inputs: Any) -> Any:
        return loss(samples) + energy_weight * (inputs**2).sum() / model.sfreq

    def cost(unit: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = way.value_and_gradient(total, drive(unit))
        if not np.isfinite(value):
            raise Diverged("the model left the finite range; use narrower bounds")
        tried.append(np.array([*(low + unit * (high - low)), value]))
        moved = [(drive(u) - drive(v)) / (u - v).sum() for u, v in _neighbors(unit)]
        return value, np.array([(slope * by).sum() for by in moved])

    box = [(0.0, 1.0)] * len(low)
    found = minimize(cost, np.clip(begin, 0, 1), jac=True, method="L-BFGS-B", bounds=box)
    values = named(bounds, low + found.x * (high - low))
    made = stimulus(**values)
    columns = dict(zip([*bounds, "score"], np.array(tried).T, strict=True))
    score = float(found.fun)
    return Tuned(values, made, dose(made, model, duration=duration), score, score, score, columns)


def _ordered(start: Mapping[str, float], bounds: Bounds) -> Float[np.ndarray, "d"]:
    if set(start) != set(bounds):
        raise ValueError(
            f"start and bounds must name the same parameters, but {sorted(start)} and "
            f"{sorted(bounds)} arrived"
        )
    return np.array([number(start[name], name) for name in bounds])


def _drive(made: Stimulus, model: ForwardModel, n_times: int) -> Float[np.ndarray, "times regions"]:
    """Return one row per sample, or say that the stimulus needs more."""
    given = made.sampled(model, n_times)
    if len(given) != n_times:
        raise ValueError(
            f"the stimulus changes faster than the {model.sfreq:g} samples per second of the "
            "model; give the network an observer that samples faster"
        )
    return given


def _neighbors(unit: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pairs of points on either side along each axis, inside the bounds."""
    steps = _NEAR * np.eye(len(unit))
    return [(np.minimum(unit + s, 1.0), np.maximum(unit - s, 0.0)) for s in steps]
