import csv

import numpy as np
import pytest

from surrobrain.clip_hba.behavior import tune_behavior
from surrobrain.clip_hba.embedding import Embedding, read_embedding, read_names
from surrobrain.clip_hba.evaluation import evaluate, score_embeddings
from surrobrain.clip_hba.loading import load
from surrobrain.rsa import RDMs, compare, rdm
from tests.clip_hba.toys import brief, judged
from tests.tiny_clip import pictures, vision


def things(shared):
    folder = shared("things")
    with (folder / "objects48.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    names = [row["image_name"].removesuffix(".jpg") for row in rows]
    with (folder / "objects1854.csv").open() as stream:
        every = [row["image_name"].removesuffix(".jpg") for row in csv.DictReader(stream)]
    with (folder / "spose66_labels.csv").open() as stream:
        prompts = [row["prompt"] for row in csv.DictReader(stream)]
    values = np.load(folder / "spose66_rescaled.npy").astype(np.float64)
    people = RDMs.from_square(np.load(folder / "rdm48_triplet.npy"), names)
    return Embedding(values, every, prompts).pick(names), people


def test_the_embedding_reaches_the_known_ceilings(shared):
    target, people = things(shared)
    scores = score_embeddings({}, target, people=people, n_draws=50)
    assert scores.similarity.scores[0] == pytest.approx(0.8648, abs=5e-4)
    assert scores.odd_one_out.scores[0] == pytest.approx(0.8980, abs=5e-4)
    assert scores.odd_one_out_error[0] == pytest.approx(0.060, abs=1e-3)
    assert scores.similarity.low[0] < 0.8648 < scores.similarity.high[0]
    odd = rdm(target.values * 0.0275, method="triplet", conditions=target.names)
    assert compare(odd, people, method="pearson")[0] == pytest.approx(0.9060, abs=5e-4)


def test_scores_do_not_depend_on_the_order_of_objects(shared):
    target, people = things(shared)
    rng = np.random.default_rng(0)
    noisy = target.values + rng.normal(scale=5.0, size=target.values.shape)
    order = rng.permutation(48)
    mixed = target.pick([target.names[k] for k in order])
    one = score_embeddings({"noisy": noisy}, target, people=people, n_draws=20)
    other = score_embeddings({"noisy": noisy[order]}, mixed, people=people, n_draws=20)
    assert np.allclose(one.similarity.scores, other.similarity.scores)
    assert np.allclose(one.odd_one_out_error, other.odd_one_out_error)
    assert one.similarity.scores[0] < one.similarity.scores[1]
    assert one.dimensions[0, 0] == pytest.approx(
        np.corrcoef(noisy[:, 0], target.values[:, 0])[0, 1]
    )
    low, high = one.dimension_interval[0]
    assert low < np.nanmean(one.dimensions[0]) < high


def test_a_tuned_model_is_scored_beside_clip_and_the_ceiling():
    images = pictures(40)
    people = judged(images)
    held_out = images.names[:12]
    model = tune_behavior(
        load(vision(), rank=4), images, people, held_out=held_out, recipe=brief(epochs=2)
    )
    direct = rdm(people.pick(held_out).values, conditions=held_out)
    scores = evaluate(model, images, people, people=direct, unit=0.01, n_draws=20)
    assert scores.models == ("CLIP", "CLIP, calibrated", "tuned (improved)", "embedding itself")
    assert scores.similarity.scores[3] == pytest.approx(1.0)
    assert np.allclose(scores.dimensions[0], scores.dimensions[1])  # a rising line changes no r
    assert scores.seen == ()
    assert scores.dimensions.shape == (4, 4)
    untouched = vision()
    from surrobrain.clip_hba.frozen import plain_image_features, plain_text_features
    from surrobrain.clip_hba.loading import Clip
    from surrobrain.clip_hba.readout import cosines

    plain = Clip(untouched, model.clip.adapter, (), ()).prepared(model.clip.vision.preparation)
    wanted = cosines(
        plain_image_features(plain, images.pick(held_out)),
        plain_text_features(plain, people.prompts),
    ).detach()
    found = rdm(wanted.numpy(), conditions=held_out)
    assert compare(found, direct)[0] == pytest.approx(scores.similarity.scores[0], abs=0.02)


def test_objects_that_were_seen_are_told():
    images = pictures(30)
    people = judged(images)
    model = tune_behavior(load(vision(), rank=2), images, people, recipe=brief(epochs=1))
    direct = rdm(people.values, conditions=people.names)
    with pytest.warns(UserWarning, match="has seen 30 of 30 objects"):
        scores = evaluate(model, images, people, people=direct, n_draws=10)
    assert len(scores.seen) == 30


def test_objects_without_row_are_named():
    people = judged(pictures(12))
    direct = rdm(people.values, conditions=[*people.names[:-1], "object_01"])
    model = tune_behavior(load(vision(), rank=2), pictures(12), people, recipe=brief(epochs=0))
    with pytest.raises(ValueError, match="no row of the embedding 'object_01'; did you mean"):
        evaluate(model, pictures(12), people, people=direct)


def test_tables_are_read_and_what_is_wrong_in_them_is_named(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("image,animal,metal\ndog.jpg,9,1\ncar_01b.PNG,0.5,8\n")
    people = read_embedding(path)
    assert people.names == ("dog", "car_01b")
    assert people.prompts == ("animal", "metal")
    (tmp_path / "words.txt").write_text("like an animal\nmade of metal\n")
    named = read_embedding(path, prompts=tmp_path / "words.txt")
    assert named.prompts == ("like an animal", "made of metal")
    for content, match in (
        ("image,animal\ndog,x\n", r"line 2 .* \('dog'\) must hold 1 numbers"),
        ("image,animal\ndog,1,2\n", r"line 2 .* \('dog'\) has 3 cells"),
        ("image,animal\ndog,nan\n", "row 'dog' holds nan for 'animal'"),
        ("image,animal\ndog,1\ndog.jpg,2\n", "dog occurs more than once"),
        ("image,animal\n", "holds no table"),
    ):
        path.write_text(content)
        with pytest.raises(ValueError, match=match):
            read_embedding(path)


def test_names_are_those_of_objects48(shared):
    assert len(read_names(shared("things") / "objects48.csv")) == 48
    with pytest.raises(ValueError, match="no column image_name or name"):
        read_names(shared("things") / "spose66_labels.csv")
