"""What one reader preferred on every test case."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = ["Choices"]


@dataclass(frozen=True)
class Choices:
    """How surprising a model found the versions of every case; column 0 is the original.

    Parameters
    ----------
    model : str
        Who read them.
    ids : tuple of str
        Of the cases, in order.
    loss : array, shape (n_items, n_options)
        Mean negative log-likelihood per scored token, in nats; the lower is preferred.
    n_tokens : array, shape (n_items, n_options), optional
        Scored tokens of each version; without them totals cannot be had.
    n_bytes : array, shape (n_items, n_options), optional
        Length of the text of each version in UTF-8.
    subfields : tuple of (str or None), optional
        Of the cases; empty where unknown.
    recipe : str
        The scoring in words, such as ``"clean"``.

    Examples
    --------
    >>> Choices("a model", ("1", "2"), loss=np.array([[2.0, 2.1], [2.0, 2.0]])).correct
    array([ True, False])
    """

    model: str
    ids: tuple[str, ...]
    loss: Float[np.ndarray, "items options"]
    n_tokens: Int[np.ndarray, "items options"] | None = None
    n_bytes: Int[np.ndarray, "items options"] | None = None
    subfields: tuple[str | None, ...] = ()
    recipe: str = ""

    @property
    def perplexity(self) -> Float[np.ndarray, "items options"]:
        """Exponential of the loss."""
        return np.exp(self.loss)

    @property
    def correct(self) -> Bool[np.ndarray, "items"]:
        """Where the original is strictly the least surprising; a tie is wrong."""
        return self.loss[:, 0] < self.loss[:, 1:].min(axis=1)
