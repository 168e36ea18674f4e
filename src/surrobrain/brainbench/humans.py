"""What human experts chose: trials, who was left out and why, and the most expert of them."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import choice, existing_file, number

__all__ = ["Humans", "most_expert", "read_humans"]

_SHORTEST = 5000.0  # ms
_NEEDED = ("participant", "correct")
_NAMES = ("id", "case_id", "item")
_MISSING = {"", "na", "nan", "none"}

Ties = Literal["first", "last", "all", "percentile", "subfield percentile"]


@dataclass(frozen=True, eq=False)
class Humans:
    """Trials of people who read the same cases as the models; all columns have one entry each.

    Parameters
    ----------
    participants : tuple of str
        Who read.
    ids : tuple of str
        Which case.
    correct : array, shape (n_trials,)
        Whether the original was chosen.
    confidence, expertise : array, shape (n_trials,)
        As rated by the reader, NaN where not asked.
    experience : array, shape (n_trials,)
        Years in the field.
    positions : tuple of str
        Of the career, such as "Doctoral student".
    subfields : tuple of (str or None)
        Of the cases.
    excluded : mapping of str to int
        Trials that were left out, by reason.

    Examples
    --------
    >>> one = np.array([50.0])
    >>> humans = Humans(("a",), ("7",), np.array([False]), one, one, one, ("staff",), ("Systems",))
    >>> humans.n_trials, humans.signed_confidence
    (1, array([-50.]))
    """

    participants: tuple[str, ...]
    ids: tuple[str, ...]
    correct: Bool[np.ndarray, "trials"]
    confidence: Float[np.ndarray, "trials"]
    expertise: Float[np.ndarray, "trials"]
    experience: Float[np.ndarray, "trials"]
    positions: tuple[str, ...]
    subfields: tuple[str | None, ...]
    excluded: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        """How many times somebody read a case."""
        return len(self.ids)

    @property
    def signed_confidence(self) -> Float[np.ndarray, "trials"]:
        """Confidence, negative where the altered version was chosen."""
        return np.where(self.correct, self.confidence, -self.confidence)

    def select(self, wanted: Bool[np.ndarray, "trials"]) -> "Humans":
        """Return some of the trials."""
        keep = np.flatnonzero(wanted)

        def some(column: tuple) -> tuple:
            return tuple(column[k] for k in keep)

        return replace(
            self, participants=some(self.participants), ids=some(self.ids),
            positions=some(self.positions), subfields=some(self.subfields),
            **{name: getattr(self, name)[keep]
               for name in ("correct", "confidence", "expertise", "experience")},
        )  # fmt: skip


def read_humans(path: str | Path, *, unmoved: bool = True) -> Humans:
    r"""Read the trials of a behavioral study, and leave out what its rules leave out.

    Parameters
    ----------
    path : str or Path
        Table (csv) of one row per trial with ``participant``, ``case_id`` (or ``id``) and
        ``correct`` (0 or 1). ``confidence``, ``expertise``, ``experience`` (years), ``position``
        and ``journal_section`` (or ``subfield``) are used where there; ``recognised``, ``rt_ms``
        and ``click_slider`` decide what is left out.
    unmoved : bool
        Keep participants who moved no slider in any trial of the table.

    Returns
    -------
    Humans
        ``excluded`` counts the trials that were left out.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        A column is missing, a value is no number, or nothing is left; the line is named.

    Notes
    -----
    Left out are abstracts that the reader recognized and trials of 5 s or less. The published
    study also leaves out who failed a catch trial, or moved no slider in the whole session. Its
    public tables were cleaned by these rules and hold a part of each session, without catch trials:
    the first cannot be applied to them, and the second would take away one more participant than
    the study did. Give ``unmoved=False`` for whole sessions.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "participants.csv"
    >>> _ = path.write_text("participant,case_id,correct,recognised\n0,7,1,0\n1,7,1,1\n")
    >>> humans = read_humans(path)
    >>> humans.n_trials, humans.excluded["recognized"]
    (1, 1)
    """
    found = existing_file(path)
    with open(found, newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    header = rows[0].keys() if rows else ()
    lacking = [name for name in _NEEDED if name not in header]
    lacking += [] if set(_NAMES) & set(header) else [" or ".join(_NAMES)]
    if lacking:
        raise ValueError(f"{found.name} has no column {', '.join(lacking)}; name them so")
    kept, excluded = _without_excluded(rows, found.name, unmoved=unmoved)
    if not kept:
        raise ValueError(f"no trial of {found.name} is left: {dict(excluded)} were left out")
    name = next(name for name in _NAMES if name in header)
    numbers = {
        column: np.array([_number(row, column, found.name) for row in kept])
        for column in ("correct", "confidence", "expertise", "experience")
    }
    if not np.isin(numbers["correct"], (0, 1)).all():
        raise ValueError(f"correct must be 0 or 1 in every row of {found.name}")
    return Humans(
        tuple(row["participant"] for row in kept),
        tuple(row[name] for row in kept),
        numbers["correct"] == 1,
        numbers["confidence"], numbers["expertise"], numbers["experience"],
        tuple(row.get("position") or "unknown" for row in kept),
        tuple(row.get("journal_section") or row.get("subfield") for row in kept),
        excluded,
    )  # fmt: skip


def most_expert(humans: Humans, *, share: float = 0.2, ties: Ties = "first") -> Humans:
    """Return the trials whose readers rated their expertise highest.

    Parameters
    ----------
    humans : Humans
        All trials.
    share : float
        Of the trials.
    ties : {"first", "last", "all", "percentile", "subfield percentile"}
        How the cut treats equal ratings. The first three take int(share n) of the n trials of
        each case: of equal ones those that come first in the file, those that come last, or all
        of them, which takes more. The others cut at a percentile of all trials, or of those of
        the subfield, and keep what reaches it.

    Returns
    -------
    Humans

    Raises
    ------
    ValueError
        Nobody was asked, or no case has enough trials.

    Notes
    -----
    The published figure keeps the first. Ratings are whole numbers and often equal, so the rule
    moves the accuracy by several percent: show all of them.

    Examples
    --------
    >>> nan = np.full(5, np.nan)
    >>> humans = Humans(tuple("abcde"), ("1",) * 5, np.array([True, False, False, True, False]),
    ...                 nan, np.array([9.0, 9, 1, 1, 1]), nan, ("",) * 5, (None,) * 5)
    >>> [most_expert(humans, ties=ties).correct.tolist() for ties in ("first", "last", "all")]
    [[True], [False], [True, False]]
    """
    number(share, "share", low=0.0, high=1.0)
    choice(ties, ["first", "last", "all", "percentile", "subfield percentile"], "tie rule")
    if not np.isfinite(humans.expertise).all():
        raise ValueError("expertise was not rated in every trial; the most expert are not known")
    names = {"percentile": ("",) * humans.n_trials, "subfield percentile": humans.subfields}
    codes = np.unique([str(n) for n in names.get(ties, humans.ids)], return_inverse=True)[1]
    wanted = np.zeros(humans.n_trials, dtype=bool)
    for code in range(codes.max() + 1):
        trials = np.flatnonzero(codes == code)
        rated = humans.expertise[trials]
        if ties in names:
            wanted[trials] = rated >= np.percentile(rated, 100 * (1 - share))
            continue
        n = int(share * len(trials))
        order = trials if ties != "last" else trials[::-1]
        best = order[np.argsort(-humans.expertise[order], kind="stable")][:n]
        wanted[best] = True
        if ties == "all" and n:
            wanted[trials] = rated >= humans.expertise[best[-1]]
    if not wanted.any():
        raise ValueError(f"no case has trials enough for a share of {share:g}; give a larger share")
    return humans.select(wanted)


def _without_excluded(
    rows: list[dict], name: str, *, unmoved: bool
) -> tuple[list[dict], dict[str, int]]:
    moved = {row["participant"] for row in rows if (row.get("click_slider") or "1") != "0"}
    excluded = {"recognized": 0, "5 s or less": 0, "never moved a slider": 0}
    kept = []
    for row in rows:
        seconds = _number(row, "rt_ms", name)
        if (row.get("recognised") or "0") not in ("0", "False", "false"):
            excluded["recognized"] += 1
        elif seconds <= _SHORTEST:
            excluded["5 s or less"] += 1
        elif not unmoved and row["participant"] not in moved:
            excluded["never moved a slider"] += 1
        else:
            kept.append(row)
    return kept, excluded


def _number(row: dict, column: str, name: str) -> float:
    text = row.get(column)
    if text is None or text.strip().lower() in _MISSING:
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"{column} of participant {row['participant']} in {name} must be a number, but "
            f"{text!r} arrived"
        ) from None
