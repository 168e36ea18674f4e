import json

import pytest
import torch

from surrobrain.clip_hba.frozen import plain_image_features, plain_text_features
from surrobrain.clip_hba.loading import Clip, copied, load, load_clip, merged, save_clip
from surrobrain.pretrained.adapters import Adapter
from tests.tiny_clip import PROMPTS, pictures, saved_model, vision

IMAGES = pictures(3)


def moved(**given):
    clip = load(vision(), rank=4, **given)
    with torch.no_grad():
        for value in clip.trained().values():
            value += 0.1
    return clip


def features(clip):
    with torch.no_grad():
        return plain_image_features(clip, IMAGES), plain_text_features(clip, PROMPTS)


def same(one, other, **near):
    pairs = zip(features(one), features(other), strict=True)
    return all(torch.allclose(a, b, **near) if near else torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("adapter", ["dora", "lora"])
def test_the_start_is_exactly_the_model_itself(adapter):
    untouched = vision()
    clip = load(untouched, adapter=adapter, rank=4, vision_blocks=3, text_blocks=2)
    assert same(clip, Clip(untouched, clip.adapter, (), ()))
    assert all(name.split(".self_attn.")[1].startswith("out_proj.lora") for name in clip.trained())
    assert (clip.vision_blocks, clip.text_blocks) == ((1, 2, 3), (1, 2))
    assert not any("lora" in name for name, _ in untouched.network.named_modules())


def test_as_many_weights_as_published_are_trained():
    # per projection of width w at rank 32: A and B of 32 w each, and w magnitudes
    clip = load(vision(hidden_size=64), rank=8)
    n = sum(value.numel() for value in clip.trained().values())
    assert n == 2 * (2 * 8 * 64 + 64) + (2 * 8 * 24 + 24)
    assert 2 * (2 * 32 * 1024 + 1024) + 2 * 32 * 768 + 768 == 183_040


def test_a_copy_shares_what_is_frozen_and_is_trained_alone():
    clip = moved()
    before = features(clip)[0]
    twin = copied(clip)
    with torch.no_grad():
        for value in twin.trained().values():
            value += 1.0
    assert torch.equal(features(clip)[0], before)
    weight = "vision_model.embeddings.patch_embedding.weight"
    one, other = (dict(c.network.named_parameters())[weight] for c in (clip, twin))
    assert one is other


def test_merging_keeps_what_is_computed_and_leaves_the_model_alone():
    clip = moved()
    before = features(clip)[0]
    plain = merged(clip)
    assert same(Clip(plain, clip.adapter, (), ()), clip, rtol=1e-4, atol=1e-4)
    assert torch.equal(features(clip)[0], before)
    assert load(plain, rank=2).adapter.rank == 2


def test_an_adapter_is_small_on_disk_and_comes_back_the_same(tmp_path):
    clip = moved()
    save_clip(clip, tmp_path / "tuned")
    assert sum(f.stat().st_size for f in (tmp_path / "tuned").iterdir()) < 30_000
    again = load_clip(tmp_path / "tuned", model=vision())
    assert same(again, clip)
    assert again.trained().keys() == clip.trained().keys()


def test_the_model_is_found_by_its_name_when_that_is_a_folder(tmp_path, monkeypatch):
    saved_model(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    clip = load("model", rank=2)
    save_clip(clip, "tuned")
    assert same(load_clip("tuned"), clip)


def test_another_model_or_another_adapter_is_refused(tmp_path):
    save_clip(moved(), tmp_path)
    with pytest.raises(ValueError, match="trained for 'tiny clip' with other weights"):
        load_clip(tmp_path, model=vision(seed=1))
    other = vision()
    with torch.no_grad():
        other.network.text_projection.weight[0, 0] += 1e-6
    with pytest.raises(ValueError, match="other weights"):
        load_clip(tmp_path, model=other)
    save_clip(moved(vision_blocks=1), tmp_path / "second")
    (tmp_path / "adapter_model.safetensors").write_bytes(
        (tmp_path / "second" / "adapter_model.safetensors").read_bytes()
    )
    with pytest.raises(ValueError, match=r"not the one of which card\.json speaks"):
        load_clip(tmp_path, model=vision())


def test_the_card_says_what_was_trained(tmp_path):
    save_clip(moved(), tmp_path, more={"note": 1})
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["vision_blocks"] == [2, 3]
    assert card["adapter"]["rank"] == 4
    assert card["note"] == 1


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"vision_blocks": 5}, "vision tower of tiny clip has 4 blocks"),
        ({"vision_blocks": 0, "text_blocks": 0}, "no block of either tower"),
        ({"adapter": "lore"}, "did you mean 'lora'"),
        ({"adapter": Adapter("full")}, "method='full' arrived"),
    ],
)
def test_what_cannot_be_trained_is_refused(given, match):
    with pytest.raises(ValueError, match=match):
        load(vision(), **given)
