import dataclasses
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from surrobrain import rsa
from surrobrain.clip_hba import load, load_meg, save_meg, simulate_study, tune_meg
from surrobrain.clip_hba.beginning import beginning, last_layer
from surrobrain.clip_hba.kept import Kept
from surrobrain.clip_hba.layer_mixing import embeddings, reach
from surrobrain.clip_hba.meg_target import even_batch, target_of
from surrobrain.clip_hba.rdm_loss import correlation_rdms
from surrobrain.clip_hba.time_recipe import TIME_RECIPES, TimeRecipe
from surrobrain.errors import NotEnough
from surrobrain.training.options import Training

OPTIONS = Training(epochs=3, batch=10, rate=0.05, decay=0.0, clip=1e12, progress=False)
QUICK = TimeRecipe(layers=OPTIONS, adapters=dataclasses.replace(OPTIONS, rate=1e-3), rank=2)


@pytest.fixture(scope="module")
def study():
    return simulate_study(n_images=30, n_persons=4, trained=False)


@pytest.fixture(scope="module")
def group(study):
    return tune_meg(study.vision, study.images, study.movies, prompts=study.prompts, recipe=QUICK)


def same(a, b):
    ours, theirs = a.clip.trained(), b.clip.trained()
    return (a.free == b.free).all() and all(torch.equal(ours[k], theirs[k]) for k in theirs)


def test_no_person_is_learned_from_and_validates(group, study):
    history = group.history
    assert set(history.persons) | set(history.validation_persons) == set(study.movies)
    assert not set(history.persons) & set(history.validation_persons)


def test_validation_persons_can_be_named_and_what_they_say_teaches_nothing(study):
    other = dict(study.movies)
    noise = np.random.default_rng(0).uniform(size=other["P4"].values.shape).astype(np.float32)
    other["P4"] = dataclasses.replace(other["P4"], values=noise)
    plain, noisy = (
        target_of(movies, recipe=QUICK, validation_persons=["P4"])
        for movies in (study.movies, other)
    )
    np.testing.assert_array_equal(plain.learned, noisy.learned)
    assert not np.array_equal(plain.validated, noisy.validated)
    assert plain.validation_persons == ("P4",)


def test_published_lets_the_same_persons_validate(study):
    target = target_of(study.movies, recipe=TIME_RECIPES["published"])
    assert target.persons == target.validation_persons == tuple(study.movies)


def test_learning_lowers_the_loss_and_leaves_the_start_alone(group, study):
    history = group.history
    assert min(history.layers) < history.layers[0] == pytest.approx(1.25)
    before = beginning(study.vision, recipe=QUICK, prompts=study.prompts)
    assert not hasattr(study.vision.model, "peft_config")
    assert before.clip.trained().keys() == group.clip.trained().keys()
    assert all("out_proj" in name for name in before.clip.trained())


def test_the_layers_are_found_that_speak(study, monkeypatch):
    tokens = np.random.default_rng(0).normal(size=(30, 6, 64)).astype(np.float32)
    kept = Kept(study.images.names, tokens, 30)
    monkeypatch.setattr("surrobrain.clip_hba.meg.keep_class_tokens", lambda *_, **__: kept)
    options = dataclasses.replace(OPTIONS, epochs=150, rate=0.2, batch=40, patience=40)
    recipe = TimeRecipe(layers=options, adapters=dataclasses.replace(options, epochs=0))
    clip = beginning(study.vision, recipe=recipe, prompts=study.prompts).clip
    directions = torch.randn(21, 64, generator=torch.Generator().manual_seed(0))
    directions = torch.nn.functional.normalize(directions, dim=1)
    monkeypatch.setattr("surrobrain.clip_hba.meg.directions_of", lambda *_: directions)
    with torch.no_grad():
        reached = reach(clip, torch.from_numpy(tokens), directions, reading="normalized")
        truth = torch.from_numpy(study.schedule.astype(np.float32))
        rows = correlation_rdms(embeddings(reached, truth)).numpy()
    movie = rsa.RDMs(rows, study.images.names, times=study.times)
    found = tune_meg(study.vision, study.images, movie, prompts=study.prompts, recipe=recipe)
    true = study.schedule @ np.arange(1.0, 7.0)
    assert np.corrcoef(true, found.depth)[0, 1] > 0.99
    assert np.abs(true - found.depth).max() < 0.4
    assert found.history.layers[-1] < 0.3 < found.history.layers[0]


