import dataclasses

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from surrobrain.llm_networks.brain_networks import BrainNetworks
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.model_organization import ModelComparison, gini, organization
from surrobrain.llm_networks.network_matching import MatchRecipe, match
from surrobrain.llm_networks.neuron_groups import (
    find_neuron_groups,
    layer_enrichment,
    network_neurons,
)
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.llm_networks.overlap import agreements
from surrobrain.llm_networks.planted_networks import plant_networks, recovery_of
from surrobrain.llm_networks.result_files import read_links, save_links
from surrobrain.llm_networks.spatial_nulls import null_maps, rotations
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.llm_networks.voxel_maps import Maps
from tests.llm_networks.brains import box, driven_bold, quarters, some_patterns

QUICK = EncodeRecipe(n_draws=4, n_permutations=99)
pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


@pytest.fixture(scope="module")
def encoding():
    patterns = some_patterns()
    return encode(patterns, driven_bold(patterns), recipe=QUICK)


@pytest.fixture(scope="module")
def links(encoding):
    return match(encoding, quarters(), recipe=MatchRecipe(n_null=199))


def test_patterns_are_matched_with_the_networks_that_they_drive(links):
    assert {pair for pair in links.matched if pair[0] < 4} == {(k, k) for k in range(4)}
    assert links.method == "variogram"
    assert links.finest_rate == pytest.approx(24 / 200)
    assert links.patterns_of("c")[0] == 2
    assert (links.dice.diagonal() > 0.25).all()
    assert (links.dice.diagonal() > 2 * np.sort(links.dice[:4], axis=1)[:, -2]).all()


@pytest.mark.parametrize("score", ["dice", "iou"])
def test_overlap_can_be_tested_and_assigned_one_to_one(encoding, score):
    recipe = MatchRecipe(score=score, assign="hungarian", n_null=199, threshold=1.0)
    found = match(encoding, quarters(), recipe=recipe)
    assert sorted(j for j in found.network_of if j >= 0) == [0, 1, 2, 3]
    assert {(k, k) for k in range(4)} <= set(found.matched)


def smooth_volume(n, *, width=1.6, seed=0):
    """Cut out of a larger box: filters behave in another way at edges."""
    fields = np.random.default_rng(seed).normal(size=(n, 18, 18, 16))
    smooth = gaussian_filter(fields, (0, width, width, width), truncate=3)
    return smooth[:, 5:-5, 5:-5, 5:-5].reshape(n, -1)


@pytest.mark.parametrize("score", ["correlation", "dice"])
def test_smooth_maps_that_mean_nothing_match_as_often_as_they_should(encoding, score):
    maps = smooth_volume(250, seed=3)
    idle = dataclasses.replace(
        encoding,
        maps=Maps(maps, "product"),
        patterns=some_patterns(n_patterns=250),
    )
    recipe = MatchRecipe(n_null=199, score=score, threshold=1.5)
    found = match(idle, quarters(), recipe=recipe)
    assert 0.02 < (found.p < 0.05).mean() < 0.07
    # shuffled voxels would call most of them networks
    shuffled = maps[0][np.random.default_rng(0).permuted(np.tile(np.arange(384), (199, 1)), axis=1)]
    naive = np.abs(agreements(shuffled, quarters().maps, score="correlation")).max()
    assert np.mean(np.abs(found.correlation) > naive) > 0.2


def test_null_maps_keep_values_and_smoothness():
    maps = smooth_volume(1, width=1.5)
    null = null_maps(maps, box(), n_null=50, seed=0)(0)
    np.testing.assert_allclose(np.sort(null, axis=1), np.tile(np.sort(maps[0]), (50, 1)))

    def roughness(values):
        grid = values.reshape(-1, 8, 8, 6)
        return np.square(np.diff(grid, axis=1)).mean() / values.var()

    assert roughness(null) == pytest.approx(roughness(maps), rel=0.4)
    assert np.abs(np.corrcoef(np.concatenate([maps, null]))[0, 1:]).mean() < 0.4


def hemispheres(n=400):
    golden = np.pi * (3 - np.sqrt(5)) * np.arange(n)
    z = 1 - 2 * (np.arange(n) + 0.5) / n
    ring = np.sqrt(1 - z**2)
    ball = np.stack([ring * np.cos(golden), ring * np.sin(golden), z], axis=1)
    points = np.concatenate([ball, ball * [-1, 1, 1]])
    return BrainSpace(
        "surface", 2 * n, points, vertices=np.tile(np.arange(n), 2), right=np.repeat([0, 1], n)
    )


def test_spins_are_rotations_within_hemispheres_mirrored():
    space = hemispheres()
    turned = rotations(space, n_null=20, seed=0)
    assert (turned[:, :400] < 400).all()
    assert (turned[:, 400:] >= 400).all()
    # the right hemisphere is the mirror image here, and so is its rotation
    assert np.mean(turned[:, :400] == turned[:, 400:] - 400) > 0.95
    points = space.coordinates[:400]
    kept = points[turned[0, :400]]
    near = np.linalg.norm(points[0] - points, axis=1) < 0.3
    np.testing.assert_allclose(
        np.linalg.norm(kept[0] - kept[near], axis=1),
        np.linalg.norm(points[0] - points[near], axis=1),
        atol=0.2,
    )


