"""The same stimuli in the same order, by their names."""

from collections.abc import Sequence

from surrobrain.rsa.rdms import RDMs

__all__ = ["matched"]

_LISTED = 10


def matched(first: RDMs, second: RDMs) -> RDMs:
    """Return the second RDMs with their conditions in the order of the first.

    Parameters
    ----------
    first, second : RDMs
        Of the same conditions, in any order.

    Returns
    -------
    RDMs
        The second, itself when the order is the same already.

    Raises
    ------
    ValueError
        One has conditions that the other lacks; the message lists them.

    Examples
    --------
    >>> import numpy as np
    >>> a = RDMs(np.array([[1.0, 2.0, 3.0]]), ["cat", "dog", "car"])
    >>> b = RDMs(np.array([[1.0, 2.0, 3.0]]), ["car", "dog", "cat"])
    >>> matched(a, b).values
    array([[3., 2., 1.]])
    """
    if first.conditions == second.conditions:
        return second
    ours, theirs = set(first.conditions), set(second.conditions)
    if ours != theirs:
        only = [
            f"only the {which} has {_listed([c for c in rdms.conditions if c not in other])}"
            for which, rdms, other in (("first", first, theirs), ("second", second, ours))
            if set(rdms.conditions) - other
        ]
        raise ValueError(
            f"RDMs must tell apart the same conditions, but {'; '.join(only)}; "
            f"keep the {len(ours & theirs)} shared ones with .pick(names)"
        )
    return second.pick(first.conditions)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
