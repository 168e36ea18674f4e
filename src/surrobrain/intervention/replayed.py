"""What a plant would have sensed under a drive that was written beforehand."""

import numpy as np
from jaxtyping import Float

from surrobrain.forward import ForwardModel

__all__ = ["replayed"]


def replayed(
    model: ForwardModel,
    drive: Float[np.ndarray, "ticks regions"] | None = None,
    *,
    n_ticks: int | None = None,
    seed: int = 0,
) -> Float[np.ndarray, "ticks observed"]:
    """Return what a `ModelPlant` of the same model and seed senses under a given drive.

    Use it for what a closed loop must be compared with: no drive, or its own drive at other
    moments, which has the same energy and knows nothing of the brain's state.

    Parameters
    ----------
    model : ForwardModel
        The model inside the plant.
    drive : array, shape (n_ticks, n_regions), optional
        Of every tick, such as ``np.roll(log.given, len(log.given) // 2, axis=0)``; none when
        absent.
    n_ticks : int, optional
        Length of a run without drive.
    seed : int
        That of the plant.

    Returns
    -------
    array, shape (n_ticks, n_observed)

    Raises
    ------
    ValueError
        Neither a drive nor a length is given.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.Linear(), sb.examples.ring(3), noise=1.0)
    >>> plant = sb.ModelPlant(model)
    >>> bool(np.array_equal(replayed(model, n_ticks=1), plant.sense()))
    True
    """
    if drive is None and n_ticks is None:
        raise ValueError("a replay needs a drive, or the number of ticks without one")
    n = n_ticks if drive is None else len(drive)
    assert n is not None
    first = model.run(1, seed=seed)
    if n == 1:
        return first.values
    inputs = None if drive is None else np.ascontiguousarray(drive[:-1])
    rest = model.run(n - 1, state=first.state, inputs=inputs, seed=seed)
    return np.concatenate([first.values, rest.values])
