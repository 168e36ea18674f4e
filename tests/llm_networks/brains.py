"""Small brains and patterns for tests, whose truth is known."""

import numpy as np

from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.brain_networks import BrainNetworks, networks_from_labels
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.neurons import Neurons
from surrobrain.llm_networks.patterns import Patterns

GRID = (8, 8, 6)


def box() -> BrainSpace:
    """Every voxel of a box of 4 mm."""
    voxels = np.argwhere(np.ones(GRID))
    return BrainSpace(
        "volume", len(voxels), voxels * 4.0, voxels, np.array(GRID), np.diag([4.0, 4, 4, 1])
    )


def quarters() -> BrainNetworks:
    """Four columns of the box."""
    voxels = box().voxels
    labels = 1 + (voxels[:, 0] >= 4) + 2 * (voxels[:, 1] >= 4)
    return networks_from_labels(labels, ["a", "b", "c", "d"])


def some_patterns(n_times: int = 200, n_patterns: int = 6, *, seed: int = 0, **given) -> Patterns:
    """Independent time courses; every neuron follows one of them in one of four layers."""
    rng = np.random.default_rng(seed)
    courses = rng.normal(size=(n_times, n_patterns))
    courses /= np.linalg.norm(courses, axis=0)
    codes = np.zeros((n_patterns, 200))
    codes[np.arange(200) % n_patterns, np.arange(200)] = rng.normal(size=200) ** 3
    neurons = Neurons(np.repeat(np.arange(4), 50), np.tile(np.arange(50), 4), "ffn_out", "tiny")
    counts = rng.poisson(5, n_times)
    return Patterns(courses, codes, 2.0, neurons, **{"word_counts": counts, **given})


def driven_bold(patterns: Patterns, *, size: float = 0.7, seed: int = 1) -> Bold:
    """Each quarter follows one pattern, four seconds later; noise everywhere."""
    z = np.roll(patterns.time_courses, 2, axis=0)
    z = z / z.std(axis=0)
    noise = np.random.default_rng(seed).normal(size=(len(z), box().n))
    return Bold(size * z[:, :4] @ quarters().maps + noise, 2.0, box(), runs=patterns.runs)
