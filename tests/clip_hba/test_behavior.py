import dataclasses
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from surrobrain.clip_hba.behavior import tune_behavior
from surrobrain.clip_hba.behavior_file import load_behavior, save_behavior
from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.loading import load
from surrobrain.clip_hba.random_start import randomize
from surrobrain.clip_hba.recipe import RECIPES, Recipe
from surrobrain.pretrained.adapters import Adapter
from tests.clip_hba.toys import brief, judged
from tests.tiny_clip import folder_of, pictures, vision

IMAGES = pictures(60)
PEOPLE = judged(IMAGES)


def tuned(recipe, *, clip=None, people=PEOPLE, images=IMAGES, **given):
    clip = clip or load(vision(), rank=4)
    return tune_behavior(clip, images, people, held_out=images.names[:10], recipe=recipe, **given)


def losses_of(model):
    return model.trained.train, model.trained.validation, model.trained.best


@pytest.mark.parametrize("recipe", ["improved", "published"])
def test_tuning_lowers_the_error_and_leaves_its_input_alone(recipe):
    clip = load(vision(), rank=4)
    before = {name: value.clone() for name, value in clip.trained().items()}
    model = tuned(brief(recipe, epochs=40, rate=1e-2), clip=clip)
    losses = model.trained
    assert losses.train[-1] < 0.95 * losses.train[0]
    assert losses.validation[losses.best] < 0.98 * losses.validation[0]
    assert all(torch.equal(before[name], value) for name, value in clip.trained().items())
    assert model.predict(IMAGES).shape == (60, 4)


def test_the_start_of_the_improved_recipe_is_clip_with_a_fitted_line():
    model = tuned(brief(epochs=0))
    names = list(model.split.train)
    found, wanted = model.predict(IMAGES.pick(names)), PEOPLE.pick(names).values
    # a line by least squares leaves no error on average, whatever its slope
    assert np.allclose((found - wanted).mean(axis=0), 0, atol=1e-3)
    assert np.array_equal(model.calibration[0], np.maximum(model.calibration[0], 0))
    assert np.allclose(model.scale, model.calibration[0], rtol=1e-6)


def test_the_published_prediction_is_clip_s_own_logit():
    changed = brief("published", epochs=1)
    model = tuned(dataclasses.replace(changed, start="identity"))
    scale = float(model.clip.network.logit_scale.exp())
    assert np.allclose(model.scale, scale)
    assert not model.offset.any()


def test_published_choices_are_those_of_the_paper():
    recipe = RECIPES["published"]
    training = recipe.training
    assert (recipe.head, recipe.start, recipe.seed) == ("fixed", "kaiming", 1)
    assert (training.rate, training.batch, training.epochs) == (3e-4, 64, 500)
    assert (training.patience, training.decay, training.schedule) == (20, 0.01, "constant")
    assert recipe.preparation(224).mean == (0.530, 0.481, 0.419)
    assert recipe.preparation(224).fit == "squash"
    assert recipe.names_sorted
    assert not recipe.dropout_acts


def test_the_published_start_turns_weights_by_nine_degrees():
    clip = load(vision(hidden_size=256), adapter="dora", rank=32, text_blocks=0)
    layer = clip.network.vision_model.encoder.layers[3].self_attn.out_proj
    before = layer.base_layer.weight
    randomize(clip, seed=0)
    with torch.no_grad():
        change = layer.lora_B["default"].weight @ layer.lora_A["default"].weight * 0.5
        cosine = torch.cosine_similarity(before + change, before, dim=1)
    assert float(torch.rad2deg(torch.arccos(cosine)).mean()) == pytest.approx(9.4, abs=0.5)


def test_the_cache_changes_nothing_but_the_time(tmp_path):
    plain = tuned(brief(shortcut="plain", epochs=3))
    cached = tuned(brief(epochs=3), cache=tmp_path)
    assert cached.trained.train == pytest.approx(plain.trained.train, rel=1e-5)
    assert np.allclose(cached.predict(IMAGES), plain.predict(IMAGES), rtol=1e-3, atol=1e-2)


def test_mirrored_images_need_the_whole_model_and_change_what_is_learned():
    with pytest.raises(ValueError, match="use shortcut='plain'"):
        Recipe(mirrored=0.5)
    plain = tuned(brief(shortcut="plain", epochs=1))
    mirrored = tuned(brief(shortcut="plain", epochs=1, mirrored=0.5))
    assert plain.trained.validation[0] == mirrored.trained.validation[0]
    assert plain.trained.train != mirrored.trained.train


def test_dropout_of_the_adapter_acts_when_asked_and_follows_the_seed():
    clip = load(vision(), adapter=Adapter("dora", 4, alpha=2.0, dropout=0.5))
    off, one, two = (
        tuned(brief(epochs=2, dropout_acts=acts), clip=clip) for acts in (False, True, True)
    )
    assert one.trained.train == two.trained.train
    assert one.trained.train != off.trained.train
    assert one.trained.validation[0] == off.trained.validation[0]
    assert not one.clip.vision.model.training


def test_dropout_of_the_model_below_the_cut_is_refused():
    with pytest.raises(ValueError, match="at random"):
        tuned(brief(dropout_acts=True), clip=load(vision(attention_dropout=0.1), rank=2))


