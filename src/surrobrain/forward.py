"""The one contract every brain model meets, white, grey or black.

A forward model is latent dynamics F with an observation h::

    z[t+1] = F(z[t], u[t], noise[t])        x[t] = h(z[t])

What is driven and lesioned are the regions of F, what is observed are the columns of h. They are
the same for BOLD and source activity, and two different lists behind a lead field.

Simulation, evaluation, lesion and stimulation are written once, against this file.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

__all__ = ["ForwardModel", "Predictor", "Trajectory"]


@dataclass(frozen=True)
class Trajectory:
    """What a run returns: the observed values, and the state to go on from.

    Parameters
    ----------
    values : array, shape (n_times, n_observed)
        Observations, one row per sample of the model and one column per name.
    state : object
        Latent state after the last sample. Hand it to the next ``run``: two runs joined
        this way equal one long run, noise included.
    """

    values: Float[np.ndarray, "times observed"]
    state: object


@runtime_checkable
class ForwardModel(Protocol):
    """A brain that can run.

    ``regions`` are what can be driven and lesioned, ``n_regions`` of them; ``names`` are what is
    observed, one per column of a run: equal to the regions, or channels. ``sfreq`` is the
    observation rate in Hz, ``modality`` what the observation looks like ("fMRI", "EEG", ... or
    "activity").
    """

    @property
    def regions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def n_regions(self) -> int: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sfreq(self) -> float: ...  # noqa: D102
    @property
    def modality(self) -> str: ...  # noqa: D102

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely for ``n_times`` samples.

        Parameters
        ----------
        n_times : int
            Number of samples to return.
        state : object, optional
            Where to start; by default a settled state of the model's own.
        inputs : array, shape (n_times, n_regions), optional
            External drive. Sample t acts on the step that ends in returned sample t. For a
            learned model it is added to the region's next value (units of the recording); for
            a network it is added to the coupling term of the node (units of the node).
        seed : int
            Decides the noise. The noise belongs to (seed, sample), so the same seed with and
            without a stimulus or a lesion gives runs that differ by the intervention alone.
        """
        ...


@runtime_checkable
class Predictor(ForwardModel, Protocol):
    """A forward model whose state can be read off the last ``memory`` samples of data.

    Data are what it observes: windows and predictions have one column per name.
    """

    @property
    def memory(self) -> int: ...  # noqa: D102

    def state_from(self, window: Float[np.ndarray, "memory observed"]) -> object:
        """Return the state in which a recording ended, to run on from there."""
        ...

    def predict(
        self,
        windows: Float[np.ndarray, "windows memory observed"],
        inputs: Float[np.ndarray, "windows regions"] | None = None,
    ) -> Float[np.ndarray, "windows observed"]:
        """Return the expected next sample after each window (no noise)."""
        ...
