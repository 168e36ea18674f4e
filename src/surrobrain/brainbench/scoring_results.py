"""What a run of scoring left in its file, as choices."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.brainbench.choices import Choices
from surrobrain.journal import read_journal

__all__ = ["read_results"]

_OPTIONS = ("original", "altered")

Scores = dict[str, dict[str, dict[str, Any]]]  # case -> version -> score


def read_results(
    path: str | Path, *, subfields: Mapping[str, str | None] | None = None
) -> dict[str, Choices]:
    """Read the journal of a run of scoring: one or more models, one or more recipes.

    Parameters
    ----------
    path : str or Path
        Lines of JSON with ``model``, ``scoring`` and ``scores``; each score has ``id``,
        ``version``, ``log_likelihood`` (natural, summed), ``n_tokens`` and ``n_bytes``.
    subfields : mapping, optional
        Of the cases, by id.

    Returns
    -------
    dict of str to Choices
        By model; where a model was scored by several recipes, by "model (recipe)". The loss is
        per token.

    Raises
    ------
    ValueError
        Nothing was scored, or a case has one version only, as after a kill: resume the run.
    """
    found: dict[tuple[str, str], Scores] = {}
    for entry in read_journal(path).entries:
        lines: Any = entry.get("scores", [])
        scores = found.setdefault((str(entry.get("model")), str(entry.get("scoring"))), {})
        for line in lines:
            scores.setdefault(str(line["id"]), {})[line["version"]] = line
    if not any(found.values()):
        raise ValueError(f"{Path(path).name} holds no scores; run the scoring first")
    models = [model for model, _ in found]
    return {
        (name := model if models.count(model) == 1 else f"{model} ({recipe})"): _choices(
            name, recipe, scores, subfields or {}
        )
        for (model, recipe), scores in found.items()
    }


def _choices(
    name: str, recipe: str, scores: Scores, subfields: Mapping[str, str | None]
) -> Choices:
    half = [case for case, versions in scores.items() if set(_OPTIONS) - set(versions)]
    if half:
        raise ValueError(
            f"{len(half)} cases of {name}, such as {half[0]!r}, lack a version; resume the scoring"
        )
    columns = {
        column: np.array([[versions[o][column] for o in _OPTIONS] for versions in scores.values()])
        for column in ("log_likelihood", "n_tokens", "n_bytes")
    }
    fields = tuple(subfields.get(case) for case in scores)
    return Choices(
        name, tuple(scores), -columns["log_likelihood"] / columns["n_tokens"],
        columns["n_tokens"], columns["n_bytes"], fields if any(fields) else (), recipe,
    )  # fmt: skip
