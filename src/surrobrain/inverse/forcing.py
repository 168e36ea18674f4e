"""States that the data suggest, and how strongly a model must be held to them."""

from typing import Any

from surrobrain.learned.architecture import Architecture
from surrobrain.learned.batch import Batch
from surrobrain.learned.unroll import map_state
from surrobrain.training.moment import Moment

__all__ = ["adapted_share", "growth", "teacher_states"]

_EVERY, _FORGET = 5, 0.999
_LOOKED_AT = 25  # states per sequence; a geometric mean over more says the same


def teacher_states(model: Architecture, batch: Batch) -> Any:
    """Return the state read off the data after each target, (batch, steps, ...) in every tensor."""
    n, steps = batch.targets.shape[:2]
    windows = batch.windows_at(range(steps)).flatten(0, 1)  # (batch and step, memory, region)
    return map_state(lambda s: s.unflatten(0, (n, steps)), model.encode(windows))


def adapted_share(model: Architecture, batch: Batch, moment: Moment) -> float:
    """Return the share that holds gradients bounded along these data.

    It is found anew at every fifth batch: risen to at once, fallen from slowly.
    """
    number = int(moment.kept.get("batches", 0))
    share = moment.kept.get("share", 1.0)
    if number % _EVERY == 0:
        needed = max(0.0, 1.0 - 1.0 / growth(model, batch))
        share = needed if needed > share else _FORGET * share + (1 - _FORGET) * needed
    moment.kept.update(batches=float(number + 1), share=share)
    return share


def growth(model: Architecture, batch: Batch) -> float:
    """Return the geometric mean of the Jacobians' spectral norms, of the worst sequence.

    Raises
    ------
    TypeError
        The state of the model is no single tensor.
    """
    import torch

    with torch.no_grad():
        states = teacher_states(model, batch)
    every = max(1, batch.targets.shape[1] // _LOOKED_AT)
    states = map_state(lambda s: s[:, ::every], states)
    if isinstance(states, tuple):
        raise TypeError(
            f"adaptive forcing needs the Jacobian of one state tensor, but {type(model).__name__} "
            "has several; give share=0.1 or so"
        )
    own = getattr(model, "jacobians", None)
    if own is None:

        def following(flat: Any) -> Any:
            return model.step(flat.reshape(1, *shape))[0].flatten()

        shape = states.shape[2:]
        flat = states.flatten(0, 1).flatten(1)
        found = torch.func.vmap(torch.func.jacrev(following))(flat)
    else:
        found = own(states.flatten(0, 1))
    norms = torch.linalg.matrix_norm(found.detach(), ord=2).unflatten(0, states.shape[:2])
    return float(norms.log().mean(dim=1).max().exp())
