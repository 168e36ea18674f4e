"""From words to volumes of the scanner: one sparse matrix."""

from typing import Any

import numpy as np

from surrobrain.checks import choice, positive, whole
from surrobrain.llm_networks.words import Words

__all__ = ["RULES", "word_to_volume"]

RULES = ("mean", "sum", "lanczos")

_LOBES = 3  # of the Lanczos window
_ROUNDING = 1e-6  # s, within which a word still ends in the last volume


def word_to_volume(
    words: Words, *, tr: float, n_times: int | None = None, rule: str = "mean"
) -> Any:
    """Return the matrix that turns values of words into values of volumes.

    Parameters
    ----------
    words : Words
        With times on the clock of the scan.
    tr : float
        Time between volumes, in seconds; volume i lasts from i tr to (i + 1) tr.
    n_times : int, optional
        Volumes of the scan; by default up to the end of the last word.
    rule : {"mean", "sum", "lanczos"}
        Mean of the words that end in a volume, 0 where none does; their sum, for counts; or the
        words at their middles, filtered by a Lanczos window at the middles of the volumes.

    Returns
    -------
    scipy.sparse.csr_array, shape (n_times, n_words)

    Raises
    ------
    ValueError
        A word ends outside the scan, or the rule is unknown.

    Notes
    -----
    Lanczos: ``x_i = sum_w a_w L(2 f_c (t_i - t_w))`` with ``L(x) = sinc(x) sinc(x / 3)`` for
    ``|x| < 3`` and the cutoff ``f_c = 1 / (2 tr)``.

    Examples
    --------
    >>> words = Words(("a", "b", "c"), np.array([0.0, 1.0, 4.5]), np.array([0.9, 1.9, 5.0]))
    >>> word_to_volume(words, tr=2.0).toarray()
    array([[0.5, 0.5, 0. ],
           [0. , 0. , 0. ],
           [0. , 0. , 1. ]])
    """
    from scipy.sparse import csr_array

    choice(rule, RULES, "rule")
    positive(tr, "tr", unit="s")
    volume = _volumes(words, tr, n_times)
    n_rows = int(volume.max()) + 1 if n_times is None else n_times
    shape, columns = (n_rows, len(words)), np.arange(len(words))
    if rule == "lanczos":
        middles = (words.onsets + words.offsets) / 2
        x = (np.arange(n_rows)[:, None] + 0.5) - middles / tr  # (volume, word)
        near = np.abs(x) < _LOBES
        return csr_array(np.where(near, np.sinc(x) * np.sinc(x / _LOBES), 0.0))
    weights = np.ones(len(words))
    if rule == "mean":
        weights /= np.bincount(volume)[volume]
    return csr_array((weights, (volume, columns)), shape=shape)


def _volumes(words: Words, tr: float, n_times: int | None) -> np.ndarray:
    """Return the volume in which each word ends, or name the first word outside the scan."""
    volume = np.floor(words.offsets / tr).astype(np.int64)
    if n_times is not None:
        whole(n_times, "n_times", low=1)
        volume[(volume == n_times) & (words.offsets <= n_times * tr + _ROUNDING)] -= 1
    last = np.inf if n_times is None else n_times
    outside = np.flatnonzero((volume < 0) | (volume >= last))
    if len(outside):
        k = int(outside[0])
        until = "" if n_times is None else f" and {n_times * tr:g} s"
        raise ValueError(
            f"{len(outside)} words of {words.name} end outside the scan, such as word {k} "
            f"({words.text[k]!r}) at {words.offsets[k]:g} s; words must end between 0{until}: say "
            "when the first volume begins (read_words(..., start=...)), or keep words.between(...)"
        )
    return volume
