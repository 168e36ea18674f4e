"""What a benchmark hands to the runner, and how targets are read."""

import operator
from dataclasses import dataclass, field

__all__ = ["Outcome", "met"]

_compare = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Outcome:
    """Rows to show, figures to keep, and the targets they are held against.

    Parameters
    ----------
    rows : list of dict
        The table: one dict per line, column name -> text or number.
    figures : dict of str to float or None
        Every number worth quoting; None where it could not be measured here.
    targets : dict of str to str
        Figure name -> bound such as ``"<= 0.6"``.
    notes : list of str
        What a reader must know beside the table.
    """

    rows: list[dict]
    figures: dict[str, float | None]
    targets: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def met(outcome: Outcome) -> bool:
    """Tell whether every target is reached; a figure that is absent does not reach it."""
    for name, bound in outcome.targets.items():
        sign, limit = bound.split()
        value = outcome.figures.get(name)
        if value is None or not _compare[sign](value, float(limit)):
            return False
    return True
