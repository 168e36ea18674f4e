"""A study whose truth is known: pictures, what people say of them, and what their brains do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float64, Int

from surrobrain.checks import number, whole
from surrobrain.clip_hba.behavior import tune_behavior
from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.frozen import keep_class_tokens
from surrobrain.clip_hba.layer_mixing import reach
from surrobrain.clip_hba.loading import load, merged
from surrobrain.clip_hba.recipe import recipe_from
from surrobrain.clip_hba.simulated_clip import small_clip
from surrobrain.clip_hba.simulated_images import DIMENSIONS, FACTORS, PROMPTS, draw_scenes, pictures
from surrobrain.clip_hba.time_model import directions_of
from surrobrain.pretrained.images import Images
from surrobrain.pretrained.vision import VisionModel
from surrobrain.rsa.condensed import condensed
from surrobrain.rsa.rdms import RDMs
from surrobrain.seeds import stream
from surrobrain.training.options import Training

__all__ = ["SimulatedStudy", "simulate_study"]

_SCENES, _PIXELS, _RATINGS, _PERSON = 1, 2, 3, 4  # separate draws of the same seed
_EMPHASIS = {
    "color": 1.3, "shape": 0.7, "texture": 1.5, "size": 0.9, "background": 0.4, "number": 0.7,
}  # fmt: skip
_FIRST, _LAST = 0.06, 0.34  # seconds at which the first and the last layer speak
_FADE = 0.45  # seconds after which the response fades


@dataclass(frozen=True, eq=False)
class SimulatedStudy:
    """Pictures, judgments and brain responses that follow from known numbers.

    Parameters
    ----------
    vision : VisionModel
        The small CLIP from which one starts. It is not that of the brains.
    brains : VisionModel
        The same after it was tuned to judgments without error: of its layers the simulated brains
        are made. Hidden from whoever tunes.
    images : Images
        All pictures.
    prompts : tuple of str
        Dimensions in words.
    judgments : array, shape (n_images, n_dimensions)
        What people say of each picture, 0 to 100.
    movies : dict of str to RDMs
        What was measured of each person.
    halves : dict of str to pair of RDMs
        The same from two independent halves of the trials, for reliability.
    times : array, shape (n_times,)
        Seconds from onset.
    schedules : dict of str to array, shape (n_times, n_layers)
        The true weight of every layer at every time, of each person.
    schedule : array, shape (n_times, n_layers)
        That of the typical person.
    gains : dict of str to array, shape (n_dimensions,)
        How much each person makes of every dimension.
    strength : array, shape (n_times,)
        How strong the response is, 0 before onset.
    """

    vision: VisionModel
    brains: VisionModel
    images: Images
    prompts: tuple[str, ...]
    judgments: Float64[np.ndarray, "images dimensions"]
    movies: Mapping[str, RDMs]
    halves: Mapping[str, tuple[RDMs, RDMs]]
    times: Float64[np.ndarray, "times"]
    schedules: Mapping[str, Float64[np.ndarray, "times layers"]]
    schedule: Float64[np.ndarray, "times layers"]
    gains: Mapping[str, Float64[np.ndarray, "dimensions"]]
    strength: Float64[np.ndarray, "times"]

    @property
    def responding(self) -> np.ndarray:
        """Which times hold at least half of the largest response."""
        return self.strength >= 0.5


@dataclass(frozen=True)
class _Person:
    delay: float
    pace: float
    gains: Float64[np.ndarray, "dimensions"]


def simulate_study(
    *, n_images: int = 300, n_persons: int = 8, spread: float = 0.6, noise: float = 0.8,
    trained: bool = True, folder: str | Path | None = None, seed: int = 0,
) -> SimulatedStudy:  # fmt: skip
    """Make pictures and persons.

    Parameters
    ----------
    n_images : int
        At most 864, all different.
    n_persons : int
        Named P1, P2, ...
    spread : float
        How much persons differ: standard deviation of the logarithm of what they make of a
        dimension; latencies differ by 40 ms and paces by 20 % times this.
    noise : float
        Of each half of the trials, in standard deviations of a response at its strongest.
    trained : bool
        Let the small CLIP learn first, once (20 s), which is kept in ``folder``; or use random
        weights, which are then those of the brains, too.
    folder : path, optional
        Of what is kept; by default the cache of this user.
    seed : int
        Decides pictures, persons and noise; not the small CLIP.

    Returns
    -------
    SimulatedStudy

    Notes
    -----
    The response of person p is ``s(t) [sum_l w_pl(t) cos(class token of layer l, text d)] g_pd``,
    where w moves from the first layer to the last. Two halves with independent noise are measured;
    the RDM is one minus the correlation of the response of one image in one half with that of
    another image in the other half, so that noise does not look like dissimilarity.

    Examples
    --------
    >>> study = simulate_study(n_images=20, n_persons=2, trained=False)
    >>> list(study.movies), study.schedule.shape == (len(study.times), 6)
    (['P1', 'P2'], True)
    """
    whole(n_persons, "number of persons", low=1)
    number(noise, "noise", low=0.0)
    vision = small_clip(folder=folder, trained=trained)
    scenes = draw_scenes(n_images, seed=stream(seed, _SCENES))
    images = pictures(scenes, seed=stream(seed, _PIXELS))
    brains = _judging(vision) if trained else vision
    reached = _reached(brains, images)
    times = np.round(np.arange(-0.1, 0.601, 0.02), 6)
    names = [f"P{k}" for k in range(1, n_persons + 1)]
    people = {name: _drawn(spread, stream(seed, _PERSON, k)) for k, name in enumerate(names)}
    n_layers = reached.shape[1]
    schedules = {name: _schedule(times, n_layers, who) for name, who in people.items()}
    movies, halves = {}, {}
    for k, name in enumerate(names):
        truth = _response(reached, schedules[name], people[name].gains, _strength(times))
        halves[name], movies[name] = _measured(
            truth, images.names, times, noise=noise, rng=stream(seed, _PERSON, k, 1)
        )
    typical = _Person(0.0, 1.0, np.ones(len(DIMENSIONS)))
    return SimulatedStudy(
        vision, brains, images, PROMPTS, _judged(scenes, stream(seed, _RATINGS)), movies, halves,
        times, schedules, _schedule(times, n_layers, typical),
        {name: who.gains for name, who in people.items()}, _strength(times),
    )  # fmt: skip


def _judging(vision: VisionModel) -> VisionModel:
    """Tune the small CLIP to judgments without error, on pictures of its own."""
    scenes = draw_scenes(400, seed=stream(0, _SCENES, 1))
    images = pictures(scenes, seed=stream(0, _PIXELS, 1))
    people = Embedding(_rated(scenes), images.names, PROMPTS)
    training = Training(epochs=40, batch=50, rate=3e-3, progress=False)
    clip = load(vision, rank=8, vision_blocks=2, text_blocks=1)
    recipe = recipe_from("improved", changes={"training": training})
    return merged(tune_behavior(clip, images, people, recipe=recipe).clip)


def _reached(vision: VisionModel, images: Images) -> Float64[np.ndarray, "images layers texts"]:
    import torch

    clip = load(vision, rank=1, vision_blocks=1, text_blocks=0)
    kept = keep_class_tokens(clip, images, shown=False, batch=64)
    tokens = torch.from_numpy(kept.rows(np.arange(len(images))))
    directions = directions_of(clip, PROMPTS)
    with torch.no_grad():
        found = reach(clip, tokens, directions, reading="normalized").numpy().astype(np.float64)
    return found


def _drawn(spread: float, rng: np.random.Generator) -> _Person:
    gains = np.exp(spread * rng.standard_normal(len(DIMENSIONS)))
    delay, pace = spread * rng.standard_normal(2)
    return _Person(0.04 * delay, float(np.exp(0.2 * pace)), gains * _emphasis())


def _emphasis() -> Float64[np.ndarray, "dimensions"]:
    return np.concatenate([np.full(len(words), _EMPHASIS[f]) for f, words in FACTORS.items()])


def _schedule(
    times: Float[np.ndarray, "times"], n_layers: int, who: _Person
) -> Float64[np.ndarray, "times layers"]:
    """Let the center of the weights move from the first layer to the last."""
    done = np.clip((times - _FIRST - who.delay) * who.pace / (_LAST - _FIRST), 0, 1)
    center = done * (n_layers - 1)
    weights = np.exp(-0.5 * ((np.arange(n_layers) - center[:, None]) / 0.7) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)


def _strength(times: Float[np.ndarray, "times"]) -> Float64[np.ndarray, "times"]:
    rise = 1 / (1 + np.exp(-(times - 0.08) / 0.012))
    fall = 1 / (1 + np.exp((times - _FADE) / 0.04))
    return np.where(times <= 0, 0.0, rise * fall)


def _response(
    reached: Float64[np.ndarray, "images layers texts"],
    schedule: Float64[np.ndarray, "times layers"],
    gains: Float64[np.ndarray, "texts"],
    strength: Float64[np.ndarray, "times"],
) -> Float64[np.ndarray, "times images texts"]:
    """Return the response, of standard deviation one over images where it is strongest."""
    mixed = np.einsum("tl,nld->tnd", schedule, reached) * gains
    unit = mixed.std(axis=1, keepdims=True).mean(axis=2, keepdims=True)
    return strength[:, None, None] * mixed / unit


def _measured(
    truth: Float64[np.ndarray, "times images texts"], names: Sequence[str],
    times: Float64[np.ndarray, "times"], *, noise: float, rng: np.random.Generator,
) -> tuple[tuple[RDMs, RDMs], RDMs]:  # fmt: skip
    quarters = [truth + noise * rng.standard_normal(truth.shape) for _ in range(4)]

    def movie(a: np.ndarray, b: np.ndarray) -> RDMs:
        rows = np.stack([_crossed(x, y) for x, y in zip(a, b, strict=True)]).astype(np.float32)
        return RDMs(rows, names, times=times, measure="correlation across halves")

    first, second = movie(*quarters[:2]), movie(*quarters[2:])
    both = movie((quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2)
    return (first, second), both


def _crossed(
    first: Float64[np.ndarray, "images texts"], second: Float64[np.ndarray, "images texts"]
) -> Float64[np.ndarray, "pairs"]:
    """Return one minus the correlation of images across halves, both ways averaged."""
    a, b = (x - x.mean(axis=1, keepdims=True) for x in (first, second))
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    across = a @ b.T
    return 1 - condensed((across + across.T) / 2)


def _judged(
    scenes: Int[np.ndarray, "images factors"], rng: np.random.Generator
) -> Float64[np.ndarray, "images dimensions"]:
    """Rate every dimension of what is seen, never negative, and not without error."""
    rated = _rated(scenes) + 100 * rng.gamma(0.3, 0.08, (len(scenes), len(DIMENSIONS)))
    return 100 * rated / rated.max()


def _rated(
    scenes: Int[np.ndarray, "images factors"],
) -> Float64[np.ndarray, "images dimensions"]:
    shown = [np.eye(len(words))[scenes[:, k]] for k, words in enumerate(FACTORS.values())]
    rated = np.concatenate(shown, axis=1) * _emphasis()
    return 100 * rated / rated.max()
