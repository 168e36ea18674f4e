import dataclasses

import numpy as np
import pytest
import torch

from surrobrain.clip_hba.frozen import (
    freeze_images,
    freeze_texts,
    image_features,
    keep_class_tokens,
    plain_image_features,
    plain_text_features,
    text_features,
    toward,
)
from surrobrain.clip_hba.loading import load
from surrobrain.clip_hba.readout import cosines
from surrobrain.pretrained.images import Images, find_images
from surrobrain.pretrained.vision import pixels
from tests.tiny_clip import PROMPTS, folder_of, pictures, vision

EVERY = np.arange(6)


def moved(**given):
    """An adapted model that is no longer where it started."""
    clip = load(vision(), rank=4, **given)
    chance = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in clip.trained().values():
            value += 0.3 * torch.randn(value.shape, generator=chance)
    return clip


def loss_and_gradients(clip, images, texts):
    loss = (10 * cosines(images, texts) - 3).pow(2).mean()
    return loss, torch.autograd.grad(loss, list(clip.trained().values()))


@pytest.mark.parametrize("adapter", ["dora", "lora"])
@pytest.mark.parametrize(
    ("vision_blocks", "text_blocks"), [(2, 1), (1, 2), (4, 3), (3, 0), (0, 1), (1, 1)]
)
def test_loss_and_gradients_are_those_of_the_whole_model(vision_blocks, text_blocks, adapter):
    clip = moved(vision_blocks=vision_blocks, text_blocks=text_blocks, adapter=adapter)
    images = pictures(6)
    frozen, texts = freeze_images(clip, images), freeze_texts(clip, PROMPTS)
    short, its = loss_and_gradients(
        clip, image_features(clip, frozen, EVERY), text_features(clip, texts)
    )
    plain, theirs = loss_and_gradients(
        clip, plain_image_features(clip, images), plain_text_features(clip, PROMPTS)
    )
    assert float((short - plain).detach().abs()) <= 1e-5 * float(plain.detach())
    for one, other in zip(its, theirs, strict=True):
        assert float((one - other).norm()) <= 1e-5 * float(other.norm())


def test_texts_cut_to_the_longest_are_those_padded_to_the_end():
    clip = moved()
    padded = clip.vision.tokenizer(
        list(PROMPTS), padding="max_length", max_length=24, return_tensors="pt"
    )
    wanted = clip.network.get_text_features(**padded).pooler_output
    found = text_features(clip, freeze_texts(clip, PROMPTS))
    assert float((found - wanted).detach().norm()) <= 1e-5 * float(wanted.detach().norm())


def test_what_is_kept_is_found_again_and_does_not_outlive_a_change(tmp_path):
    clip, images = moved(), pictures(6)

    def n_computed(model=clip, pictures=images):
        return freeze_images(model, pictures, cache=tmp_path).kept.n_computed

    assert n_computed() == 6
    assert n_computed() == 0
    assert n_computed(pictures=pictures_and_one_more()) == 1
    assert n_computed(model=load(vision(), rank=2)) == 0  # the same below the cut
    assert n_computed(model=moved(vision_blocks=1)) == 6
    assert n_computed(model=load(vision(seed=1), rank=4)) == 6
    other = dataclasses.replace(clip.vision.preparation, normalization="things")
    assert n_computed(model=clip.prepared(other)) == 6


def pictures_and_one_more():
    new = np.zeros((9, 9, 3), np.uint8)
    return Images(["new", *(f"renamed_{k}" for k in range(6))], [new, *pictures(6).sources])


