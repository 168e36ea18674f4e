"""Where a training stands when a loss is asked."""

from dataclasses import dataclass, field

import numpy as np

from surrobrain.seeds import stream

__all__ = ["Moment"]

_DRAWS = 2  # separates what a loss draws from the order of the batches


@dataclass(eq=False)
class Moment:
    """How far a training is, and what a loss may draw and remember.

    Parameters
    ----------
    done : float
        Share of the training that is over, 0 to 1.
    keys : tuple of int
        Seed and number of the batch: what a loss draws belongs to them.
    kept : dict of str to float
        What a loss remembers from batch to batch; checkpoints hold it.
    """

    done: float = 1.0
    keys: tuple[int, ...] = (0,)
    kept: dict[str, float] = field(default_factory=dict)

    def rng(self) -> np.random.Generator:
        """Return the generator of this batch."""
        return stream(self.keys[0], _DRAWS, *self.keys[1:])
