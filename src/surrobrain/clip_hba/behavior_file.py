"""A model tuned to behavior in a folder: the adapter, the line behind it, and a card."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.clip_hba.behavior import BehaviorModel
from surrobrain.clip_hba.loading import CARD, load_clip, save_clip
from surrobrain.clip_hba.recipe import Recipe
from surrobrain.clip_hba.split import Split
from surrobrain.files import sha256, write_arrays
from surrobrain.pretrained.vision import VisionModel
from surrobrain.training.loop import Trained
from surrobrain.training.options import Training

__all__ = ["load_behavior", "save_behavior"]

_HEAD = "head.safetensors"


def save_behavior(model: BehaviorModel, folder: str | Path) -> Path:
    """Write a tuned model without the model it was made from, a megabyte instead of gigabytes.

    Parameters
    ----------
    model : BehaviorModel
    folder : path
        Gets ``adapter_model.safetensors``, ``adapter_config.json``, ``head.safetensors`` and,
        last, ``card.json``, which says to what all of it belongs.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.clip_hba import Embedding, Recipe, load, tune_behavior
    >>> from surrobrain.pretrained import Images
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> rng = np.random.default_rng(0)
    >>> pictures = rng.integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    >>> images = Images([f"object {k}" for k in range(12)], list(pictures))
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 2)), images.names, ["animal", "metal"])
    >>> brief = Recipe(training=Training(epochs=1))
    >>> tuned = tune_behavior(load(untrained_vision(), rank=2), images, people, recipe=brief)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(file.name for file in save_behavior(tuned, folder).iterdir())[2:]
    ['card.json', 'head.safetensors']
    """
    arrays = {"scale": model.scale, "offset": model.offset, "calibration": model.calibration}
    head = write_arrays(Path(folder) / _HEAD, arrays)
    more = {
        "head_sha256": sha256(head),
        "prompts": model.prompts,
        "split": dataclasses.asdict(model.split),
        "recipe": dataclasses.asdict(model.recipe),
        "losses": dataclasses.asdict(model.trained),
    }
    return save_clip(model.clip, folder, more=more)


def load_behavior(
    folder: str | Path, *, model: str | Path | VisionModel | None = None
) -> BehaviorModel:
    """Read what `save_behavior` wrote and put it on the model it was made from.

    Parameters
    ----------
    folder : path
    model : str, Path or VisionModel, optional
        The model, where its name in the card does not lead to it.

    Returns
    -------
    BehaviorModel

    Raises
    ------
    FileNotFoundError
        There is no card in the folder.
    ValueError
        The model has other weights than the one that was tuned, or a file was replaced.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.clip_hba import Embedding, Recipe, load, tune_behavior
    >>> from surrobrain.pretrained import Images
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> rng = np.random.default_rng(0)
    >>> pictures = rng.integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    >>> images = Images([f"object {k}" for k in range(12)], list(pictures))
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 2)), images.names, ["animal", "metal"])
    >>> brief = Recipe(training=Training(epochs=1))
    >>> tuned = tune_behavior(load(untrained_vision(), rank=2), images, people, recipe=brief)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_behavior(save_behavior(tuned, folder), model=untrained_vision())
    >>> bool((again.predict(images) == tuned.predict(images)).all())
    True
    """
    from safetensors.numpy import load_file

    card = json.loads(existing_file(Path(folder) / CARD).read_text(encoding="utf-8"))
    head = existing_file(Path(folder) / _HEAD)
    if card.get("head_sha256") != sha256(head):
        raise ValueError(
            f"{_HEAD} in {str(folder)!r} is not the one of which {CARD} speaks; one of the two was "
            "replaced or damaged: save the model again"
        )
    clip = load_clip(folder, model=model)
    arrays: dict[str, np.ndarray] = load_file(head)
    told = card["recipe"]
    recipe = Recipe(**{**told, "training": Training(**told["training"])})
    split = Split(**{part: tuple(names) for part, names in card["split"].items()})
    losses = card["losses"]
    trained = Trained(tuple(losses["train"]), tuple(losses["validation"]), losses["best"])
    return BehaviorModel(
        clip, tuple(card["prompts"]), arrays["scale"], arrays["offset"], arrays["calibration"],
        split, recipe, trained,
    )  # fmt: skip
