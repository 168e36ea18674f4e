"""The first stage: CLIP, so changed that its angles to 66 prompts are what people judge."""

import dataclasses
import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float64

from surrobrain.clip_hba.digests import base_digest, tensors_digest
from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.loading import Clip, copied
from surrobrain.clip_hba.random_start import randomize
from surrobrain.clip_hba.readout import fitted_line
from surrobrain.clip_hba.recipe import Recipe, recipe_from
from surrobrain.clip_hba.split import Split, split_by_name
from surrobrain.clip_hba.views import Views, all_cosines, view
from surrobrain.pretrained.images import Images, image_digest
from surrobrain.seeds import torch_chance
from surrobrain.training.loop import Trained, train
from surrobrain.training.moment import Moment

__all__ = ["BehaviorModel", "tune_behavior"]

_LISTED = 5


@dataclass(frozen=True, eq=False)
class BehaviorModel:
    """A CLIP model that says of an image what people would.

    Parameters
    ----------
    clip : Clip
        With the tuned adapter.
    prompts : tuple of str
        Dimensions in words.
    scale, offset : array, shape (n_dimensions,)
        A prediction is ``scale * cosine + offset``.
    calibration : array, shape (2, n_dimensions)
        Scale and offset by least squares for the model without its adapter: what is gained by
        them alone.
    split : Split
        Names of the objects it learned from, and of those it did not.
    recipe : Recipe
        How it was tuned.
    trained : Trained
        Losses by epoch.

    Examples
    --------
    >>> from surrobrain.training.options import Training
    >>> from surrobrain.clip_hba.embedding import Embedding
    >>> from surrobrain.clip_hba.loading import load
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> rng = np.random.default_rng(0)
    >>> pictures = rng.integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    >>> images = Images([f"object {k}" for k in range(12)], list(pictures))
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 2)), images.names, ["animal", "metal"])
    >>> brief = Recipe(training=Training(epochs=2))
    >>> model = tune_behavior(load(untrained_vision(), rank=2), images, people, recipe=brief)
    >>> len(model.split.train), len(model.split.validation), model.recipe.name
    (10, 2, 'improved')
    """

    clip: Clip
    prompts: tuple[str, ...]
    scale: Float64[np.ndarray, "dimensions"]
    offset: Float64[np.ndarray, "dimensions"]
    calibration: Float64[np.ndarray, "2 dimensions"]
    split: Split
    recipe: Recipe
    trained: Trained

    def predict(
        self, images: Images, *, cache: str | Path | None = None
    ) -> Float64[np.ndarray, "images dimensions"]:
        """Return the embedding of images, in the units of the one it was tuned to.

        Parameters
        ----------
        images : Images
        cache : path, optional
            Folder for what frozen layers make of them.

        Raises
        ------
        ValueError
            An image does not decode; the message names it.
        """
        views = view(self.clip, images, self.prompts, recipe=self.recipe, cache=cache)
        return self.scale * all_cosines(views) + self.offset


def tune_behavior(
    clip: Clip, images: Images, embeddings: Embedding, *, held_out: Sequence[str] = (),
    recipe: str | Recipe = "improved", cache: str | Path | None = None,
    checkpoint: str | Path | None = None,
) -> BehaviorModel:  # fmt: skip
    """Tune CLIP until its angles to the dimensions in words are what people judge.

    Parameters
    ----------
    clip : Clip
        From `surrobrain.clip_hba.load`; stays as it is.
    images : Images
        One for every row of the embedding, matched by name; more do no harm.
    embeddings : Embedding
        What people judge: 66 dimensions of 1854 objects in THINGS.
    held_out : sequence of str
        Objects that are neither learned from nor used to choose the epoch: for THINGS the 48
        whose similarity was measured in full.
    recipe : {"improved", "published"} or Recipe
        How; see `surrobrain.clip_hba.recipe`.
    cache : path, optional
        Folder in which the frozen part of the model keeps what it made of every image.
    checkpoint : path, optional
        File that is rewritten after every epoch. Where it exists, training goes on from it, and
        ends in the same weights as if it had never been cut off, to the bit on a CPU.

    Returns
    -------
    BehaviorModel

    Raises
    ------
    ValueError
        A row has no image, an image does not decode, the checkpoint belongs to another training,
        or kept activations would be wrong; the message names which.
    Diverged
        The error left the finite range.

    Notes
    -----
    Prediction of dimension d: ``scale_d * cos(image, prompt_d) + offset_d``; loss: mean squared
    error over dimensions. The published method is scale 100 and offset 0 [1]_. The objects that
    validate choose the epoch, so their error is a little too good; only those held out judge.

    References
    ----------
    .. [1] Zhao et al. (2025), Shifting attention to you. arXiv 2502.04658.

    Examples
    --------
    >>> from surrobrain.training.options import Training
    >>> from surrobrain.clip_hba.embedding import Embedding
    >>> from surrobrain.clip_hba.loading import load
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> rng = np.random.default_rng(0)
    >>> pictures = rng.integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    >>> images = Images([f"object {k}" for k in range(12)], list(pictures))
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 2)), images.names, ["animal", "metal"])
    >>> brief = Recipe(training=Training(epochs=2))
    >>> model = tune_behavior(load(untrained_vision(), rank=2), images, people, recipe=brief)
    >>> model.predict(images).shape
    (12, 2)
    """
    import torch

    chosen = recipe_from(recipe)
    people = _paired(embeddings, images, chosen)
    split = split_by_name(
        people.names, held_out=held_out, validation=chosen.validation, seed=chosen.seed
    )
    tuned = copied(clip).prepared(chosen.preparation(clip.vision.preparation.size))
    if chosen.start == "kaiming":
        randomize(tuned, seed=chosen.seed)
    # switched on before anything is kept, so that dropout below the cut is seen and refused
    tuned.vision.model.train(mode=chosen.dropout_acts)
    names = (*split.train, *split.validation)
    views = view(tuned, images.pick(names), people.prompts, recipe=chosen, cache=cache)
    tuned.vision.model.eval()
    wanted = people.pick(names).values
    n_train = len(split.train)
    untuned = all_cosines(views, np.arange(n_train), adapted=False)
    calibration = np.stack(fitted_line(untuned, wanted[:n_train]))
    task = _Task(views, torch.as_tensor(wanted, dtype=torch.float32, device=clip.device), n_train,
                 _head(tuned, chosen, calibration), chosen)  # fmt: skip
    kept = None
    if checkpoint is not None:
        kept = Path(checkpoint), _identity(tuned, views, wanted, chosen, split)
    losses = train(
        task.module(), task.objective, n_train, validate=task.validate, options=chosen.training,
        seed=chosen.seed, checkpoint=kept,
    )  # fmt: skip
    tuned.vision.model.eval()
    scale, offset = (v.detach().cpu().numpy().astype(np.float64) for v in task.line())
    return BehaviorModel(
        tuned, tuple(people.prompts), scale, offset, calibration, split, chosen, losses
    )


