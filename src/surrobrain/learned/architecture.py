"""What a learned model must offer, however it works inside."""

from typing import Any, ClassVar, Protocol, runtime_checkable

__all__ = ["Architecture"]


@runtime_checkable
class Architecture(Protocol):
    """A trainable one-step map: a ``torch.nn.Module`` with the members below.

    Everything inside is in standard deviations from the mean of each region; `Surrogate` converts
    at the border. Tensors have the batch in front. A state is a tensor, or a tuple of tensors. An
    external input, such as stimulation, comes as ``drive``, one column per input; absent means 0.

    An architecture whose state is just its last samples need not write `encode`, `step` and
    `observe`: it inherits them from `WindowModel` and writes ``forward``. Optional members are
    ``unroll``, a faster way through many steps, with the arguments of `learned.unroll.unroll`;
    ``forced(state, teacher, share)`` where only part of a state follows from data; ``stretch`` and
    ``recipe``, how it is best trained (`inverse.defaults`); and ``starts_linear = False`` where
    parameters that do not act leave it nonlinear.
    """

    closed_form: ClassVar[bool]
    """Whether `warm_start` already reaches the minimum of the one-step error."""

    @property
    def n_regions(self) -> int: ...  # noqa: D102
    @property
    def memory(self) -> int: ...  # noqa: D102
    @property
    def n_inputs(self) -> int: ...  # noqa: D102

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction, not those of a part still at zero."""
        ...

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as JSON knows them."""
        ...

    def warm_start(self, windows: Any, targets: Any, *, drives: Any = None, seed: int) -> None:
        """Set the parameters to the best values that can be had without training.

        ``windows`` (n_windows, memory, n_regions), ``targets`` (n_windows, n_regions) and
        ``drives`` (n_windows, n_inputs), which only a model with inputs is given, are NumPy arrays
        in order of time. What is left to chance follows from ``seed`` alone.
        """
        ...

    def encode(self, windows: Any) -> Any:
        """Return the state after windows of shape (batch, memory, n_regions)."""
        ...

    def step(self, state: Any, inputs: Any = None, drive: Any = None) -> Any:
        """Return the state one sample later.

        ``inputs`` (batch, n_regions) are added to the sample; ``drive`` is (batch, n_inputs).
        """
        ...

    def observe(self, state: Any) -> Any:
        """Return the sample that belongs to a state, shape (batch, n_regions)."""
        ...

    def parameters(self) -> Any: ...  # noqa: D102
    def named_parameters(self) -> Any: ...  # noqa: D102
    def state_dict(self) -> Any: ...  # noqa: D102
