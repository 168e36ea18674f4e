import numpy as np
import pytest

from surrobrain import rsa
from surrobrain.clip_hba import simulate_study
from surrobrain.clip_hba.simulated_clip import n_recognized
from surrobrain.clip_hba.simulated_images import DIMENSIONS, caption, draw_scenes, pictures
from surrobrain.clip_hba.three_stages import three_stages


def test_scenes_differ_and_pictures_have_names():
    scenes = draw_scenes(864, seed=0)
    assert len(np.unique(scenes, axis=0)) == 864
    images = pictures(scenes[:5], seed=0)
    assert len(set(images.names)) == 5
    assert all(word in caption(scenes[0]) for word in images.names[0].split()[1:])
    with pytest.raises(ValueError, match="only 864 differ"):
        draw_scenes(865, seed=0)


def test_a_study_follows_from_its_seed():
    first, second = (simulate_study(n_images=12, n_persons=2, trained=False) for _ in range(2))
    np.testing.assert_array_equal(first.movies["P2"].values, second.movies["P2"].values)
    np.testing.assert_array_equal(first.images.sources[3], second.images.sources[3])
    other = simulate_study(n_images=12, n_persons=2, trained=False, seed=1)
    assert not np.array_equal(first.movies["P2"].values, other.movies["P2"].values)
    assert first.judgments.shape == (12, len(DIMENSIONS))
    assert first.judgments.min() >= 0


def test_more_persons_leave_the_first_as_they_were():
    few, many = (simulate_study(n_images=12, n_persons=n, trained=False) for n in (1, 3))
    np.testing.assert_array_equal(few.movies["P1"].values, many.movies["P1"].values)


def test_layers_speak_in_their_order_and_persons_differ():
    study = simulate_study(n_images=12, n_persons=3, trained=False)
    np.testing.assert_allclose(study.schedule.sum(axis=1), 1)
    depth = study.schedule @ np.arange(1, 7)
    assert (np.diff(depth) >= 0).all()
    assert depth[0] < 2
    assert depth[-1] > 5
    assert not np.allclose(study.schedules["P1"], study.schedules["P2"])
    assert not np.allclose(study.gains["P1"], study.gains["P2"])


def test_there_is_nothing_before_onset_and_agreement_after():
    study = simulate_study(n_images=40, n_persons=2, trained=False)
    agree = rsa.compare(*study.halves["P1"])
    assert np.abs(agree[study.times <= 0]).max() < 0.15
    assert agree[study.responding].min() > 0.5
    assert (study.strength[study.times <= 0] == 0).all()


@pytest.fixture(scope="session")
def found(tmp_path_factory):
    return three_stages(folder=tmp_path_factory.mktemp("cache"))


@pytest.mark.slow
def test_the_small_clip_learns_its_words(found):
    shares = n_recognized(found.study.vision, seed=0)
    assert shares["color"] > 0.9
    assert shares["texture"] > 0.9
    assert shares["size"] > 0.8


@pytest.mark.slow
def test_the_hidden_schedule_is_recovered(found):
    assert found.recovery > 0.95
    assert found.depth_error < 0.75


@pytest.mark.slow
def test_each_stage_gains(found):
    assert found.behavior["behavior"] > found.behavior["plain CLIP"] + 0.05
    counted = found.study.responding
    mean = dict(zip(found.scores.models, found.scores.mean[:, counted].mean(axis=1), strict=True))
    assert mean["own model"] > mean["group"] > mean["plain CLIP"]


@pytest.mark.slow
def test_every_person_is_predicted_best_by_the_own_model(found):
    judged = found.specificity
    assert judged.n_identified == len(judged.persons) == 4
    assert all(contrast.certain for contrast in judged.contrasts)
