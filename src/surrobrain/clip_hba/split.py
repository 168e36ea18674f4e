"""Which objects teach, which choose the epoch, and which nobody looks at before the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from surrobrain.checks import choice
from surrobrain.seeds import stream

__all__ = ["Split", "split_by_name"]

_SPLIT = 3  # separates this draw from others of the same seed


@dataclass(frozen=True)
class Split:
    """Names of objects; none is in two parts.

    Parameters
    ----------
    train, validation, held_out : tuple of str
        Learned from; used to choose the epoch; never looked at.
    """

    train: tuple[str, ...]
    validation: tuple[str, ...]
    held_out: tuple[str, ...]


def split_by_name(
    names: Sequence[str], *, held_out: Sequence[str] = (), validation: float = 0.2, seed: int = 0
) -> Split:
    """Part objects at random, but for those that are held out by name.

    Parameters
    ----------
    names : sequence of str
        Of all objects.
    held_out : sequence of str
        Some of them.
    validation : float
        Share of the others that validates.
    seed : int
        Decides which.

    Raises
    ------
    ValueError
        A held-out name is no object; too few are left.

    Examples
    --------
    >>> split = split_by_name([f"o{k}" for k in range(12)], held_out=["o3", "o4"])
    >>> len(split.train), len(split.validation), split.held_out
    (8, 2, ('o3', 'o4'))
    """
    for name in held_out:
        choice(name, names, "object to hold out")
    apart = set(held_out)
    rest = sorted(name for name in names if name not in apart)  # whatever order they came in
    n_validation = max(1, round(validation * len(rest)))
    if len(rest) - n_validation < 2:
        raise ValueError(
            f"{len(rest)} objects are left after {len(apart)} were held out; at least 3 are needed "
            "to train and validate"
        )
    order = stream(seed, _SPLIT).permutation(len(rest))
    chosen = [rest[k] for k in order]
    return Split(
        tuple(chosen[n_validation:]), tuple(chosen[:n_validation]), tuple(dict.fromkeys(held_out))
    )
