import numpy as np
import pytest

from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.group_encoding import across_subjects
from surrobrain.llm_networks.image_files import sphere_of
from surrobrain.llm_networks.model_organization import ModelComparison, Organization
from surrobrain.llm_networks.neuron_groups import find_neuron_groups
from surrobrain.llm_networks.neuron_lesion import NeuronLesion
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.reports.figures.pattern_map import pattern_map
from surrobrain.reports.report import Report
from tests.llm_networks.brains import some_patterns

pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


def small_encoding(subject, seed):
    patterns = some_patterns(120, 3)
    names = ("LATL", "RATL", "<IFG>")
    values = np.random.default_rng(seed).normal(size=(120, 3))
    recipe = EncodeRecipe(n_draws=1, n_permutations=19, alphas=(1e2, 1e4, 1e6, 1e8))
    bold = Bold(values, 2.0, names=names, subject=subject)
    return encode(patterns, bold, ceiling=np.full(3, 0.8), recipe=recipe)


def test_parcels_people_and_lesions_have_their_tables():
    each = [small_encoding(str(k), k) for k in range(3)]
    group = find_neuron_groups(each[0].patterns)[0]
    lesion = NeuronLesion(
        group, float("nan"), float("nan"), np.full(5, np.nan), 0.1, 0.2, np.full(5, 0.2)
    )
    page = Report("Three", [each[0], across_subjects(each), lesion]).html()
    assert "&lt;IFG&gt;" in page
    assert "<IFG>" not in page
    assert "Tests over people" in page
    assert "Over 3 people" in page
    assert "predicts no words" in page
    assert "places are not known" not in page


def some_model(name, size, **given):
    numbers = {"effective_rank": 5.0, "diversity": 0.8, "gini": 0.9, "layer_entropy": 0.5}
    return Organization(
        name, size, 6, 32, **numbers, consistency={"a": 0.4, "b": float("nan")}, n_matched=4,
        n_networks=2, **given,
    )  # fmt: skip


def test_models_are_compared_from_small_to_large():
    comparison = ModelComparison((some_model("large", 9000), some_model("small", 600)))
    page = Report("Models", [comparison]).html()
    assert page.index("small") < page.index("large")
    assert "From small (600 neurons) to large (9000)" in page
    assert "no test of a trend" in page


def test_a_map_is_drawn_on_the_cortex():
    left, right = sphere_of(10242)
    space = BrainSpace(
        "surface", 20484, np.concatenate([left, right]), vertices=np.tile(np.arange(10242), 2),
        right=np.repeat([0, 1], 10242),
    )  # fmt: skip
    picture = pattern_map(space.coordinates[:, 1] / 100, space=space, title="y", label="front")
    assert len(picture.png(dpi=60)) > 5000
    assert "20484 places" in picture.alt
