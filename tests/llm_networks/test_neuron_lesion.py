import numpy as np
import pytest
import torch

from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.neuron_groups import NeuronGroup
from surrobrain.llm_networks.neuron_lesion import lesion_neurons, masked, random_like
from surrobrain.llm_networks.story_loss import story_loss
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.encoder import load_encoder
from tests.tiny_language import WORDS, language

pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


@pytest.fixture(scope="module")
def model():
    return language("llama")


def story(n=240):
    rng = np.random.default_rng(0)
    onsets = np.arange(n) * 0.9
    text = tuple(rng.choice([w for w in WORDS[3:] if w.isalpha()], n).tolist())
    return Words(text, onsets, onsets + 0.5)


@pytest.mark.parametrize("site", ["ffn_out", "ffn_act"])
def test_masked_neurons_are_silent_and_only_they_and_only_inside(model, site):
    text = " ".join(story(20).text)
    before = token_activations(model, text, site=site)
    layers, units = np.array([0, 0, 1]), np.array([1, 5, 2])
    with masked(model, layers, units, site=site):
        inside = token_activations(model, text, site=site)
    width = before.shape[1] // 2
    silent = np.array([1, 5, width + 2])
    np.testing.assert_array_equal(inside[:, silent], 0.0)
    rest = np.setdiff1d(np.arange(width), silent)
    np.testing.assert_array_equal(inside[:, rest], before[:, rest])  # layer 0 reads no other layer
    assert np.abs(inside[:, width:] - before[:, width:]).max() > 0
    np.testing.assert_array_equal(token_activations(model, text, site=site), before)


def test_the_loss_of_a_causal_model_is_its_cross_entropy(model):
    text = " ".join(story(30).text)
    ids = torch.tensor([model.tokenizer(text, add_special_tokens=False)["input_ids"]])
    with torch.no_grad():
        expected = float(model.model(input_ids=ids, labels=ids).loss)
    assert story_loss(model, text) == pytest.approx(expected, rel=1e-5)
    assert np.isnan(story_loss(load_encoder(), "once upon a time there was a clock"))


def test_a_lesion_is_compared_with_random_groups_of_the_same_layers(model):
    told = story()
    heard = responses(model, told, tr=2.0, recipe=CaptureRecipe(trim=2), shown=False)
    patterns = find_patterns(heard, n_patterns=6, seed=0)
    rng = np.random.default_rng(0)
    drive = np.asarray(heard.values)[:, :5].mean(axis=1, keepdims=True)
    drive = np.roll((drive - drive.mean()) / drive.std(), 2, axis=0)
    bold = Bold(drive + 0.5 * rng.normal(size=(len(drive), 2)), 2.0)
    found = encode(patterns, bold, recipe=EncodeRecipe(n_draws=2, n_permutations=19))
    members = np.flatnonzero((patterns.layers == 0) & (patterns.units < 12))
    counts = np.array([len(members), 0])
    group = NeuronGroup("first", members, members[:0], np.arange(2), counts, np.ones(2))
    drawn = random_like(group, patterns, seed=1)
    assert len(drawn) == len(members)
    assert not set(drawn) & set(members)
    assert (patterns.layers[drawn] == 0).all()
    lesion = lesion_neurons(
        model, told, group=group, encoding=found, n_random=4, recipe=CaptureRecipe(trim=2)
    )
    assert lesion.loss != lesion.loss_intact
    assert lesion.loss_random.shape == (4,)
    assert lesion.r_intact > 0.2
    assert lesion.r < lesion.r_intact
    assert 0.2 <= lesion.p_loss <= 1.0
    empty = NeuronGroup("none", members[:0], members[:0], np.arange(2), counts * 0, np.ones(2))
    with pytest.raises(ValueError, match="nothing to silence"):
        lesion_neurons(model, told, group=empty, encoding=found)
