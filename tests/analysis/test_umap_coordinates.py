"""UMAP: neighbors stay neighbors, or the extra that is missing is named."""

import importlib.util

import numpy as np
import pytest

from surrobrain.analysis.umap_coordinates import umap_coordinates
from surrobrain.errors import MissingDependency, NotEnough

HERE = importlib.util.find_spec("umap") is not None


def rings() -> np.ndarray:
    """Two rings in five dimensions, far from each other."""
    angle = 2 * np.pi * np.arange(100) / 100
    ring = np.stack([np.cos(angle), np.sin(angle), *np.zeros((3, 100))], axis=1)
    return np.concatenate([ring, ring[:, ::-1] + 20.0])


def test_too_few_states_are_refused():
    with pytest.raises(NotEnough, match="15 neighbors need more states"):
        umap_coordinates(rings()[:10])


@pytest.mark.skipif(HERE, reason="umap-learn is installed")
def test_without_the_package_the_extra_is_named():
    with pytest.raises(MissingDependency, match=r"surrobrain\[manifold\]"):
        umap_coordinates(rings())


@pytest.mark.slow
@pytest.mark.skipif(not HERE, reason="needs the extra manifold")
@pytest.mark.filterwarnings("ignore")  # what umap-learn says of its own dependencies
def test_neighbors_stay_neighbors():
    states = rings()
    found = umap_coordinates(states, seed=1)
    assert found.shape == (200, 2)
    apart = np.linalg.norm(found[:, None] - found, axis=2) + 1e9 * np.eye(200)
    steps = np.abs(apart.argmin(axis=1) - np.arange(200)) % 100
    assert np.mean(np.minimum(steps, 100 - steps) <= 5) > 0.95
    assert (apart.argmin(axis=1) // 100 == np.arange(200) // 100).all()
    np.testing.assert_array_equal(umap_coordinates(states, seed=1), found)
