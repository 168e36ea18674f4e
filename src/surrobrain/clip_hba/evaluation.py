"""How much like people a tuned model judges, beside where it came from and how far it could get."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float64

from surrobrain.checks import positive
from surrobrain.clip_hba.behavior import BehaviorModel
from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.views import all_cosines, view
from surrobrain.pretrained.images import Images
from surrobrain.rsa import Bootstrap, RDMs, bootstrap, matched, rdm
from surrobrain.seeds import generator

__all__ = ["BehaviorScores", "evaluate", "score_embeddings"]

SPOSE_UNIT = 0.0275  # of the published table, which was stretched to 0..100


@dataclass(frozen=True, eq=False)
class BehaviorScores:
    """Scores on objects that were held out, of the model and of what it is compared with.

    Parameters
    ----------
    models : tuple of str
        What was scored, in the order of all rows below.
    similarity : Bootstrap
        Spearman correlation of RDMs (1 - r over dimensions) with that of people, and its 95 %
        interval over objects.
    odd_one_out : Bootstrap
        The same for RDMs of how rarely two objects are kept together when a third is the odd one
        out, as the dot products of the embedding foretell.
    odd_one_out_error : array, shape (n_models,)
        Mean absolute error of these probabilities.
    dimensions : array, shape (n_models, n_dimensions)
        Correlation of every dimension with what people judge, over objects; NaN where all objects
        have the same value.
    dimension_interval : array, shape (n_models, 2)
        95 % interval over objects of the mean over dimensions.
    objects : tuple of str
        Names of the objects.
    seen : tuple of str
        Those of them that the model was trained or validated on. None, if scores are to count.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> names = [f"object {k}" for k in range(12)]
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 5)), names, list("abcde"))
    >>> judged = rdm(people.values, conditions=people.names)
    >>> noisy = {"noisy": people.values + rng.normal(size=(12, 5))}
    >>> scores = score_embeddings(noisy, people, people=judged, n_draws=20)
    >>> bool(scores.similarity.scores[0] < scores.similarity.scores[1])
    True
    """

    models: tuple[str, ...]
    similarity: Bootstrap
    odd_one_out: Bootstrap
    odd_one_out_error: Float64[np.ndarray, "models"]
    dimensions: Float64[np.ndarray, "models dimensions"]
    dimension_interval: Float64[np.ndarray, "models 2"]
    objects: tuple[str, ...]
    seen: tuple[str, ...] = ()


def evaluate(
    model: BehaviorModel, images: Images, embeddings: Embedding, *, people: RDMs,
    unit: float = SPOSE_UNIT, n_draws: int = 1000, cache: str | Path | None = None,
) -> BehaviorScores:  # fmt: skip
    """Score a tuned model on objects whose similarity people judged directly.

    Parameters
    ----------
    model : BehaviorModel
    images : Images
        Of these objects, and perhaps more.
    embeddings : Embedding
        Of these objects, and perhaps more: the target it was tuned to, whose own score is the
        ceiling of every model that is tuned to it.
    people : RDMs
        How rarely people kept two objects together: one RDM, or one per group of people.
    unit : float
        Factor that brings the embedding into the units in which choices were modeled; that of the
        published SPoSE table, which was stretched to 0..100.
    n_draws : int
        Resamples of the objects.
    cache : path, optional
        Folder for what frozen layers make of the images.

    Returns
    -------
    BehaviorScores
        Of CLIP as it was; of CLIP behind the line that fits it best, without tuning; of the tuned
        model; of the embedding itself.

    Raises
    ------
    ValueError
        An object has no image or no row; the message names it.

    Warns
    -----
    UserWarning
        The model has seen some of the objects.

    Examples
    --------
    >>> from surrobrain.clip_hba import Recipe, load, tune_behavior
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> from surrobrain.training.options import Training
    >>> rng = np.random.default_rng(0)
    >>> pictures = rng.integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    >>> images = Images([f"object {k}" for k in range(20)], list(pictures))
    >>> people = Embedding(rng.gamma(1.0, 10.0, (20, 4)), images.names, list("abcd"))
    >>> model = tune_behavior(
    ...     load(untrained_vision(), rank=2), images, people, held_out=images.names[:8],
    ...     recipe=Recipe(training=Training(epochs=1)),
    ... )
    >>> judged = rdm(people.values[:8], conditions=images.names[:8])
    >>> evaluate(model, images, people, people=judged, n_draws=10).models
    ('CLIP', 'CLIP, calibrated', 'tuned (improved)', 'embedding itself')
    """
    names = people.conditions
    target = embeddings.pick(names)
    views = view(model.clip, images.pick(names), model.prompts, recipe=model.recipe, cache=cache)
    untuned, tuned = all_cosines(views, adapted=False), all_cosines(views)
    scale, offset = model.calibration
    found = {
        "CLIP": float(model.clip.network.logit_scale.exp()) * untuned,
        "CLIP, calibrated": scale * untuned + offset,
        f"tuned ({model.recipe.name})": model.scale * tuned + model.offset,
    }
    known = {*model.split.train, *model.split.validation}
    seen = tuple(name for name in names if name in known)
    if seen:
        warnings.warn(
            f"the model has seen {len(seen)} of {len(names)} objects while it was tuned, such as "
            f"{seen[0]}; scores on them say nothing about new ones",
            stacklevel=2,
        )
    return score_embeddings(found, target, people=people, unit=unit, n_draws=n_draws, seen=seen)


def score_embeddings(
    found: dict[str, Float[np.ndarray, "objects dimensions"]], target: Embedding, *, people: RDMs,
    unit: float = SPOSE_UNIT, n_draws: int = 1000, seen: tuple[str, ...] = (), seed: int = 0,
) -> BehaviorScores:  # fmt: skip
    """Score embeddings of the same objects against people, the target itself among them.

    Parameters
    ----------
    found : dict of str to array
        By name of the model; rows in the order of ``target``.
    target : Embedding
        What people judge of every dimension.
    people, unit, n_draws
        As in `evaluate`.
    seen : tuple of str
        Objects that are no test.
    seed : int
        Decides the resamples.

    Returns
    -------
    BehaviorScores

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> names = [f"object {k}" for k in range(12)]
    >>> people = Embedding(rng.gamma(1.0, 10.0, (12, 5)), names, list("abcde"))
    >>> judged = rdm(people.values, conditions=people.names)
    >>> scores = score_embeddings({}, people, people=judged, n_draws=20)
    >>> scores.models, scores.similarity.scores.round(6)
    (('embedding itself',), array([1.]))
    """
    positive(unit, "unit")
    every = {**found, "embedding itself": np.asarray(target.values, dtype=np.float64)}
    judged = matched(RDMs(np.zeros((1, people.n_pairs)), target.names), people)
    similar = _rdms(every, target.names, "correlation")
    odd = _rdms({name: v * unit for name, v in every.items()}, target.names, "triplet")
    tested = [
        bootstrap(models, judged, over="conditions", n_draws=n_draws, seed=seed)
        for models in (similar, odd)
    ]
    error = np.abs(odd.values - judged.mean().values).mean(axis=1)
    return BehaviorScores(
        tuple(every), tested[0], tested[1], error,
        np.stack([_correlations(values, target.values) for values in every.values()]),
        _intervals(list(every.values()), target.values, n_draws=n_draws, seed=seed),
        tuple(target.names), seen,
    )  # fmt: skip


def _rdms(every: dict[str, np.ndarray], names: Sequence[str], method: str) -> RDMs:
    rows = [rdm(v, method=method, conditions=names).values[0] for v in every.values()]  # pyright: ignore[reportArgumentType]
    return RDMs(np.stack(rows), names, tuple(every), measure=method)


def _correlations(
    found: Float[np.ndarray, "objects dimensions"], wanted: Float[np.ndarray, "objects dimensions"]
) -> Float64[np.ndarray, "dimensions"]:
    a, b = (np.asarray(v, dtype=np.float64) for v in (found, wanted))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    power = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    out = np.full(power.shape, np.nan)
    return np.divide((a * b).sum(axis=0), power, out=out, where=power > 0)


def _intervals(
    every: list[np.ndarray], wanted: np.ndarray, *, n_draws: int, seed: int
) -> Float64[np.ndarray, "models 2"]:
    """Return Student's interval of mean correlations, with the spread over resampled objects.

    Their quantiles would lie too high: objects that are drawn twice, and dimensions that no drawn
    object has, make correlations larger.
    """
    from scipy.special import stdtrit

    rng, drawn = generator(seed), np.empty((n_draws, len(every)))
    for k in range(n_draws):
        order = rng.integers(len(wanted), size=len(wanted))
        drawn[k] = [np.nanmean(_correlations(v[order], wanted[order])) for v in every]
    found = np.array([np.nanmean(_correlations(values, wanted)) for values in every])
    margin = stdtrit(len(wanted) - 1, 0.975) * drawn.std(axis=0, ddof=1)
    return np.stack([found - margin, found + margin], axis=1)
