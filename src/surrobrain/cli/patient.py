"""From a folder to a model that can be asked what if."""

from pathlib import Path
from typing import Any

__all__ = ["model_in"]


def model_in(folder: str) -> Any:
    """Return the model, or the posterior, that a folder holds.

    Parameters
    ----------
    folder : str
        Where `save_model` or `save_answer` wrote, or the folder of a run.

    Raises
    ------
    FileNotFoundError
        Nothing of the kind is there.
    """
    from surrobrain.inverse.answers import load_answer
    from surrobrain.inverse.posterior import Posterior
    from surrobrain.models import load_model

    for place in (Path(folder), Path(folder) / "answer"):
        if (place / "answer.json").exists():
            found = load_answer(place)
            return found if isinstance(found, Posterior) else found.model
    inside = Path(folder) / "model"
    return load_model(inside if inside.is_dir() else folder)
