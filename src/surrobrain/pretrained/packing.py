"""Documents of any length, laid end to end and cut into chunks of one length."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from surrobrain.checks import whole
from surrobrain.lazy import need

__all__ = ["Packed", "Rows", "keeps_documents_apart", "pack", "tokenize"]

_IGNORED = -100  # what torch's cross-entropy leaves out


@dataclass(frozen=True, eq=False)
class Rows:
    """Some chunks as a causal model takes them.

    Parameters
    ----------
    tokens : array, shape (n_rows, length)
        Token numbers.
    positions : array, shape (n_rows, length)
        Place of every token: within its document where documents are kept apart, else in the row.
    targets : array, shape (n_rows, length)
        The token to be predicted at every place, -100 where nothing is.
    """

    tokens: Int[np.ndarray, "rows length"]
    positions: Int[np.ndarray, "rows length"]
    targets: Int[np.ndarray, "rows length"]

    @property
    def n_predicted(self) -> int:
        """Tokens that are predicted."""
        return int((self.targets != _IGNORED).sum())


@dataclass(frozen=True, eq=False)
class Packed:
    """Documents laid end to end; chunk k is ``tokens[k * length : (k + 1) * length]``.

    Parameters
    ----------
    tokens : array, shape (n_tokens,)
        All documents, the separators included; may lie in a file.
    starts : array, shape (n_documents,)
        Where each document begins, ascending from 0.
    length : int
        Tokens per chunk; the last chunk is filled up with the number 0, which is not predicted.
    separate : bool
        Whether documents are kept apart: positions restart, and no token sees another document
        or is predicted from one. A document cut by the end of a chunk goes on as one of its own.
    """

    tokens: Int[np.ndarray, "tokens"]
    starts: Int[np.ndarray, "documents"]
    length: int
    separate: bool = True

    @property
    def n_chunks(self) -> int:
        """Chunks, the last one perhaps filled up."""
        return -(-len(self.tokens) // self.length)

    def rows(self, chunks: Sequence[int] | Int[np.ndarray, "rows"]) -> Rows:
        """Return the chunks of these numbers; one beyond the last is all filling."""
        begin = np.asarray(chunks, dtype=np.int64)[:, None] * self.length
        places = begin + np.arange(self.length)  # (row, place)
        inside = places < len(self.tokens)
        tokens = self.tokens[np.minimum(places, len(self.tokens) - 1)].astype(np.int64)
        tokens = np.where(inside, tokens, 0)
        first = np.broadcast_to(begin, places.shape)
        if self.separate:
            document = np.searchsorted(self.starts, places, side="right") - 1
            first = np.maximum(first, self.starts[document])
            filling = np.maximum(begin, len(self.tokens))  # is a document of its own
            first = np.where(inside, first, filling)
        follows = np.zeros(places.shape, dtype=bool)
        follows[:, :-1] = inside[:, 1:] & (first[:, 1:] == first[:, :-1])
        targets = np.where(follows, np.roll(tokens, -1, axis=1), _IGNORED)
        return Rows(tokens, places - first, targets)


def tokenize(tokenizer: Any, texts: Sequence[str], *, separate: bool = True) -> list[list[int]]:
    """Turn texts into documents of tokens.

    Parameters
    ----------
    tokenizer : transformers tokenizer
        Puts in front what it always puts in front.
    texts : sequence of str
        One per document.
    separate : bool
        Whether every document ends with the tokenizer's end of sequence.

    Returns
    -------
    list of list of int

    Raises
    ------
    ValueError
        The tokenizer has no end of sequence, though documents are to be separated.
    """
    end = tokenizer.eos_token_id
    if separate and end is None:
        raise ValueError(
            "the tokenizer has no end of sequence to put between documents; set its eos_token, or "
            "use separate=False"
        )
    if not texts:
        return []
    # verbose=False: a document longer than the model's context is cut later, not run as it is
    documents = tokenizer(list(texts), verbose=False)["input_ids"]
    return [
        [*tokens, end] if separate and tokens[-1:] != [end] else list(tokens)
        for tokens in documents
    ]


def pack(
    documents: Iterable[Sequence[int] | Int[np.ndarray, "_"]], *, length: int, separate: bool = True
) -> Packed:
    """Lay documents end to end and cut them into chunks.

    Parameters
    ----------
    documents : iterable of sequence of int
        Tokens of each document, as `tokenize` returns them.
    length : int
        Tokens per chunk.
    separate : bool
        Whether documents are kept apart. Without, they are joined as Luo et al. (2024) did: a
        token sees all of its chunk, whatever document it belongs to.

    Returns
    -------
    Packed

    Raises
    ------
    ValueError
        There is not a single token.

    Examples
    --------
    >>> packed = pack([[5, 6, 9], [7, 8, 9]], length=4)
    >>> rows = packed.rows([0, 1])
    >>> rows.tokens.tolist()
    [[5, 6, 9, 7], [8, 9, 0, 0]]
    >>> rows.positions.tolist()
    [[0, 1, 2, 0], [0, 1, 0, 1]]
    >>> rows.targets.tolist()
    [[6, 9, -100, -100], [9, -100, -100, -100]]
    """
    whole(length, "length", low=2)
    pieces, starts, n_tokens = [], [], 0
    for tokens in documents:
        if len(tokens) == 0:
            continue
        starts.append(n_tokens)
        n_tokens += len(tokens)
        pieces.append(np.asarray(tokens, dtype=np.int32))
    if not pieces:
        raise ValueError("no document holds a token; check that the corpus has text")
    return Packed(np.concatenate(pieces), np.array(starts), length=length, separate=separate)


def keeps_documents_apart(model: Any) -> bool:
    """Tell whether a causal model heeds positions that restart, by trying it.

    transformers derives the block-diagonal mask from the positions, for most families and kinds
    of attention; a model that does not would silently look into the document before.

    Parameters
    ----------
    model : transformers causal model
        Put back into the mode it was in.

    Returns
    -------
    bool
        Whether another document in front leaves every logit as it was, to the last bit.
    """
    torch = need("torch", extra="language")
    device = next(model.parameters()).device
    positions = torch.tensor([[0, 1, 2, 0, 1, 2]], device=device)
    before = torch.tensor([[0, 1, 2, 0, 1, 2]], device=device)
    other = torch.tensor([[2, 0, 1, 0, 1, 2]], device=device)
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            seen = [
                model(input_ids=tokens, position_ids=positions, use_cache=False).logits[:, 3:]
                for tokens in (before, other)
            ]
    except TypeError:  # it takes no positions at all
        return False
    finally:
        model.train(training)
    return bool(torch.equal(*seen))
