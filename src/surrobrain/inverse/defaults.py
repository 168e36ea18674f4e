"""What a model is trained on, and how, where the caller does not say."""

from collections.abc import Sequence
from typing import Any

from surrobrain.data.recording import Recording
from surrobrain.inverse.losses import Loss, generalized_teacher_forcing, next_step
from surrobrain.training.options import Training

__all__ = ["chosen"]

_SHORTEST, _HELD_OUT = 50, 10  # samples of a stretch; stretches that the held-out part must have


def chosen(
    architecture: Any,
    recordings: Sequence[Recording],
    loss: Loss | None,
    training: Training | None,
) -> tuple[Loss, Training]:
    """Return loss and training, those of the architecture where none are given.

    An architecture may have ``stretch``, the number of samples along which it learns by
    generalized teacher forcing, and ``recipe``, the training that suits it. Stretches are so short
    that the held-out part has ten of them; where that is fewer than 50 samples, as in most fMRI,
    the model learns the next sample instead.
    """
    if loss is not None:
        return loss, training or Training()
    stretch = getattr(architecture, "stretch", 1)
    how: Training = training or getattr(architecture, "recipe", Training())
    lengths = [int(how.held_out * recording.n_times) // _HELD_OUT for recording in recordings]
    n = min([stretch, *lengths])
    if n < _SHORTEST:
        return next_step(), training or Training()
    return generalized_teacher_forcing(n), how