def test_held_out_objects_are_never_looked_at():
    changed = PEOPLE.values.copy()
    changed[:10] = -1e6
    other = tuned(brief(epochs=2), people=Embedding(changed, PEOPLE.names, PEOPLE.prompts))
    assert losses_of(other) == losses_of(tuned(brief(epochs=2)))
    assert not set(other.split.held_out) & {*other.split.train, *other.split.validation}
    assert (len(other.split.train), len(other.split.validation)) == (40, 10)


def test_sorted_names_are_the_published_ones(shared):
    import csv

    with (shared("things") / "objects1854.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    true = [row["image_name"].removesuffix(".jpg") for row in rows]
    published = [row["cliphba_csv_image_name"].removesuffix(".jpg") for row in rows]
    assert sorted(true) == published
    assert sum(a != b for a, b in zip(true, published, strict=True)) == 21


def test_sorted_names_give_objects_the_rows_of_others():
    names = [f"object_{k:03d}" for k in reversed(range(60))]
    backwards = Embedding(PEOPLE.values[::-1].copy(), names, PEOPLE.prompts)
    one = tuned(brief("published", epochs=1, names_sorted=False), people=backwards)
    same = tuned(brief("published", epochs=1, names_sorted=False))
    other = tuned(brief("published", epochs=1, names_sorted=True), people=backwards)
    assert losses_of(one) == losses_of(same)
    assert losses_of(other) != losses_of(one)


def test_first_letters_are_read_only_where_asked():
    one, other = (tuned(brief(epochs=1, first_letter=first)) for first in (False, True))
    assert one.trained.validation != other.trained.validation


def test_rows_without_image_are_named():
    with pytest.raises(ValueError, match="1 of 60 rows of the embedding have no image: object_007"):
        tune_behavior(
            load(vision(), rank=2), IMAGES.pick([n for n in IMAGES.names if n != "object_007"]),
            PEOPLE, recipe=brief(),
        )  # fmt: skip


def test_an_image_that_does_not_decode_is_named_and_nothing_is_written(tmp_path):
    from surrobrain.pretrained.images import find_images

    folder = folder_of(pictures(12), tmp_path / "images")
    (folder / "object_003.png").write_bytes(b"no image")
    checkpoint = tmp_path / "checkpoint.safetensors"
    with pytest.raises(ValueError, match="image object_003"):
        tune_behavior(
            load(vision(), rank=2), find_images(folder), judged(pictures(12)), recipe=brief(),
            checkpoint=checkpoint,
        )  # fmt: skip
    assert not checkpoint.exists()


def test_a_tuned_model_is_kept_in_a_folder_and_comes_back_the_same(tmp_path):
    model = tuned(brief(epochs=2))
    save_behavior(model, tmp_path)
    again = load_behavior(tmp_path, model=vision())
    assert np.array_equal(again.predict(IMAGES), model.predict(IMAGES))
    assert (again.split, again.recipe) == (model.split, model.recipe)
    assert losses_of(again) == losses_of(model)
    (tmp_path / "head.safetensors").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"head\.safetensors .* is not the one"):
        load_behavior(tmp_path, model=vision())


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    kept = tmp_path / "checkpoint.safetensors"
    first = tuned(brief(epochs=2), checkpoint=kept)
    assert losses_of(tuned(brief(epochs=2), checkpoint=kept)) == losses_of(first)
    with pytest.raises(ValueError, match="belongs to another training: embedding was"):
        tuned(brief(epochs=2), checkpoint=kept, people=Embedding(
            PEOPLE.values * 2, PEOPLE.names, PEOPLE.prompts))  # fmt: skip
    with pytest.raises(ValueError, match=r"another training: training\.epochs was 2, now 3;"):
        tuned(brief(epochs=3), checkpoint=kept)


RUN = """
import sys
import torch
from surrobrain.clip_hba.behavior import tune_behavior
from surrobrain.clip_hba.behavior_file import save_behavior
from surrobrain.clip_hba.loading import load
from tests.clip_hba.toys import brief, judged
from tests.tiny_clip import pictures, vision

torch.set_num_threads(1)
images, out = pictures(60), sys.argv[1]
model = tune_behavior(load(vision(), rank=4), images, judged(images), held_out=images.names[:10],
                      recipe=brief(epochs=30), cache=f"{out}/cache",
                      checkpoint=f"{out}/checkpoint.safetensors")
save_behavior(model, f"{out}/tuned")
"""


@pytest.mark.slow
def test_a_killed_training_ends_in_the_same_weights_to_the_bit(tmp_path):
    def start(name):
        return subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path / name)], env=os.environ)

    assert start("whole").wait(120) == 0
    process = start("killed")
    checkpoint = tmp_path / "killed" / "checkpoint.safetensors"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    assert not (tmp_path / "killed" / "tuned").exists()
    assert start("killed").wait(120) == 0
    for file in ("adapter_model.safetensors", "head.safetensors"):
        one, other = (load_file(tmp_path / run / "tuned" / file) for run in ("whole", "killed"))
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[name], other[name]) for name in one)
