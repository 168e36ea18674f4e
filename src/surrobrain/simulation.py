"""Free run of any forward model."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.data.recording import Recording
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel

__all__ = ["Drive", "simulate"]


@runtime_checkable
class Drive(Protocol):
    """Anything that turns into external input: a Stimulus, or one of your own."""

    def sampled(self, model: ForwardModel, n_times: int) -> Float[np.ndarray, "rows regions"]:
        """Return the drive in the model's input unit, one row per sample (a network: or k)."""
        ...


def simulate(
    model: ForwardModel,
    *,
    duration: float,
    stimulus: Drive | None = None,
    state: object = None,
    seed: int = 0,
) -> Recording:
    """Let a model run freely, stimulated or not.

    Parameters
    ----------
    model : ForwardModel
        A fitted surrogate or a mechanistic network.
    duration : float
        Length of the run in seconds.
    stimulus : Stimulus, optional
        External drive (``surrobrain.protocols``).
    state : object, optional
        Where to start (``Trajectory.state`` of an earlier run, or ``model.state_from``); a
        settled state of the model's own when absent.
    seed : int
        Decides the noise. The same seed with and without a stimulus differs by it alone.

    Returns
    -------
    Recording
        Samples at ``model.sfreq``, shape (n_times, n_observed), in the unit of the model where
        it has one.

    Raises
    ------
    Diverged
        The run left the finite range; the message names time and region.

    Examples
    --------
    >>> import surrobrain as sb
    >>> simulate(sb.Network(sb.Linear(), sb.examples.ring(4)), duration=2.0).n_regions
    4
    """
    n_times = whole(round(positive(duration, "duration", unit="s") * model.sfreq), "samples", low=1)
    inputs = None if stimulus is None else stimulus.sampled(model, n_times)
    values = model.run(n_times, state=state, inputs=inputs, seed=seed).values
    if not np.isfinite(values).all():
        t, k = np.argwhere(~np.isfinite(values))[0]
        dt = getattr(model, "dt_seconds", None)
        advice = "use a more strongly penalized fit" if dt is None else f"try dt={dt / 4:g}"
        raise Diverged(
            f"the run left the finite range at {t / model.sfreq:.3g} s in region {model.names[k]}; "
            + advice + ("" if dt is None else f" in place of {dt:g} s, or a weaker coupling")
        )  # fmt: skip
    unit = getattr(model, "unit", "")
    return Recording(values, model.sfreq, model.names, model.modality, unit, on_bad="keep")
