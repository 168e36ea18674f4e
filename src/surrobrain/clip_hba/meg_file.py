"""A model over time in a folder: what this stage changed, and the stages before it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.clip_hba.beginning import plain
from surrobrain.clip_hba.behavior import BehaviorModel
from surrobrain.clip_hba.behavior_file import load_behavior, save_behavior
from surrobrain.clip_hba.layer_mixing import Curves
from surrobrain.clip_hba.loading import CARD, Clip, load_clip, save_clip
from surrobrain.clip_hba.rdm_loss import RDMLoss
from surrobrain.clip_hba.time_model import TimeHistory, TimeModel
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.files import sha256, write_arrays
from surrobrain.pretrained.vision import VisionModel, load_vision
from surrobrain.training.options import Training

__all__ = ["load_meg", "load_stage", "save_meg"]

_ARRAYS, _START = "time.safetensors", "start"


def save_meg(model: TimeModel, folder: str | Path) -> Path:
    """Write a model over time with the stages before it, without CLIP itself.

    Parameters
    ----------
    model : TimeModel
    folder : path
        Gets the adapter, ``time.safetensors``, the stage before in ``start`` and, last,
        ``card.json``, which says to what all of it belongs.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.clip_hba import load_meg, simulate_study, tune_meg
    >>> study = simulate_study(n_images=20, n_persons=1, trained=False)
    >>> quick = TimeRecipe(layers=Training(epochs=1), adapters=Training(epochs=0))
    >>> model = tune_meg(
    ...     study.vision, study.images, study.movies, prompts=study.prompts, recipe=quick
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_meg(save_meg(model, folder), model=study.vision)
    >>> bool((again.layer_schedule == model.layer_schedule).all())
    True
    """
    start = Path(folder) / _START
    if isinstance(model.start, TimeModel):
        save_meg(model.start, start)
    elif isinstance(model.start, BehaviorModel):
        save_behavior(model.start, start)
    elif isinstance(model.start, Clip):
        save_clip(model.start, start)
    arrays = {"times": model.times, "free": model.free}
    if model.curves is not None:
        arrays |= dataclasses.asdict(model.curves)
    written = write_arrays(Path(folder) / _ARRAYS, arrays)
    more = {
        "stage": "meg",
        "time_sha256": sha256(written),
        "prompts": list(model.prompts),
        "recipe": dataclasses.asdict(model.recipe),
        "history": dataclasses.asdict(model.history),
        "started_plain": isinstance(model.start, VisionModel),
    }
    return save_clip(model.clip, folder, more=more)


def load_meg(folder: str | Path, *, model: str | Path | VisionModel | None = None) -> TimeModel:
    """Read what `save_meg` wrote and put it on the model it was made from.

    Parameters
    ----------
    folder : path
    model : str, Path or VisionModel, optional
        CLIP as it was before the first stage, where its name in the card does not lead to it.

    Returns
    -------
    TimeModel

    Raises
    ------
    FileNotFoundError
        There is no card in the folder.
    ValueError
        The folder holds another kind of model, CLIP has other weights, or a file was replaced.

    Examples
    --------
    >>> load_meg("no/such/folder")
    Traceback (most recent call last):
    FileNotFoundError: there is no file 'no/such/folder/card.json'; check the path
    """
    folder = Path(folder)
    card = _card(folder)
    if card.get("stage") != "meg":
        raise ValueError(
            f"{str(folder)!r} holds no model over time; it was written by another stage"
        )
    path = existing_file(folder / _ARRAYS)
    if sha256(path) != card["time_sha256"]:
        raise ValueError(
            f"{_ARRAYS} in {str(folder)!r} is not the one of which {CARD} speaks; one of the two "
            "was replaced or damaged: save the model again"
        )
    if not card["started_plain"]:
        start: Any = load_stage(folder / _START, model=model)
    else:
        start = model if isinstance(model, VisionModel) else load_vision(model or card["model"])
    clip = load_clip(folder, model=plain(start))
    recipe = _recipe(card["recipe"])
    if recipe.directions_only:
        for name, value in clip.trained().items():
            value.requires_grad_(requires_grad="magnitude" not in name)
    from safetensors.numpy import load_file

    arrays: dict[str, np.ndarray] = load_file(path)
    curves = Curves(**{k: arrays[k] for k in ("beta", "scale", "noise")}) if recipe.curves else None
    history = {k: tuple(v) for k, v in card["history"].items()}
    return TimeModel(
        clip, tuple(card["prompts"]), arrays["times"], arrays["free"], recipe, curves, start,
        TimeHistory(**history),
    )  # fmt: skip


def load_stage(
    folder: str | Path, *, model: str | Path | VisionModel | None = None
) -> TimeModel | BehaviorModel | Clip:
    """Read whatever stage a folder holds: a model over time, a behaving one, or adapters alone."""
    card = _card(Path(folder))
    if card.get("stage") == "meg":
        return load_meg(folder, model=model)
    return load_behavior(folder, model=model) if "head_sha256" in card else load_clip(
        folder, model=model
    )  # fmt: skip


def _card(folder: Path) -> dict[str, Any]:
    return json.loads(existing_file(folder / CARD).read_text(encoding="utf-8"))


def _recipe(told: dict[str, Any]) -> TimeRecipe:
    parts = {"layers": Training, "adapters": Training, "loss": RDMLoss}
    return TimeRecipe(**{**told, **{name: kind(**told[name]) for name, kind in parts.items()}})