def test_smooth_maps_on_spheres_match_as_often_as_they_should(encoding):
    space = hemispheres()
    rng = np.random.default_rng(0)
    near = np.exp(6 * (space.coordinates @ space.coordinates.T - 1))
    near[:400, 400:] = near[400:, :400] = 0
    maps = rng.normal(size=(300, 800)) @ near
    networks = BrainNetworks(
        (rng.normal(size=(3, 800)) @ near > 1.0).astype(float), ("x", "y", "z")
    )
    bold = dataclasses.replace(
        encoding.bold, values=rng.normal(size=(20, 800)), space=space, runs=(20,)
    )
    idle = dataclasses.replace(
        encoding, maps=Maps(maps, "t"), bold=bold, patterns=some_patterns(n_patterns=300)
    )
    found = match(idle, networks, recipe=MatchRecipe(n_null=199))
    assert found.method == "spin"
    assert 0.02 < (found.p < 0.05).mean() < 0.085


def test_overlaps_of_known_sets():
    maps = np.array([[5.0, 5, 0, 0, 0, 0, 0, 0, 0, 0]])
    network = np.array([[0.0, 1, 1, 1, 0, 0, 0, 0, 0, 0]])
    assert agreements(maps, network, score="iou", threshold=1.0).item() == pytest.approx(1 / 4)
    assert agreements(maps, network, score="dice", threshold=1.0).item() == pytest.approx(2 / 5)
    holed = np.where(np.arange(10) > 7, np.nan, maps)
    r = np.corrcoef(maps[0, :8], network[0, :8])[0, 1]
    assert agreements(holed, network, score="correlation").item() == pytest.approx(r)
    assert agreements(maps * 0, network, score="correlation").item() == 0.0


def test_neuron_groups_have_both_signs_and_a_layer_profile(links):
    groups = find_neuron_groups(links.patterns)
    codes = links.patterns.codes
    for k, group in enumerate(groups):
        assert len(np.intersect1d(group.positive, group.negative)) == 0
        assert (codes[k, group.positive] > 0).all()
        assert (codes[k, group.negative] < 0).all()
        assert group.counts.sum() == len(group.members)
    of_network = {g.name: g for g in network_neurons(links)}
    assert set(groups[0].members) <= set(of_network["a"].members)


def test_layer_probabilities_are_hypergeometric():
    rng = np.random.default_rng(0)
    layer = np.repeat([0, 1], [30, 70])
    drawn = np.array([(layer[rng.permutation(100)[:10]] == 0).sum() for _ in range(20000)])
    p = layer_enrichment(np.array([5, 5]), np.array([30, 70]))
    assert p[0] == pytest.approx((drawn >= 5).mean(), abs=0.01)


def sources(seed):
    rng = np.random.default_rng(seed)
    courses = rng.normal(size=(300, 8))
    driven = np.repeat(courses, 40, axis=1) * rng.choice([-1, 1], 320) + rng.normal(size=(300, 320))
    values = np.concatenate([driven, rng.normal(size=(300, 80))], axis=1)
    return Responses(values, tr=2.0, word_counts=rng.poisson(5, 300), trim=5)


def test_planted_groups_are_recovered_and_a_deaf_brain_follows_nothing():
    heard = sources(0)
    patterns = find_patterns(heard, n_patterns=16, seed=0)
    recipe = MatchRecipe(n_null=999)
    planted = plant_networks(heard, snr=0.3, seed=0)
    links = match(encode(patterns, planted.bold, recipe=QUICK), planted.networks, recipe=recipe)
    found = recovery_of(planted, links)
    assert all(found.found)
    assert found.auc.mean() >= 0.95
    deaf = plant_networks(heard, snr=0.0, seed=0)
    silent = match(encode(patterns, deaf.bold, recipe=QUICK), deaf.networks, recipe=recipe)
    assert (silent.p < 0.05).mean() < 0.12
    assert recovery_of(deaf, silent).auc.mean() < 0.8


def test_organization_of_known_patterns(links):
    found = organization(links)
    assert found.effective_rank == pytest.approx(6.0, abs=0.3)
    assert found.diversity > 0.9
    assert found.n_networks == 4
    assert 0.7 < found.layer_entropy <= 1.0
    courses = np.tile(links.patterns.time_courses[:, :1], 6)
    alike = dataclasses.replace(links, patterns=dataclasses.replace(
        links.patterns, time_courses=courses
    ))  # fmt: skip
    one = organization(alike)
    assert one.effective_rank == pytest.approx(1.0)
    assert one.diversity == pytest.approx(0.0, abs=1e-9)
    assert organization(links, other_seeds=[links.patterns]).across_seeds == pytest.approx(1.0)
    np.testing.assert_allclose(gini(np.array([[1.0, 1, 1, 1], [0, 0, 0, 0]])), 0.0, atol=1e-12)
    with pytest.raises(ValueError, match="two are needed"):
        ModelComparison((found,))


def test_links_survive_a_folder(links, tmp_path):
    again = read_links(save_links(links, tmp_path / "l"))
    assert again.matched == links.matched
    assert again.networks.names == links.networks.names


def test_maps_without_places_cannot_be_tested(encoding):
    nowhere = dataclasses.replace(
        encoding, bold=dataclasses.replace(encoding.bold, space=BrainSpace("parcels", 384))
    )
    with pytest.raises(ValueError, match="places of the columns are not known"):
        match(nowhere, quarters())
    with pytest.raises(ValueError, match="10 places are too few"):
        null_maps(np.ones((1, 10)), box().pick(np.arange(10)))
    with pytest.raises(ValueError, match="the same everywhere"):
        BrainNetworks(np.ones((1, 4)), ("all",))
