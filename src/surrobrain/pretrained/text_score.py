"""What a model said about a text."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

__all__ = ["TextScore", "TokenScores"]


@dataclass(frozen=True, eq=False)
class TokenScores:
    """The scored tokens of a text, in order.

    Parameters
    ----------
    pieces : tuple of str
        The characters each token stands for; those of a character of several bytes repeat it.
    starts, stops : array, shape (n_tokens,)
        Where they lie, in characters of the text; outside of it they belong to the wrapper.
    log_prob : array, shape (n_tokens,)
        Of each token given what precedes it, in nats.
    mean, std : array, shape (n_tokens,), optional
        Of the log-probability of a token drawn from the model's own prediction at that place: minus
        the entropy, and how widely the surprise varies.
    """

    pieces: tuple[str, ...]
    starts: Int[np.ndarray, "tokens"]
    stops: Int[np.ndarray, "tokens"]
    log_prob: Float[np.ndarray, "tokens"]
    mean: Float[np.ndarray, "tokens"] | None = None
    std: Float[np.ndarray, "tokens"] | None = None


@dataclass(frozen=True, eq=False)
class TextScore:
    """Log-likelihood of one text.

    Parameters
    ----------
    log_likelihood : float
        Sum over the scored tokens, in nats.
    n_tokens : int
        How many were scored.
    n_bytes : int
        Length in UTF-8 of the text, with its wrapper where that was scored too.
    tokens : TokenScores, optional
        Where asked for.

    Examples
    --------
    >>> score = TextScore(-30.0, n_tokens=10, n_bytes=60)
    >>> score.loss(), score.loss(per="byte")
    (3.0, 0.5)
    """

    log_likelihood: float
    n_tokens: int
    n_bytes: int
    tokens: TokenScores | None = None

    def loss(self, *, per: str = "mean") -> float:
        """Return the negative log-likelihood per token, in all, or per byte."""
        return -self.log_likelihood / {"mean": self.n_tokens, "sum": 1, "byte": self.n_bytes}[per]
