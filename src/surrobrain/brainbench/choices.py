"""What one reader preferred on every test case."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import choice, finite

__all__ = ["Choices"]

LARGEST = 700.0  # nats: e to it is still a number
NEAR_TIE = 1e-3  # nats per token: the size of half-precision rounding


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

    Raises
    ------
    ValueError
        A case has no finite loss, there are other numbers of cases than ids, or an id comes twice.

    Examples
    --------
    >>> choices = Choices("a model", ("1", "2"), loss=np.array([[2.0, 2.1], [2.0, 2.0]]))
    >>> choices.correct, choices.accuracy, choices.near_ties
    (array([ True, False]), 0.5, 1)
    """

    model: str
    ids: tuple[str, ...]
    loss: Float[np.ndarray, "items options"]
    n_tokens: Int[np.ndarray, "items options"] | None = None
    n_bytes: Int[np.ndarray, "items options"] | None = None
    subfields: tuple[str | None, ...] = ()
    recipe: str = ""

    def __post_init__(self) -> None:  # noqa: D105
        n = len(self.ids)
        lengths = {len(self.loss), len(self.subfields or self.ids)}
        lengths |= {len(counts) for counts in (self.n_tokens, self.n_bytes) if counts is not None}
        if lengths != {n}:
            raise ValueError(
                f"{self.model} has {n} ids, but its other columns hold {sorted(lengths)} cases; "
                "give every case one row of each"
            )
        if len(set(self.ids)) < n:
            twice = next(name for k, name in enumerate(self.ids) if name in self.ids[:k])
            raise ValueError(f"case {twice!r} comes twice in the scores of {self.model}")
        bad = np.flatnonzero(~np.isfinite(self.loss).all(axis=1))
        if len(bad):
            finite(self.loss, f"loss of {self.model} on case {self.ids[bad[0]]!r}")

    @property
    def perplexity(self) -> Float[np.ndarray, "items options"]:
        """Exponential of the loss; refused where that is no loss per token and overflows."""
        if len(self.loss) and self.loss.max() > LARGEST:
            raise ValueError(
                f"the loss of {self.model} reaches {self.loss.max():.0f} nats, so it is not per "
                "token and has no perplexity; take the choices that are by='mean'"
            )
        return np.exp(self.loss)

    @property
    def correct(self) -> Bool[np.ndarray, "items"]:
        """Where the original is strictly the least surprising; a tie is wrong."""
        return self.loss[:, 0] < self.loss[:, 1:].min(axis=1)

    @property
    def accuracy(self) -> float:
        """Share of correct cases; its interval is in ``surrobrain.brainbench.accuracies``."""
        return float(self.correct.mean())

    @property
    def preference(self) -> Float[np.ndarray, "items"]:
        """Perplexity of the altered version minus that of the original: above 0 is right."""
        return self.perplexity[:, 1:].min(axis=1) - self.perplexity[:, 0]

    @property
    def confidence(self) -> Float[np.ndarray, "items"]:
        """Distance of the perplexities, whichever version is preferred."""
        return np.abs(self.preference)

    @property
    def margin(self) -> Float[np.ndarray, "items"]:
        """Loss of the altered version minus that of the original, in nats per token."""
        return self.loss[:, 1:].min(axis=1) - self.loss[:, 0]

    @property
    def tied(self) -> Bool[np.ndarray, "items"]:
        """Where the losses differ by less than 0.001 nats per token."""
        return np.abs(self.margin) < NEAR_TIE

    @property
    def near_ties(self) -> int:
        """Cases decided by less than 0.001 nats per token, as much as half precision rounds."""
        return int(self.tied.sum())

    def scored(self, by: Literal["mean", "sum", "byte"]) -> "Choices":
        """Return the same with a loss that counts otherwise.

        Parameters
        ----------
        by : {"mean", "sum", "byte"}
            Negative log-likelihood per token, of the whole text, or per byte of it.

        Raises
        ------
        ValueError
            The counts it takes are not known.
        """
        from dataclasses import replace

        choice(by, ["mean", "sum", "byte"], "score")
        if by == "mean":
            return self
        if self.n_tokens is None or (by == "byte" and self.n_bytes is None):
            lacks = "tokens" if self.n_tokens is None else "bytes"
            raise ValueError(
                f"the scores of {self.model} do not say how many {lacks} each version has, which "
                f"{by!r} needs; score again, or keep by='mean'"
            )
        total = self.loss * self.n_tokens
        loss = total if by == "sum" else total / self.n_bytes
        return replace(self, loss=loss, n_tokens=None, recipe=f"{self.recipe}, by {by}".strip(", "))
