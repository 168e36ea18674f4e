"""Tuning a vision model to brain responses over time: a group's, or one person's."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.clip_hba.beginning import beginning
from surrobrain.clip_hba.digests import base_digest
from surrobrain.clip_hba.frozen import keep_class_tokens
from surrobrain.clip_hba.kept import keep
from surrobrain.clip_hba.layer_mixing import (
    Curves,
    curves_of,
    embeddings,
    layer_weights,
    reach,
    smoother,
)
from surrobrain.clip_hba.loading import Clip
from surrobrain.clip_hba.meg_target import MEGTarget, even_batch, target_of
from surrobrain.clip_hba.rdm_loss import correlation_rdms
from surrobrain.clip_hba.time_model import TimeHistory, TimeModel, directions_of
from surrobrain.clip_hba.time_recipe import TimeRecipe, time_recipe_from
from surrobrain.clip_hba.towers import class_tokens
from surrobrain.pretrained.images import Images, image_digest
from surrobrain.pretrained.vision import pixels
from surrobrain.rsa.rdms import RDMs
from surrobrain.seeds import stream
from surrobrain.training.loop import Trained, train
from surrobrain.training.moment import Moment
from surrobrain.training.options import Training

__all__ = ["tune_meg"]

_BATCHES, _VALIDATION_NOISE = 8, 9  # separate these draws from others of the same seed


def tune_meg(
    start: Any,
    images: Images,
    movies: RDMs | Mapping[str, RDMs],
    *,
    prompts: Sequence[str] = (),
    recipe: str | TimeRecipe = "improved",
    validation_persons: Sequence[str] = (),
    folder: str | Path | None = None,
) -> TimeModel:
    """Tune a model to RDMs over time; the same call for a group and for one person.

    Parameters
    ----------
    start : Clip, VisionModel, TimeModel, or what `tune_behavior` returned
        What to start from: the behaving model for a group, the group's model for a person. It
        stays as it is.
    images : Images
        One for every condition, by its name; others are left alone.
    movies : RDMs, or mapping of str to RDMs
        One movie, or one per person by name: they are averaged, but for those who validate.
    prompts : sequence of str
        Dimensions in words; by default those of ``start``.
    recipe : str or TimeRecipe
        ``"improved"``, ``"published"``, ``"published person"``, or choices of your own.
    validation_persons : sequence of str
        Who chooses the epochs and is not learned from; by default a quarter of the persons.
    folder : path, optional
        Where class tokens and the state of both phases are kept: the same call goes on after a
        kill, to the bit (on the CPU with the same number of threads).

    Returns
    -------
    TimeModel
        ``.rdm_movie(new_images)`` predicts; ``.layer_schedule`` says which layer speaks when.

    Raises
    ------
    NotEnough
        Too few images, or no person left to learn from.
    ValueError
        A condition has no image, persons differ in conditions or times (the message names them),
        or the folder holds another training.

    Notes
    -----
    Phase A learns layer weights from class tokens that are computed once. Phase B learns them
    together with a change of the output projection of every vision block. Either keeps the epoch
    with the lowest loss on validation images, and persons where there are several. The parts of the
    loss count relative to what they are before any layer weight was learned, also where one starts
    from a group's model: relative to what is nearly perfect already, the smallest change of the
    curves of generalization would outweigh all else.

    Examples
    --------
    >>> from surrobrain.clip_hba import simulate_study
    >>> study = simulate_study(n_images=40, n_persons=1, trained=False)
    >>> quick = {"layers": Training(epochs=2), "adapters": Training(epochs=0)}
    >>> model = tune_meg(
    ...     study.vision, study.images, study.movies["P1"], prompts=study.prompts,
    ...     recipe=time_recipe_from("improved", changes=quick),
    ... )
    >>> model.rdm_movie(study.images).n_rdms == len(study.times)
    True
    """
    import torch

    recipe = time_recipe_from(recipe)
    target = target_of(movies, recipe=recipe, validation_persons=validation_persons)
    begun = beginning(start, recipe=recipe, prompts=prompts)
    task = _Task(
        clip=begun.clip, images=images.pick(target.conditions), target=target, recipe=recipe,
        directions=directions_of(begun.clip, begun.prompts),
        curves=_curves(movies) if recipe.curves else None,
        folder=None if folder is None else Path(folder),
    )  # fmt: skip
    frozen = _frozen(task)
    unlearned = torch.from_numpy(begun.unlearned(target.times, recipe))
    initial = task.validation_parts(frozen[torch.from_numpy(target.validation)], unlearned)
    free, first = _phase_a(task, begun.free(target.times, recipe), frozen, initial)
    free, second = _phase_b(task, free, initial)
    return TimeModel(
        begun.clip, begun.prompts, target.times, free, recipe, task.curves, start,
        TimeHistory(
            first.validation, second.validation, (first.best, second.best), target.persons,
            target.validation_persons,
            tuple(target.conditions[k] for k in target.validation),
        ),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Task:
    """What both phases share."""

    clip: Clip
    images: Images
    target: MEGTarget
    recipe: TimeRecipe
    directions: Any
    curves: Curves | None
    folder: Path | None

    @property
    def cache(self) -> Path | None:
        return None if self.folder is None else self.folder / "cache"

    def predicted(self, reached: Any, free: Any, rng: np.random.Generator) -> Any:
        import torch

        times, recipe = self.target.times, self.recipe
        window = smoother(times, seconds=recipe.smooth, mixing=recipe.mixing)
        window = torch.as_tensor(window, dtype=free.dtype, device=free.device)
        weights = layer_weights(free, window, mixing=recipe.mixing)
        return correlation_rdms(embeddings(reached, weights, curves=self.curves, rng=rng))

    def parts(self, reached: Any, free: Any, items: np.ndarray, rng: np.random.Generator) -> Any:
        import torch

        wanted = torch.as_tensor(self.target.among(items), device=self.clip.device)
        return self.recipe.loss.parts(self.predicted(reached, free, rng), wanted)

    def validation_parts(self, reached: Any, free: Any) -> Any:
        import torch

        rng = stream(self.recipe.seed, _VALIDATION_NOISE)
        wanted = self.target.among(self.target.validation, validation=True)
        with torch.no_grad():
            found = self.predicted(reached, free, rng)
            return self.recipe.loss.parts(found, torch.as_tensor(wanted, device=self.clip.device))

    def checkpoint(self, phase: str) -> tuple[Path, dict[str, Any]] | None:
        if self.folder is None:
            return None
        shown = dataclasses.replace(self.recipe, name="")
        identity = {
            "phase": phase, "model": base_digest(self.clip.network), "recipe": repr(shown),
            "responses": self.target.digest(),
            "images": "".join(image_digest(source)[:8] for source in self.images.sources),
        }  # fmt: skip
        return self.folder / f"{phase}.safetensors", identity

    def batches(self, options: Training) -> tuple[list[np.ndarray] | None, int, Training]:
        """Return fixed batches if any, the number of items, and the options that fit them."""
        train_items = self.target.train
        size = even_batch(len(train_items), options.batch)
        if not self.recipe.fixed_batches:
            return None, len(train_items), dataclasses.replace(options, batch=size)
        order = stream(self.recipe.seed, _BATCHES).permutation(train_items)
        fixed = np.split(order, range(size, len(order), size))
        return fixed, len(fixed), dataclasses.replace(options, batch=1)


def _phase_a(
    task: _Task, free: np.ndarray, frozen: Any, initial: Any
) -> tuple[np.ndarray, Trained]:
    """Learn layer weights from class tokens that never change."""
    import torch

    module = torch.nn.ParameterList([torch.nn.Parameter(torch.from_numpy(free).clone())])
    trained = _trained(
        task, module, task.recipe.layers, phase="layers", ratio=1.0, initial=initial,
        reached=lambda items: frozen[torch.from_numpy(items)],
    )  # fmt: skip
    return module[0].detach().cpu().numpy().copy(), trained


def _phase_b(task: _Task, free: np.ndarray, initial: Any) -> tuple[np.ndarray, Trained]:
    """Learn layer weights and adapters together."""
    import torch

    def compute(some: Images) -> np.ndarray:
        return pixels(some, task.clip.vision.preparation)

    key = {"what": "pixels", **dataclasses.asdict(task.clip.vision.preparation)}
    kept = keep(task.images, compute, key=key, folder=task.cache, shown=False)
    # One learning rate for all: layer weights are kept in units in which it is theirs.
    ratio = _rate(task.recipe.layers) / _rate(task.recipe.adapters)
    own = torch.nn.Parameter(torch.from_numpy(free) / ratio)
    module = torch.nn.ParameterList([own, *task.clip.trained().values()])

    def reached(items: np.ndarray) -> Any:
        shown = torch.as_tensor(kept.rows(items), device=task.clip.device)
        tokens = class_tokens(task.clip.network, shown)
        return reach(task.clip, tokens, task.directions, reading=task.recipe.reading)

    trained = _trained(
        task, module, task.recipe.adapters, phase="adapters", ratio=ratio, initial=initial,
        reached=reached,
    )  # fmt: skip
    return (module[0].detach().cpu() * ratio).numpy().copy(), trained


def _trained(
    task: _Task, module: Any, options: Training, *, phase: str, ratio: float, initial: Any,
    reached: Callable[[np.ndarray], Any],
) -> Trained:  # fmt: skip
    import torch

    fixed, n_items, options = task.batches(options)
    validation = task.target.validation

    def validated() -> Any:
        with torch.no_grad():
            pieces = [reached(some) for some in np.array_split(validation, _pieces(validation))]
        return task.validation_parts(torch.cat(pieces), module[0] * ratio)

    def objective(chosen: Any, moment: Moment) -> Any:
        numbers = chosen.numpy()
        items = task.target.train[numbers] if fixed is None else fixed[int(numbers[0])]
        parts = task.parts(reached(items), module[0] * ratio, items, moment.rng())
        return task.recipe.loss.total(parts, initial)

    return train(
        module, objective, n_items, options=options, seed=task.recipe.seed,
        validate=lambda: float(task.recipe.loss.total(validated(), initial)),
        checkpoint=task.checkpoint(phase),
    )  # fmt: skip


def _frozen(task: _Task) -> Any:
    import torch

    shown = task.recipe.layers.progress
    kept = keep_class_tokens(task.clip, task.images, cache=task.cache, shown=shown)
    pieces = []
    with torch.no_grad():
        for some in np.array_split(np.arange(len(kept.names)), _pieces(kept.names)):
            tokens = torch.as_tensor(kept.rows(some), device=task.clip.device)
            pieces.append(reach(task.clip, tokens, task.directions, reading=task.recipe.reading))
    return torch.cat(pieces)


def _curves(movies: RDMs | Mapping[str, RDMs]) -> Curves:
    return curves_of([movies] if isinstance(movies, RDMs) else list(movies.values()))


def _pieces(items: Any) -> int:
    return max(1, len(items) // 64)


def _rate(options: Training) -> float:
    return 1e-3 if options.rate is None else options.rate
