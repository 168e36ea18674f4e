import numpy as np
import pytest
from nibabel import Nifti1Image

import surrobrain as sb
from surrobrain.errors import BadRecording
from surrobrain.intervention.edit import edit
from surrobrain.intervention.hemisphere import hemisphere
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.resection import resected
from surrobrain.intervention.what_if import what_if


def test_weights_of_a_network_are_scaled_where_asked(wired_brain):
    model = wired_brain()
    before = model.connectome.weights
    edge = edit(model, edges=[("A", "C")], weights=0.5).connectome.weights
    expected = before.copy()
    expected[2, 0] *= 0.5
    assert np.allclose(edge, expected)
    region = edit(model, regions=["B"], weights=2.0).connectome.weights
    expected = before.copy()
    expected[1, [0, 2, 3]] *= 2.0
    expected[[0, 2, 3], 1] *= 2.0
    assert np.allclose(region, expected)
    everywhere = edit(model, weights=0.1).connectome.weights
    assert np.allclose(everywhere, np.where(np.eye(4), before, 0.1 * before))


def test_weights_of_a_sparse_connectome_are_scaled():
    sparse = sb.SparseConnectome(
        np.array([0, 0, 1, 2]), np.array([0, 1, 2, 0]), np.array([5.0, 1.0, 2.0, 3.0]), "ABC"
    )
    model = sb.Network(sb.Linear(), sparse, noise=1.0)
    assert edit(model, regions=[0], weights=0.5).connectome.weights.tolist() == [5.0, 0.5, 2.0, 1.5]


@pytest.mark.parametrize("memory", [1, 3])
def test_a_linear_surrogate_is_edited_as_its_weights_would_be(linear_brain, memory):
    model = linear_brain(memory=memory, sigma=0.3, center=[1.0, -2.0, 0.5, 3.0])
    lags = model.lags.copy()
    lags[:, 2, 0] *= 0.25
    by_hand = type(model)(lags, model.center, model.sigma, model.sfreq)
    edited = edit(model, edges=[("A", "C")], weights=0.25)
    window = np.random.default_rng(0).normal(size=(memory, 4))
    found = edited.run(20, state=edited.state_from(window), seed=4).values
    assert np.allclose(found, by_hand.run(20, state=(window, 0), seed=4).values)
    with pytest.raises(ValueError, match="nothing would change"):
        edit(model, edges=[("A", "C")])


def test_an_edit_to_nothing_is_a_cut(linear_brain, wired_brain):
    learned, wired = linear_brain(sigma=1.0), wired_brain()
    windows = np.random.default_rng(1).normal(size=(5, 1, 4))
    cut = lesion(learned, edges=[("A", "C")]).predict(windows)
    assert np.allclose(edit(learned, edges=[("A", "C")], weights=0.0).predict(windows), cut)
    cut = lesion(wired, edges=[("A", "C")]).connectome.weights
    assert np.array_equal(edit(wired, edges=[("A", "C")], weights=0.0).connectome.weights, cut)


def test_a_parameter_is_scaled_in_some_regions():
    model = sb.Network(sb.JansenRit(), sb.examples.ring(4))
    less = edit(model, regions=["region_1"], parameters={"B": 0.5})
    assert less.node.B.tolist() == [22.0, 11.0, 22.0, 22.0]
    assert np.array_equal(less.connectome.weights, model.connectome.weights)
    with pytest.raises(ValueError, match="no parameter 'inhibition'"):
        edit(model, parameters={"inhibition": 0.5})


def test_a_surrogate_has_no_parameters_of_a_node(linear_brain):
    with pytest.raises(TypeError, match="give a Network"):
        edit(linear_brain(), parameters={"B": 0.5})


def test_what_if_takes_the_edited_model_itself(linear_brain):
    model = linear_brain(sigma=1.0)
    cut = what_if(model, lesion=[("A", "C")], duration=3.0, n_seeds=2)
    changed = edit(model, edges=[("A", "C")], weights=0.0)
    same = what_if(model, lesion=changed, duration=3.0, n_seeds=2)
    assert np.allclose(same.difference, cut.difference)
    assert same.description == "changed model"
    with pytest.raises(ValueError, match="the changed model has 3 regions"):
        what_if(model, lesion=linear_brain(3), duration=3.0)


@pytest.mark.parametrize(
    ("names", "left"),
    [
        (["V1_L", "V1_R", "Brain-Stem"], ("V1_L",)),
        (["ctx-lh-insula", "ctx-rh-insula", "Left-Thalamus"], ("ctx-lh-insula", "Left-Thalamus")),
        (["7Networks_LH_Vis_1", "7Networks_RH_Vis_1"], ("7Networks_LH_Vis_1",)),
        (["rA1", "lA1", "rPFC"], ("lA1",)),
    ],
)
def test_names_say_their_hemisphere(names, left):
    assert hemisphere(names, "left") == left
    assert not set(hemisphere(names, "right")) & set(left)


def test_names_that_say_no_side_are_refused():
    with pytest.raises(ValueError, match="no name says its side: region_0"):
        hemisphere(["region_0", "region_1"], "left")


def test_an_array_of_bool_says_what_is_resected(wired_brain):
    model = wired_brain()
    taken = np.array([False, True, False, True])
    found, named = lesion(model, regions=taken), lesion(model, regions=["B", "D"])
    assert np.array_equal(found.connectome.weights, named.connectome.weights)
    with pytest.raises(ValueError, match=r"4 regions whether it is meant, but shape \(3,\)"):
        lesion(model, regions=taken[:3])


def test_a_mask_on_another_grid_finds_the_same_tissue(tmp_path):
    labels = np.zeros((8, 8, 8), dtype=np.int16)
    labels[:4], labels[4:] = 7, 9
    atlas = Nifti1Image(labels, np.eye(4))
    fine = np.zeros((16, 16, 16), dtype=np.uint8)
    fine[4:, :, 8:] = 1  # x from 2, z from 4, in voxels of half the size
    affine = np.diag([0.5, 0.5, 0.5, 1.0])
    affine[:3, 3] = -0.25
    found = resected(Nifti1Image(fine, affine), atlas, least=0.0)
    assert found == {"label_7": 0.25, "label_9": 0.5}
    assert resected(Nifti1Image(fine, affine), atlas) == {"label_9": 0.5}


def test_a_mask_elsewhere_is_refused():
    labels = Nifti1Image(np.ones((4, 4, 4), dtype=np.int16), np.eye(4))
    empty = Nifti1Image(np.zeros((4, 4, 4), dtype=np.uint8), np.eye(4))
    far = np.eye(4)
    far[:3, 3] = 100
    for mask in (empty, Nifti1Image(np.ones((4, 4, 4), dtype=np.uint8), far)):
        with pytest.raises(BadRecording, match="touches no region"):
            resected(mask, labels)
    with pytest.raises(BadRecording, match="the mask has shape"):
        resected(Nifti1Image(np.ones((4, 4, 4, 2), dtype=np.uint8), np.eye(4)), labels)
