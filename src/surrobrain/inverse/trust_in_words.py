"""The report on an answer as a paragraph and a table."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.inverse.existence import Existence
from surrobrain.inverse.stability import Stability
from surrobrain.inverse.uniqueness import Uniqueness

if TYPE_CHECKING:
    from surrobrain.inverse.well_posed import Trust

__all__ = ["in_words"]

_UNUSUAL = 0.05
_MOST = 20  # rows of the table


def in_words(trust: "Trust") -> str:
    """Return what a report says: first in sentences, then unknown by unknown.

    Parameters
    ----------
    trust : Trust
        The report.
    """
    said = [_overall(trust)]
    if trust.existence is not None:
        said.append(_existence(trust.existence))
    if trust.uniqueness is not None:
        said.append(_uniqueness(trust.uniqueness))
    if trust.stability is not None:
        said.append(_stability(trust.stability, trust.names))
    said += [f"Note: {remark}." for remark in trust.remarks]
    return "\n".join(said) + "\n\n" + _table(trust)


def _overall(trust: "Trust") -> str:
    kinds = ("identified", "weakly identified", "not identified")
    counts = [(kind, trust.verdicts.count(kind)) for kind in kinds]
    told = ", ".join(f"{n} {kind}" for kind, n in counts if n)
    return f"Of {len(trust.names)} unknowns: {told}."


def _existence(found: Existence) -> str:
    told = []
    rows = zip(found.features, found.fitted, found.prior, strict=True)
    for name, fitted, prior in rows:
        place = "inside" if fitted > _UNUSUAL else "outside"
        told.append(
            f"the {name} of the recording lies {place} what the model does at the best point "
            f"(p = {fitted:.2f}; among runs of the prior p = {prior:.2f})"
        )
    lost = f"; {found.diverged:.0%} of the prior's runs diverged" if found.diverged else ""
    return f"Existence: {'; '.join(told)}{lost}."


def _uniqueness(found: Uniqueness) -> str:
    good = found.places >= 0
    n, places = int(good.sum()), len(set(found.places[good]))
    if len(found.ends) < 2:
        told = "only one search was made; more starts would tell whether others end elsewhere"
    elif places < 2:
        told = f"{n} of {len(found.ends)} searches ended at the best point"
    else:
        ways = len(set(found.behaviors[good]))
        told = (
            f"{n} of {len(found.ends)} searches ended equally well in {places} places, with "
            f"{ways} behavior{'s' if ways > 1 else ''}"
        )
    if found.symmetric:
        told += f"; the same behavior with {' or '.join(found.symmetric)}"
    return f"Uniqueness: {told}."


def _stability(found: Stability, names: tuple[str, ...]) -> str:
    curve = zip(found.levels, np.median(found.changes, axis=1), strict=True)
    changes = ", ".join(f"{100 * c:.2g} % at {100 * level:g} %" for level, c in curve)
    blocks = ""
    if found.block_changes is not None:
        change = 100 * np.median(found.block_changes)
        blocks = f", and by {change:.2g} % when time is resampled in blocks"
    weak = "; ".join(found.sloppy[:3]) if len(names) > 1 else ""
    return (
        f"Stability: condition number {found.spectrum.condition:.3g}, rank {found.spectrum.rank} "
        f"of {len(names)}{f'; weakest direction {weak}' if weak else ''}. Noise on the data moves "
        f"the estimate by {changes}{blocks}."
    )


def _table(trust: "Trust") -> str:
    head = ["unknown", "estimate", "shrinkage", "verdict", "what would help"]
    if trust.z_scores is not None:
        head.insert(3, "z-score")
    rows = []
    for k in range(min(len(trust.names), _MOST)):
        row = [
            trust.names[k], f"{trust.estimate[k]:.4g} {trust.units[k]}".strip(),
            f"{trust.shrinkage[k]:.2f}", trust.verdicts[k], trust.advice[k],
        ]  # fmt: skip
        if trust.z_scores is not None:
            row.insert(3, f"{trust.z_scores[k]:+.2f}")
        rows.append(row)
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    lines = ["  ".join(f"{x:<{w}}" for x, w in zip(row, widths, strict=True)).rstrip()
             for row in [head, *rows]]  # fmt: skip
    left = len(trust.names) - _MOST
    return "\n".join([*lines, *([f"and {left} more"] if left > 0 else [])])