def test_predictions_are_rdms_of_named_images_at_the_same_times(group, study):
    new = study.images.pick(study.images.names[:7][::-1])
    movie = group.rdm_movie(new)
    assert movie.conditions == new.names
    scores = rsa.compare(movie, study.movies["P1"].pick(study.images.names[:7]))
    assert scores.shape == study.times.shape
    embedding = group.embedding_movie(new)
    np.testing.assert_allclose(movie.values[20], rsa.rdm(embedding[20]).values[0], atol=1e-5)


def test_a_person_starts_from_the_group(group, study):
    still = dataclasses.replace(OPTIONS, epochs=0)
    recipe = dataclasses.replace(QUICK, layers=still, adapters=still)
    person = tune_meg(group, study.images, study.movies["P1"], recipe=recipe)
    np.testing.assert_allclose(
        person.rdm_movie(study.images).values, group.rdm_movie(study.images).values, atol=2e-5
    )
    assert person.prompts == group.prompts


@pytest.mark.parametrize("name", ["published", "published person"])
def test_published_recipes_run_and_are_random_by_seed(study, name):
    small = dataclasses.replace(
        TIME_RECIPES[name], rank=2, layers=dataclasses.replace(OPTIONS, rate=3e-3, epochs=1),
        adapters=dataclasses.replace(OPTIONS, rate=3e-5, epochs=1),
    )  # fmt: skip
    model = tune_meg(study.vision, study.images, study.movies, prompts=study.prompts, recipe=small)
    assert not any("magnitude" in part for part in model.clip.trained())
    assert (model.layer_schedule.min(axis=1) == 0).all()
    first, second = (model.rdm_movie(study.images).values for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first[0].mean() == pytest.approx(1.0, abs=0.1)  # before onset: noise alone


def test_a_random_start_is_not_the_model(study):
    shown = study.images
    moved = beginning(
        study.vision, recipe=dataclasses.replace(QUICK, start="kaiming"), prompts=study.prompts
    )
    still = beginning(study.vision, recipe=QUICK, prompts=study.prompts)
    tokens = [
        last_layer(b.clip, times=study.times, prompts=study.prompts).rdm_movie(shown).values
        for b in (still, moved)
    ]
    plain = last_layer(study.vision, times=study.times, prompts=study.prompts)
    np.testing.assert_allclose(tokens[0], plain.rdm_movie(shown).values, atol=1e-5)
    assert np.abs(tokens[1] - tokens[0]).max() > 1e-3


def test_files_hold_every_stage(group, study, tmp_path):
    person = tune_meg(group, study.images, study.movies["P1"], recipe=QUICK)
    again = load_meg(save_meg(person, tmp_path / "P1"), model=study.vision)
    assert same(again, person)
    assert same(again.start, group)
    assert again.history == person.history
    assert again.recipe == person.recipe
    np.testing.assert_allclose(
        again.rdm_movie(study.images).values, person.rdm_movie(study.images).values, atol=1e-6
    )


def test_files_refuse_another_model(group, study, tmp_path):
    folder = save_meg(group, tmp_path)
    other = simulate_study(n_images=8, n_persons=1, trained=False).vision
    with torch.no_grad():
        other.model.visual_projection.weight += 0.1
    with pytest.raises(ValueError, match="other weights"):
        load_meg(folder, model=other)
    (folder / "time.safetensors").write_bytes(b"else")
    with pytest.raises(ValueError, match="replaced or damaged"):
        load_meg(folder, model=study.vision)


def test_the_same_call_goes_on_to_the_bit(study, group, tmp_path):
    def run(**epochs):
        parts = {
            name: dataclasses.replace(getattr(QUICK, name), schedule="constant", epochs=n)
            for name, n in epochs.items()
        }
        return tune_meg(
            study.vision, study.images, study.movies, prompts=study.prompts,
            recipe=dataclasses.replace(QUICK, **parts), folder=tmp_path,
        )  # fmt: skip

    first, again = run(layers=3, adapters=3), run(layers=3, adapters=3)
    assert same(first, again)
    with pytest.raises(ValueError, match="belongs to another training"):
        run(layers=2, adapters=3)


def other_conditions(study):
    return {**study.movies, "P3": study.movies["P3"].pick(study.images.names[:-1])}


def other_times(study):
    return {**study.movies, "P3": study.movies["P3"].at(slice(0, 9))}


def without_times(study):
    return {"P3": study.movies["P3"].mean()}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(other_conditions, "P3"), (other_times, "P3"), (without_times, "P3")],
)
def test_bad_movies_are_named(study, spoil, said):
    with pytest.raises(ValueError, match=said):
        tune_meg(study.vision, study.images, spoil(study), prompts=study.prompts, recipe=QUICK)


