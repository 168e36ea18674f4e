"""Values of a quantity that is varied, as they are typed."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import numpy as np

__all__ = ["axis", "span"]


def axis(name: str, text: str) -> "np.ndarray":
    """Read ``0:1:11`` (from:to:count) or ``0.1,0.2``, typed after ``--vary``.

    Parameters
    ----------
    name : str
        Of the quantity, for the message.
    text : str
        What was typed.

    Returns
    -------
    array, shape (n_values,)

    Examples
    --------
    >>> axis("coupling", "0:1:3")
    array([0. , 0.5, 1. ])
    """
    import numpy as np

    try:
        if ":" in text:
            low, high, count = text.split(":")
            return np.linspace(float(low), float(high), int(count))
        return np.array([float(entry) for entry in text.split(",")])
    except ValueError:
        raise click.BadParameter(
            f"{name}={text} is neither from:to:count nor numbers with commas",
            param_hint="'--vary'",
        ) from None


def span(name: str, text: str) -> tuple[float, float]:
    """Read ``-1:1`` (from:to), typed after ``--follow``.

    Parameters
    ----------
    name : str
        Of the quantity, for the message.
    text : str
        What was typed.

    Examples
    --------
    >>> span("a", "-0.5:0.5")
    (-0.5, 0.5)
    """
    try:
        low, high = text.split(":")
        return float(low), float(high)
    except ValueError:
        raise click.BadParameter(f"{name}={text} is not from:to", param_hint="'--follow'") from None
