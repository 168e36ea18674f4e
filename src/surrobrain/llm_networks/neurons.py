"""Which unit of which layer a column stands for."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

__all__ = ["Neurons", "OfNeurons"]


@dataclass(frozen=True, eq=False)
class Neurons:
    """Artificial neurons of one model: the columns of its responses, in order.

    Parameters
    ----------
    layers : array, shape (n_neurons,)
        Layer of each, from 0.
    units : array, shape (n_neurons,)
        Position of each in its layer, from 0.
    site : str
        What of a layer is meant: ``"ffn_out"``, ``"ffn_act"``, or a word of one's own.
    model : str
        What the model is called.

    Raises
    ------
    ValueError
        Layers and units differ in number.
    """

    layers: Int[np.ndarray, "neurons"]
    units: Int[np.ndarray, "neurons"]
    site: str = ""
    model: str = ""

    def __post_init__(self) -> None:  # noqa: D105
        if self.layers.shape != self.units.shape:
            raise ValueError(
                f"there are {len(self.layers)} layers but {len(self.units)} units; give one of "
                "each per neuron"
            )

    def __len__(self) -> int:
        """Count neurons."""
        return len(self.layers)

    def pick(self, which: np.ndarray) -> "Neurons":
        """Keep some neurons, given by positions or as an array of bool."""
        return Neurons(self.layers[which], self.units[which], self.site, self.model)

    def named(self) -> list[str]:
        """Return a name for each, such as ``"layer 3, unit 17"``."""
        pairs = zip(self.layers.tolist(), self.units.tolist(), strict=True)
        return [f"layer {layer}, unit {unit}" for layer, unit in pairs]


class OfNeurons:
    """What is known of neurons also says which neurons they are."""

    neurons: Neurons

    @property
    def n_neurons(self) -> int:
        """Neurons, one per column."""
        return len(self.neurons)

    @property
    def layers(self) -> Int[np.ndarray, "neurons"]:
        """Layer of each neuron."""
        return self.neurons.layers

    @property
    def units(self) -> Int[np.ndarray, "neurons"]:
        """Position of each neuron in its layer."""
        return self.neurons.units

    @property
    def site(self) -> str:
        """What of a layer the neurons are."""
        return self.neurons.site

    @property
    def model(self) -> str:
        """What the model is called."""
        return self.neurons.model