def test_work_that_was_cut_off_goes_on_and_damage_is_repaired(tmp_path):
    folder = folder_of(pictures(6), tmp_path / "images")
    good = (folder / "object_005.png").read_bytes()
    (folder / "object_005.png").write_bytes(good[:40])
    clip, cache = moved(), tmp_path / "cache"
    with pytest.raises(ValueError, match="object_005"):
        freeze_images(clip, find_images(folder), cache=cache, batch=1)
    kept = sorted(cache.rglob("*.npy"))
    assert len(kept) == 5
    assert not list(cache.rglob("*.part"))
    (folder / "object_005.png").write_bytes(good)
    kept[0].write_bytes(kept[0].read_bytes()[:50])
    found = freeze_images(clip, find_images(folder), cache=cache)
    assert found.kept.n_computed == 2
    again = freeze_images(clip, pictures(6))
    assert np.allclose(found.kept.rows(EVERY), again.kept.rows(EVERY), atol=1e-6)


def test_activations_on_disk_are_read_as_those_in_memory(tmp_path, monkeypatch):
    clip, images = moved(), pictures(6)
    there = freeze_images(clip, images, cache=tmp_path).kept
    monkeypatch.setattr("surrobrain.clip_hba.kept._IN_MEMORY", 0)
    on_disk = freeze_images(clip, images, cache=tmp_path).kept
    assert isinstance(on_disk.values, tuple)
    assert np.array_equal(on_disk.rows(EVERY[::-1]), there.rows(EVERY[::-1]))


def test_half_precision_is_half_the_size_and_near():
    clip, images = moved(), pictures(6)
    exact, half = (freeze_images(clip, images, dtype=d).kept for d in ("float32", "float16"))
    assert half.values.nbytes * 2 == exact.values.nbytes
    assert 0 < np.abs(half.rows(EVERY) - exact.rows(EVERY)).max() < 0.01
    loud = load(vision(), rank=2)
    with torch.no_grad():
        loud.network.vision_model.pre_layrnorm.weight *= 1e6
    with pytest.raises(ValueError, match="object_000 is too large for half precision"):
        freeze_images(loud, images, dtype="float16")


def test_what_is_trained_below_the_cut_is_refused():
    clip = load(vision(), rank=2)
    clip.network.vision_model.encoder.layers[2].self_attn.q_proj.weight.requires_grad_()
    with pytest.raises(ValueError, match=r"vision tower trains layers.2.q_proj"):
        freeze_images(clip, pictures(1))
    clip = load(vision(), rank=2)
    clip.network.text_model.embeddings.token_embedding.weight.requires_grad_()
    with pytest.raises(ValueError, match="text tower trains embeddings"):
        freeze_texts(clip, PROMPTS)


def test_dropout_below_the_cut_is_refused_only_where_it_acts():
    clip = load(vision(attention_dropout=0.1), rank=2)
    freeze_images(clip, pictures(1))
    clip.vision.model.train()
    with pytest.raises(ValueError, match=r"drops a share of 0.1 in layers.0.self_attn at random"):
        freeze_images(clip, pictures(1))


def test_class_tokens_are_the_hidden_states_of_transformers(tmp_path):
    clip, images = moved(), pictures(6)
    kept = keep_class_tokens(clip, images, cache=tmp_path)
    seen = torch.as_tensor(pixels(images, clip.vision.preparation))
    with torch.no_grad():
        states = clip.network.vision_model(pixel_values=seen, output_hidden_states=True)
    wanted = torch.stack([h[:, 0] for h in states.hidden_states[1:]], dim=1).numpy()
    assert kept.rows(EVERY).shape == (6, 4, 32)
    assert np.allclose(kept.rows(EVERY), wanted, atol=1e-4 * np.abs(wanted).max())
    with torch.no_grad():
        list(clip.trained().values())[-1].add_(1.0)
    assert keep_class_tokens(clip, images, cache=tmp_path).n_computed == 6


def test_projecting_to_texts_first_changes_nothing():
    clip = moved()
    tokens = torch.randn(5, 4, 32, generator=torch.Generator().manual_seed(0))
    directions = text_features(clip, freeze_texts(clip, PROMPTS)).detach()
    wanted = clip.network.visual_projection(tokens) @ directions.T
    assert torch.allclose(toward(clip, tokens, directions), wanted, rtol=1e-4, atol=1e-4)
