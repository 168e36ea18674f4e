"""Small pictures of colored shapes, made of factors that are known and that words can name."""

import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from surrobrain.checks import whole
from surrobrain.pretrained.images import Images
from surrobrain.seeds import Seed, generator

__all__ = ["DIMENSIONS", "FACTORS", "PROMPTS", "SIZE", "caption", "draw_scenes", "pictures"]

SIZE = 32  # pixels of a side
FACTORS: dict[str, tuple[str, ...]] = {
    "color": ("red", "green", "blue", "yellow", "purple", "white"),
    "shape": ("circle", "square", "triangle", "star", "ring", "bar"),
    "texture": ("plain", "striped", "dotted"),
    "size": ("small", "large"),
    "background": ("dark", "bright"),
    "number": ("single", "many"),
}
_COLORS = np.array(
    [(220, 40, 40), (40, 180, 60), (50, 80, 220), (230, 210, 40), (150, 60, 180), (240, 240, 240)],
    dtype=np.float64,
)
DIMENSIONS = tuple(word for words in FACTORS.values() for word in words)
PROMPTS = tuple(
    f"a photo of {word} {'objects' if word in FACTORS['number'] else 'thing'}"
    for word in DIMENSIONS
)
_ROWS, _COLUMNS = (axis.astype(np.float64) for axis in np.mgrid[0:SIZE, 0:SIZE])


def draw_scenes(n: int, *, seed: Seed, distinct: bool = True) -> Int[np.ndarray, "scenes factors"]:
    """Draw what is to be seen: which word of every factor.

    Parameters
    ----------
    n : int
        How many.
    seed : int or Generator
        Decides which.
    distinct : bool
        No scene twice, of which there are 864.

    Returns
    -------
    array, shape (n, 6)
        In the order of ``FACTORS``.

    Raises
    ------
    ValueError
        More are asked for than differ.
    """
    every = np.array(list(itertools.product(*(range(len(w)) for w in FACTORS.values()))))
    if distinct and whole(n, "number of scenes", low=1) > len(every):
        raise ValueError(f"{n} scenes were asked for, but only {len(every)} differ")
    rng = generator(seed)
    return every[rng.permutation(len(every))[:n] if distinct else rng.integers(len(every), size=n)]


def caption(scene: Int[np.ndarray, "factors"]) -> str:
    """Say what is to be seen.

    Examples
    --------
    >>> caption(np.array([0, 3, 1, 1, 0, 0]))
    'a photo of single large striped red star on dark background'
    """
    color, shape, texture, size, ground, number = words(scene)
    return f"a photo of {number} {size} {texture} {color} {shape} on {ground} background"


def words(scene: Int[np.ndarray, "factors"]) -> list[str]:
    """Return the word of every factor."""
    return [names[k] for names, k in zip(FACTORS.values(), scene, strict=True)]


def pictures(scenes: Int[np.ndarray, "scenes factors"], *, seed: Seed) -> Images:
    """Paint scenes, no two alike even when they show the same.

    Parameters
    ----------
    scenes : array, shape (n, 6)
        From `draw_scenes`.
    seed : int or Generator
        Decides places, angles, shades and grain.

    Returns
    -------
    Images
        Arrays of 32 by 32 pixels, named ``001 single large striped red star on dark``.
    """
    rng = generator(seed)
    names = [f"{k:03d} {_short(scene)}" for k, scene in enumerate(scenes, start=1)]
    return Images(names, [_painted(scene, rng) for scene in scenes])


def _short(scene: Sequence[int] | np.ndarray) -> str:
    color, shape, texture, size, ground, number = words(np.asarray(scene))
    return f"{number} {size} {texture} {color} {shape} on {ground}"


def _painted(
    scene: Int[np.ndarray, "factors"], rng: np.random.Generator
) -> UInt8[np.ndarray, "size size 3"]:
    color, shape, texture, size, ground, number = scene
    canvas = np.full((SIZE, SIZE, 3), (40.0, 200.0)[ground])
    canvas += rng.normal(0, 12, (SIZE, SIZE, 1))
    radius = (7.5, 12.0)[size] * (1.0, 0.6)[number]
    centers = ([(16, 16)], [(9, 9), (23, 10), (10, 23), (23, 23)])[number]
    pattern = _pattern(int(texture))
    for x, y in centers:
        where = _mask(
            FACTORS["shape"][shape], x + rng.uniform(-1.5, 1.5), y + rng.uniform(-1.5, 1.5),
            radius=radius * rng.uniform(0.85, 1.15), angle=rng.uniform(-0.2, 0.2),
        )  # fmt: skip
        shade = _COLORS[color] + rng.normal(0, 12, 3)
        canvas[where] = shade * pattern[where][:, None]
    return np.clip(canvas + rng.normal(0, 6, canvas.shape), 0, 255).astype(np.uint8)


def _pattern(texture: int) -> Float[np.ndarray, "size size"]:
    if texture == 0:
        return np.ones((SIZE, SIZE))
    if texture == 1:
        return np.where(np.sin(1.6 * _COLUMNS) > 0, 1.0, 0.4)
    return np.where(np.sin(1.9 * _COLUMNS) * np.sin(1.9 * _ROWS) > 0.2, 1.0, 0.4)


def _mask(
    shape: str, x: float, y: float, *, radius: float, angle: float
) -> Bool[np.ndarray, "size size"]:
    right, down = _COLUMNS - x, _ROWS - y
    u = right * np.cos(angle) + down * np.sin(angle)
    v = down * np.cos(angle) - right * np.sin(angle)
    away = np.hypot(u, v)
    return {
        "circle": away < radius,
        "square": (np.abs(u) < 0.85 * radius) & (np.abs(v) < 0.85 * radius),
        "triangle": (v > -0.6 * radius) & (v < radius - 1.6 * np.abs(u)),
        "star": away < radius * (0.6 + 0.4 * np.cos(5 * np.arctan2(v, u))),
        "ring": (away < radius) & (away > 0.55 * radius),
        "bar": (np.abs(u) < 1.15 * radius) & (np.abs(v) < 0.35 * radius),
    }[shape]
