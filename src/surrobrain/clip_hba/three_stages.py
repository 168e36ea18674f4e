"""All three stages on a study whose truth is known: behavior, a group's brains, each person's."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from surrobrain.clip_hba.beginning import last_layer
from surrobrain.clip_hba.behavior import BehaviorModel, tune_behavior
from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.loading import load
from surrobrain.clip_hba.meg import tune_meg
from surrobrain.clip_hba.recipe import recipe_from
from surrobrain.clip_hba.simulator import SimulatedStudy, simulate_study
from surrobrain.clip_hba.specificity import Specificity, own_against_others
from surrobrain.clip_hba.time_model import TimeModel
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.clip_hba.time_scores import scores_over_time
from surrobrain.rsa.comparison import compare
from surrobrain.rsa.dissimilarity import rdm
from surrobrain.rsa.model_scores import ModelScores
from surrobrain.rsa.rdms import RDMs
from surrobrain.training.options import Training

__all__ = ["ThreeStages", "three_stages"]

_IMPROVED = TimeRecipe()
_RECIPE = TimeRecipe(
    layers=dataclasses.replace(_IMPROVED.layers, epochs=200, batch=50, patience=60),
    adapters=dataclasses.replace(_IMPROVED.adapters, epochs=30, batch=32, rate=3e-3, patience=60),
)


@dataclass(frozen=True, eq=False)
class ThreeStages:
    """What the demonstration found; every score is on images that nothing was learned from.

    Parameters
    ----------
    study : SimulatedStudy
        With the truth.
    behaving : BehaviorModel
        Stage 1.
    behavior : dict of str to float
        Spearman correlation of predicted and judged dissimilarities, by model.
    timed : TimeModel
        Layer weights alone, on the behaving model: comparable with the truth.
    group : TimeModel
        Stage 2.
    persons : dict of str to TimeModel
        Stage 3.
    scores : ModelScores
        Over time, on persons that the group's model has never met.
    specificity : Specificity
        Own models against others.
    measured, predicted : RDMs
        Of one person, and of that person's model.
    """

    study: SimulatedStudy
    behaving: BehaviorModel
    behavior: Mapping[str, float]
    timed: TimeModel
    group: TimeModel
    persons: Mapping[str, TimeModel]
    scores: ModelScores
    specificity: Specificity
    measured: RDMs
    predicted: RDMs

    @property
    def depths(self) -> Float64[np.ndarray, "2 times"]:
        """True and recovered mean layer at the times of a response; 1 is the first layer."""
        true = self.study.schedule @ np.arange(1.0, self.study.schedule.shape[1] + 1)
        rows = np.stack([true, self.timed.depth])
        return rows[:, self.study.responding]

    @property
    def recovery(self) -> float:
        """Correlation over time of the true and the recovered mean layer."""
        return float(np.corrcoef(self.depths)[0, 1])

    @property
    def depth_error(self) -> float:
        """Mean absolute difference of the two, in layers."""
        return float(np.abs(np.subtract(*self.depths)).mean())


def three_stages(
    *, folder: str | Path | None = None, n_images: int = 260, n_test: int = 60,
    recipe: TimeRecipe = _RECIPE, seed: int = 0, tell: Callable[[str], None] | None = None,
) -> ThreeStages:  # fmt: skip
    """Run all three stages on simulated persons: P1 to P4 on their own, P5 to P12 as a group.

    Parameters
    ----------
    folder : path, optional
        Where the small CLIP is kept; by default the cache of this user.
    n_images, n_test : int
        Pictures in all, and those of them that are kept for the test.
    recipe : TimeRecipe
        Of stages 2 and 3.
    seed : int
        Decides everything but the small CLIP.
    tell : callable, optional
        Is told what is being done.

    Returns
    -------
    ThreeStages
    """
    say = tell or (lambda message: None)
    recipe = dataclasses.replace(recipe, seed=seed)
    say("simulating pictures, judgments and twelve persons (on first use a small CLIP learns)")
    study = simulate_study(n_images=n_images, n_persons=12, folder=folder, seed=seed)
    names = study.images.names
    known, unseen = names[:-n_test], names[-n_test:]
    learned = {who: movie.pick(known) for who, movie in study.movies.items()}
    alone, together = tuple(learned)[:4], tuple(learned)[4:]
    say("stage 1: behavior")
    behaving = _behaving(study, held_out=unseen, seed=seed)
    say("stage 2: a group of eight, two of whom choose the epoch")
    others = {who: learned[who] for who in together}
    still = dataclasses.replace(recipe.adapters, epochs=0)
    timed = tune_meg(
        behaving, study.images, others, recipe=dataclasses.replace(recipe, adapters=still)
    )
    group = tune_meg(behaving, study.images, others, recipe=recipe)
    persons = {}
    for who in alone:
        say(f"stage 3: {who}")
        persons[who] = tune_meg(group, study.images, {who: learned[who]}, recipe=recipe)
    say("comparing on new pictures")
    stages = {
        "plain CLIP": last_layer(study.vision, times=study.times, prompts=study.prompts),
        "behavior": last_layer(behaving, times=study.times),
        "layer weights alone": timed,
        "group": group,
    }
    return _judged(study, behaving, stages, persons, unseen, seed=seed)


def _behaving(study: SimulatedStudy, *, held_out: Sequence[str], seed: int) -> BehaviorModel:
    people = Embedding(study.judgments, study.images.names, study.prompts)
    training = Training(epochs=60, batch=50, rate=3e-3, patience=15)
    recipe = recipe_from("improved", changes={"training": training, "seed": seed})
    clip = load(study.vision, rank=8, vision_blocks=2, text_blocks=1, seed=seed)
    return tune_behavior(clip, study.images, people, held_out=held_out, recipe=recipe)


def _judged(
    study: SimulatedStudy, behaving: BehaviorModel, stages: Mapping[str, TimeModel],
    persons: Mapping[str, TimeModel], unseen: Sequence[str], *, seed: int,
) -> ThreeStages:  # fmt: skip
    images = study.images.pick(unseen)
    movies = {name: model.rdm_movie(images) for name, model in stages.items()}
    own = {who: model.rdm_movie(images) for who, model in persons.items()}
    measured = {who: study.movies[who].pick(unseen) for who in persons}
    halves = {who: tuple(h.pick(unseen) for h in study.halves[who]) for who in persons}
    specificity = own_against_others(
        own, measured, baselines={name: movies[name] for name in ("group", "plain CLIP")},
        halves=halves, times=study.responding, seed=seed,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip
    scores = scores_over_time(movies, measured)
    mine = [scores_over_time({"own": own[w]}, {w: measured[w]}).values[0] for w in persons]
    values = np.concatenate([scores.values, np.stack(mine)], axis=1)
    scores = dataclasses.replace(scores, values=values, models=(*scores.models, "own model"))
    rows = [study.images.names.index(name) for name in unseen]
    wanted = rdm(study.judgments[rows], conditions=unseen)
    first = next(iter(persons))
    plain = stages["plain CLIP"].embedding_movie(images)[0]
    return ThreeStages(
        study, behaving,
        {"plain CLIP": _alike(plain, wanted), "behavior": _alike(behaving.predict(images), wanted)},
        stages["layer weights alone"], stages["group"], persons, scores, specificity,
        measured[first], own[first],
    )  # fmt: skip


def _alike(found: Any, wanted: RDMs) -> float:
    """Return the similarity of one minus the correlation of embeddings with what was judged."""
    predicted = rdm(np.asarray(found, dtype=np.float64), conditions=wanted.conditions)
    return float(compare(predicted, wanted)[0, 0])