def test_bad_calls_say_what_to_do(study):
    few = study.images.pick(study.images.names[1:])
    with pytest.raises(ValueError, match="no image for"):
        tune_meg(study.vision, few, study.movies, prompts=study.prompts, recipe=QUICK)
    with pytest.raises(ValueError, match="no prompts"):
        tune_meg(study.vision, study.images, study.movies, recipe=QUICK)
    with pytest.raises(NotEnough, match="none is left"):
        target_of(study.movies, recipe=QUICK, validation_persons=list(study.movies))
    with pytest.raises(NotEnough, match="images are too few"):
        target_of(study.movies["P1"].pick(study.images.names[:6]), recipe=QUICK)
    with pytest.raises(ValueError, match="did you mean 'P1'"):
        target_of(study.movies, recipe=QUICK, validation_persons=["p1"])
    with pytest.raises(TypeError, match="str arrived"):
        beginning("ViT-L/14", recipe=QUICK, prompts=["a"])
    with pytest.raises(ValueError, match="only DoRA"):
        TimeRecipe(adapter="lora", directions_only=True)


@pytest.mark.parametrize(("n", "batch"), [(65, 64), (100, 8), (7, 50), (1456, 50), (80, 40)])
def test_no_batch_is_nearly_empty(n, batch):
    size = even_batch(n, batch)
    rest = n % size
    assert size >= min(n, batch)
    assert rest == 0 or 2 * rest >= size


def test_an_adapted_clip_is_a_start(study):
    clip = load(study.vision, rank=2, vision_blocks=1, text_blocks=1)
    still = dataclasses.replace(OPTIONS, epochs=0)
    recipe = dataclasses.replace(QUICK, layers=still, adapters=still)
    from_clip, from_vision = (
        tune_meg(start, study.images, study.movies, prompts=study.prompts, recipe=recipe)
        for start in (clip, study.vision)
    )
    np.testing.assert_allclose(
        from_clip.rdm_movie(study.images).values, from_vision.rdm_movie(study.images).values,
        atol=1e-5,
    )  # fmt: skip


SCRIPT = """
import dataclasses, json, sys
import torch
from surrobrain.clip_hba import save_meg, simulate_study, tune_meg
from surrobrain.clip_hba.rdm_loss import correlation_rdms
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.training.options import Training

torch.set_num_threads(1)
options = Training(epochs=12, batch=10, rate=0.05, decay=0.0, clip=1e12, progress=False)
recipe = TimeRecipe(
    layers=options, adapters=dataclasses.replace(options, rate=1e-3, epochs=25), rank=2
)
study = simulate_study(n_images=30, n_persons=3, trained=False)
model = tune_meg(
    study.vision, study.images, study.movies, prompts=study.prompts, recipe=recipe,
    folder=sys.argv[1] + "/training",
)
save_meg(model, sys.argv[1])
"""


@pytest.mark.slow
def test_killed_and_resumed_is_the_same_to_the_bit(tmp_path):
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    subprocess.run([sys.executable, "-c", SCRIPT, str(whole)], check=True)
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(torn)])
    state = torn / "training" / "adapters.safetensors"
    while not state.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (torn / "card.json").exists()
    subprocess.run([sys.executable, "-c", SCRIPT, str(torn)], check=True)
    for name in ("adapter_model.safetensors", "time.safetensors"):
        assert (whole / name).read_bytes() == (torn / name).read_bytes()
    cards = [json.loads((folder / "card.json").read_text()) for folder in (whole, torn)]
    assert cards[0]["history"] == cards[1]["history"]