@dataclass(frozen=True, eq=False)
class _Task:
    """What the training loop asks for."""

    views: Views
    wanted: Any  # (object, dimension)
    n_train: int
    head: dict[str, Any]
    recipe: Recipe

    def module(self) -> Any:
        """Return all that is trained, and nothing that is frozen, as one module."""
        import torch

        every = {**self.views.clip.trained()}
        every |= {name: v for name, v in self.head.items() if v.requires_grad}
        return torch.nn.ParameterDict({name.replace(".", "/"): v for name, v in every.items()})

    def line(self) -> tuple[Any, Any]:
        scale = self.head["scale"] * self.head["growth"].exp()
        return scale, self.head["offset"] + self.head["spread"] * self.head["shift"]

    def error(self, items: np.ndarray, *, moment: Moment | None = None) -> Any:
        from torch.nn.functional import mse_loss

        mirrored = None
        if moment is not None and self.recipe.mirrored:
            mirrored = moment.rng().random(len(items)) < self.recipe.mirrored
        scale, offset = self.line()
        predicted = scale * self.views.cosines(items, mirrored=mirrored) + offset
        return mse_loss(predicted, self.wanted[items])

    def objective(self, items: Any, moment: Moment) -> Any:
        acts = self.recipe.dropout_acts
        if acts:
            self.views.clip.vision.model.train()
        drawn = int(moment.rng().spawn(1)[0].integers(2**31))
        with torch_chance(drawn) if acts else nullcontext():
            return self.error(items.numpy(), moment=moment)

    def validate(self) -> float:
        import torch

        self.views.clip.vision.model.eval()
        items = np.arange(self.n_train, len(self.wanted))
        parts = np.array_split(items, -(-len(items) // self.recipe.training.batch))
        with torch.no_grad():
            return sum(float(self.error(part)) * len(part) for part in parts) / len(items)


def _paired(embeddings: Embedding, images: Images, recipe: Recipe) -> Embedding:
    if recipe.names_sorted:
        embeddings = dataclasses.replace(embeddings, names=tuple(sorted(embeddings.names)))
    there = set(images.names)
    absent = [name for name in embeddings.names if name not in there]
    if absent:
        more = f" and {len(absent) - _LISTED} more" if len(absent) > _LISTED else ""
        raise ValueError(
            f"{len(absent)} of {len(embeddings.names)} rows of the embedding have no image: "
            f"{', '.join(absent[:_LISTED])}{more}; add the images, or keep the other rows with "
            "embedding.pick(names)"
        )
    return embeddings


def _head(clip: Clip, recipe: Recipe, calibration: Float[np.ndarray, "2 dimensions"]) -> dict:
    """Return scale and offset as numbers near zero that grow at the pace of all other weights."""
    import torch

    learned, n = recipe.head == "learned", calibration.shape[1]
    fixed = {
        "scale": torch.full((n,), float(clip.network.logit_scale.exp())), "offset": torch.zeros(n)
    }  # fmt: skip
    if learned:
        fixed = {
            "scale": torch.as_tensor(calibration[0], dtype=torch.float32),
            "offset": torch.as_tensor(calibration[1], dtype=torch.float32),
        }
    fixed["spread"] = fixed["offset"].abs().mean() + fixed["scale"].mean() * 0.1
    moving = {name: torch.nn.Parameter(torch.zeros(n, device=clip.device), requires_grad=learned)
              for name in ("growth", "shift")}  # fmt: skip
    return {name: value.to(clip.device) for name, value in fixed.items()} | moving


def _identity(
    clip: Clip, views: Views, wanted: np.ndarray, recipe: Recipe, split: Split
) -> dict[str, Any]:
    told = dataclasses.asdict(recipe)
    training = told.pop("training")
    training.pop("progress")
    pictures = "".join(image_digest(source) for source in views.images.sources)
    return {
        "what": "behavior",
        "model": base_digest(clip.network)[:16],
        "adapter": dataclasses.asdict(clip.adapter),
        "start": tensors_digest(clip.trained().items())[:16],
        "images": _short(pictures.encode()),
        "embedding": _short(np.ascontiguousarray(wanted).tobytes()),
        "prompts": views.prompts,
        "split": _short(str(dataclasses.astuple(split)).encode()),
        **{f"recipe.{name}": value for name, value in told.items()},
        **{f"training.{name}": value for name, value in training.items()},
    }


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
