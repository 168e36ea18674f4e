"""Plant: what a closed loop senses and drives, a model here or a device elsewhere."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.forward import ForwardModel

__all__ = ["ModelPlant", "Plant"]


@runtime_checkable
class Plant(Protocol):
    """What a closed loop acts on: one drive per tick goes in, samples come out.

    ``regions`` are what can be driven, ``names`` what is sensed, ``sfreq`` is the rate of samples
    and ticks in Hz, and ``latency`` the time in seconds from a sample until what is decided on it
    shows in another one.
    """

    @property
    def regions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def sfreq(self) -> float: ...  # noqa: D102
    @property
    def latency(self) -> float: ...  # noqa: D102

    def sense(self) -> Float[np.ndarray, "arrived observed"]:
        """Return the samples that have arrived since the last call, oldest first, without wait."""
        ...

    def give(self, drive: Float[np.ndarray, "regions"]) -> None:
        """Deliver a drive from now until the next one."""
        ...

    def stop(self) -> None:
        """Deliver nothing from now on; must be callable from another thread, and twice."""
        ...


class ModelPlant:
    """A forward model as the plant: it takes one step per drive.

    Parameters
    ----------
    model : ForwardModel
        A network or a fitted surrogate; its ``sfreq`` is the rate of the loop.
    state : object, optional
        Where to start; a settled state of the model's own when absent.
    seed : int
        Decides the noise.

    Notes
    -----
    A drive that is decided on sample t acts on the step that ends in sample t + 1, so the latency
    is one sample. The plant lives on between runs of a loop, as a brain does.

    Examples
    --------
    >>> import surrobrain as sb
    >>> plant = ModelPlant(sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.2, noise=1.0))
    >>> plant.sense().shape
    (1, 4)
    >>> plant.sense().shape
    (0, 4)
    >>> plant.give(np.zeros(4))
    >>> plant.sense().shape
    (1, 4)
    """

    def __init__(self, model: ForwardModel, *, state: object = None, seed: int = 0) -> None:
        self.model = model
        self.seed = whole(seed, "seed")
        first = model.run(1, state=state, seed=seed)
        self.state = first.state
        self._none = np.empty((0, len(model.names)))
        self._waiting = first.values

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven."""
        return self.model.regions

    @property
    def names(self) -> tuple[str, ...]:
        """What is sensed."""
        return self.model.names

    @property
    def sfreq(self) -> float:
        """Samples per second (Hz)."""
        return self.model.sfreq

    @property
    def latency(self) -> float:
        """One sample, in seconds."""
        return 1 / self.model.sfreq

    def sense(self) -> Float[np.ndarray, "arrived observed"]:
        """Return the sample of the last step, once."""
        arrived, self._waiting = self._waiting, self._none
        return arrived

    def give(self, drive: Float[np.ndarray, "regions"]) -> None:
        """Let the model take one step under this drive."""
        step = self.model.run(1, state=self.state, inputs=drive[None], seed=self.seed)
        self.state, self._waiting = step.state, step.values

    def stop(self) -> None:
        """Do nothing: a drive lasts one step only."""
