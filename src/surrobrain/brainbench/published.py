"""Scores of models as tables: those of the published study, and our own."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.scoring_results import read_results
from surrobrain.checks import existing_file
from surrobrain.files import write_text

__all__ = ["headline", "read_choices", "write_choices"]

_OPTIONS = ("original", "altered")
_IDS = ("id", "case_id")


def read_choices(
    path: str | Path, *, subfields: Mapping[str, str | None] | None = None
) -> dict[str, Choices]:
    r"""Read the scores of one or more models from a table of one row per model and case.

    Parameters
    ----------
    path : str or Path
        What a run of scoring wrote (jsonl), or a csv with ``model``, ``id`` (or ``case_id``), and
        ``loss_original`` and ``loss_altered`` in nats per token, or ``ppl_original`` and
        ``ppl_altered`` as in the published tables.
        ``n_tokens_*``, ``n_bytes_*`` and ``subfield`` are read where they are there.
    subfields : mapping, optional
        Of the cases, by id, where the table does not say them.

    Returns
    -------
    dict of str to Choices
        By model, in the order of the file.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        A column is missing, or a score is no positive number; model and case are named.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.csv"
    >>> _ = path.write_text("model,case_id,ppl_original,ppl_altered\ngpt2,0,20.5,21.0\n")
    >>> read_choices(path)["gpt2"].correct
    array([ True])
    """
    found = existing_file(path)
    if found.suffix == ".jsonl":
        return read_results(found, subfields=subfields)
    with open(found, newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    header = list(rows[0]) if rows else []
    name = next((name for name in _IDS if name in header), None)
    measure = next((m for m in ("loss", "ppl") if f"{m}_original" in header), None)
    if "model" not in header or name is None or measure is None:
        raise ValueError(
            f"{found.name} needs the columns model, id (or case_id), and loss_original and "
            f"loss_altered (or ppl_original and ppl_altered), but has {', '.join(header) or 'none'}"
        )
    models: dict[str, list[dict]] = {}
    for row in rows:
        models.setdefault(row["model"], []).append(row)
    return {
        model: _choices(model, lines, name=name, measure=measure, subfields=subfields or {})
        for model, lines in models.items()
    }


def headline(path: str | Path) -> dict[str, str]:
    """Return the models of the published headline in the order of the paper, and their tuning.

    Parameters
    ----------
    path : str or Path
        The published table, with ``paper_order`` and ``tuning``.

    Returns
    -------
    dict of str to str
        Name of the model to "base" or "tuned".

    Raises
    ------
    ValueError
        The table does not say the order of the paper.
    """
    with open(existing_file(path), newline="", encoding="utf-8-sig") as stream:
        ranked = {
            row["model"]: (float(row["paper_order"]), row["tuning"])
            for row in csv.DictReader(stream)
            if row.get("paper_order")
        }
    if not ranked:
        raise ValueError(f"{Path(path).name} has no paper_order; the headline models are not known")
    return {name: ranked[name][1] for name in sorted(ranked, key=lambda name: ranked[name][0])}


def write_choices(path: str | Path, choices: Choices | Sequence[Choices]) -> Path:
    """Write scores as a table that `read_choices` reads, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Of the csv.
    choices : Choices or sequence of Choices
        Of pairs: an original and one altered version.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        A case has more than two versions.
    """
    models = (choices,) if isinstance(choices, Choices) else tuple(choices)
    columns = [
        f"{kind}_{option}" for kind in ("loss", "n_tokens", "n_bytes") for option in _OPTIONS
    ]
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["model", "id", "subfield", *columns])
    for model in models:
        if model.loss.shape[1] != 2:
            raise ValueError(f"{model.model} chose among {model.loss.shape[1]} versions, not 2")
        for k, case in enumerate(model.ids):
            counts = [
                value
                for kind in (model.n_tokens, model.n_bytes)
                for value in (["", ""] if kind is None else kind[k].tolist())
            ]
            subfield = model.subfields[k] if model.subfields else None
            table.writerow([model.model, case, subfield or "", *model.loss[k].tolist(), *counts])
    return write_text(path, stream.getvalue())


def _choices(
    model: str,
    rows: list[dict],
    *,
    name: str,
    measure: str,
    subfields: Mapping[str, str | None],
) -> Choices:
    ids = tuple(row[name] for row in rows)
    values = np.array([[_number(row, f"{measure}_{o}", name) for o in _OPTIONS] for row in rows])
    if measure == "ppl":
        if values.min() <= 0:
            bad = ids[int(np.argmin(values.min(axis=1)))]
            raise ValueError(f"perplexity of {model} on case {bad!r} is not above 0")
        values = np.log(values)
    fields = tuple(row.get("subfield") or subfields.get(row[name]) for row in rows)
    return Choices(
        model, ids, values, _counts(rows, "n_tokens"), _counts(rows, "n_bytes"),
        fields if any(fields) else (),
    )  # fmt: skip


def _number(row: dict, column: str, name: str) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = math.nan
    if math.isfinite(value):
        return value
    raise ValueError(
        f"{column} of {row['model']} on case {row[name]!r} must be a finite number, but "
        f"{row.get(column)!r} arrived"
    )


def _counts(rows: list[dict], kind: str) -> np.ndarray | None:
    columns = [f"{kind}_{option}" for option in _OPTIONS]
    if not all(row.get(column) for row in rows for column in columns):
        return None
    return np.array([[int(row[column]) for column in columns] for row in rows])
