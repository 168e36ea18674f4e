import numpy as np
import pytest

from surrobrain.analysis.manifold import (
    intrinsic_dimension,
    participation_ratio,
    pca_dimension,
    principal_angles,
    procrustes,
    tangling,
)
from surrobrain.errors import NotEnough


def rotation(n, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]


def test_linear_dimensions_count_what_was_put_in():
    rng = np.random.default_rng(0)
    x = np.zeros((4000, 6))
    x[:, :3] = rng.normal(size=(4000, 3))
    x = x @ rotation(6)
    assert participation_ratio(x) == pytest.approx(3.0, rel=0.01)
    assert pca_dimension(x, share=0.99) == 3
    assert pca_dimension(x * 7 + 3, share=0.3) == 1
    with pytest.raises(ValueError, match="never change"):
        participation_ratio(np.ones((5, 2)))


@pytest.mark.parametrize(("d", "curve"), [(1, np.sin), (2, np.sin), (4, np.tanh)])
def test_intrinsic_dimension_sees_through_the_bend(d, curve):
    u = np.random.default_rng(1).uniform(-2, 2, size=(3000, d))
    bent = np.hstack([u, curve(u), u**2]) @ rotation(3 * d)
    assert intrinsic_dimension(bent) == pytest.approx(d, rel=0.08)
    with pytest.raises(NotEnough, match="at least 20"):
        intrinsic_dimension(bent[:10])


def test_a_circle_is_untangled_and_a_figure_of_eight_is_not():
    t = np.arange(0, 2 * np.pi, 0.01)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    eight = np.stack([np.sin(t), np.sin(2 * t)], axis=1)
    # on the unit circle speeds differ as places do: d^2 / (d^2 + e), largest across it
    expected = 4 / (4 + 0.1)
    flat = tangling(circle, sfreq=100.0)
    np.testing.assert_allclose(flat[5:-5], expected, rtol=2e-3)
    crossed = tangling(eight, sfreq=100.0)
    assert np.argmin(np.abs(t - np.pi)) == pytest.approx(
        int(np.argmax(crossed[50:-50])) + 50, abs=3
    )
    assert crossed.max() > 10 * flat[5:-5].max()


def test_angles_between_planes_are_those_they_were_turned_by():
    rng = np.random.default_rng(2)
    plane = np.zeros((500, 4))
    plane[:, :2] = rng.normal(size=(500, 2)) * [2.0, 1.0]
    turn = np.deg2rad(30.0)
    turned = plane.copy()
    turned[:, 1], turned[:, 2] = np.cos(turn) * plane[:, 1], np.sin(turn) * plane[:, 1]
    np.testing.assert_allclose(
        principal_angles(plane, turned, n_dimensions=2), [0.0, 30.0], atol=1e-4
    )
    with pytest.raises(ValueError, match="differ in number"):
        principal_angles(plane, plane[:, :3], n_dimensions=2)


def test_procrustes_undoes_turn_stretch_and_shift():
    first = np.random.default_rng(3).normal(size=(50, 4))
    found = procrustes(first, 0.3 * first @ rotation(4) + 5.0)
    assert found.distance < 1e-12
    assert found.scale == pytest.approx(1 / 0.3)
    np.testing.assert_allclose(found.aligned, first, atol=1e-9)
    other = np.random.default_rng(4).normal(size=(50, 3))
    assert 0.5 < procrustes(first, other).distance <= 1.0
    with pytest.raises(ValueError, match="same moments"):
        procrustes(first, first[1:])
