"""Names of models, short enough for an axis."""

__all__ = ["shortened"]


def shortened(name: str, *, longest: int = 34) -> str:
    """Return a name without its publisher, and cut where it is too long.

    Examples
    --------
    >>> shortened("mistralai--Mistral-7B-v0.1"), shortened("a" * 9, longest=6)
    ('Mistral-7B-v0.1', 'aaa...')
    """
    name = name.rpartition("--")[2]
    return name if len(name) <= longest else f"{name[: longest - 3]}..."
