import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoTokenizer

from surrobrain.pretrained.images import Images, find_images
from surrobrain.pretrained.vision import Preparation, load_vision, pixels, tokens
from tests.tiny_clip import folder_of, pictures, saved_model, vision


def test_a_saved_model_computes_what_it_did(tmp_path):
    before, loaded = vision(), load_vision(saved_model(tmp_path), device="cpu")
    seen = torch.as_tensor(pixels(pictures(3), loaded.preparation))
    one, other = (
        m.network.get_image_features(pixel_values=seen).pooler_output for m in (before, loaded)
    )
    assert torch.equal(one, other)
    assert loaded.name == tmp_path.name
    assert loaded.preparation.size == 16
    assert not any(p.requires_grad for p in loaded.network.parameters())


def test_what_is_no_clip_model_is_refused(tmp_path):
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=1, n_embd=8, vocab_size=9)).save_pretrained(
        tmp_path
    )
    with pytest.raises(ValueError, match="kind gpt2, not clip"):
        load_vision(tmp_path)


def test_preparation_is_that_of_transformers():
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    rng = np.random.default_rng(0)
    wide = rng.integers(0, 256, (40, 61, 3), dtype=np.uint8)
    theirs = CLIPImageProcessorPil(
        size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}
    )
    wanted = np.asarray(theirs(Image.fromarray(wide), return_tensors="np")["pixel_values"])
    found = pixels(Images(["wide"], [wide]), Preparation(size=24))
    assert np.allclose(found, wanted, atol=1e-5)


def test_squashing_keeps_the_whole_image_and_cropping_does_not():
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, :8] = 255
    squashed, cropped = (
        pixels(Images(["w"], [wide]), Preparation(size=8, fit=fit)) for fit in ("squash", "crop")
    )
    assert np.ptp(squashed) > 3
    assert np.ptp(cropped[:, 0]) == 0
    spread = pixels(Images(["w"], [wide]), Preparation(size=8, normalization="things"))
    assert spread[0, 0, 0, 0] == pytest.approx(-0.530 / 0.276)


def test_images_are_named_by_their_files(tmp_path):
    images = pictures(3)
    found = find_images(folder_of(images, tmp_path))
    assert found.names == images.names
    same = pixels(found, Preparation(size=16))
    assert np.array_equal(same, pixels(images, Preparation(size=16)))
    with pytest.raises(ValueError, match="no image for cat"):
        found.pick(["cat"])


def test_two_files_of_one_name_are_refused(tmp_path):
    folder_of(pictures(1), tmp_path / "a")
    folder_of(pictures(1), tmp_path / "b")
    with pytest.raises(ValueError, match="object_000 occurs more than once"):
        find_images(tmp_path)


def test_an_empty_folder_and_an_unreadable_image_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no image in"):
        find_images(tmp_path)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not an image")
    with pytest.raises(ValueError, match=r"image broken .* does not decode"):
        pixels(find_images(tmp_path), Preparation(size=8))


def test_a_truncated_image_is_named(tmp_path):
    Image.fromarray(np.asarray(pictures(1).sources[0])).resize((200, 200)).save(
        tmp_path / "cut.jpg"
    )
    whole = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"image cut .* does not decode"):
        pixels(find_images(tmp_path), Preparation(size=8))


def test_gray_and_transparent_images_are_read_in_color(tmp_path):
    Image.new("L", (8, 8), 7).save(tmp_path / "gray.png")
    Image.new("RGBA", (8, 8), (1, 2, 3, 4)).save(tmp_path / "glass.png")
    assert pixels(find_images(tmp_path), Preparation(size=8)).shape == (2, 3, 8, 8)


def test_texts_are_cut_to_the_longest_and_end_where_they_end():
    model = vision()
    table, ends = tokens(model, ["ab", "a"])
    assert table.shape == (2, 4)
    assert ends.tolist() == [3, 2]
    with pytest.raises(ValueError, match="has 32 tokens but the model reads 24"):
        tokens(model, ["ab cd", "a" * 30])


def test_the_tokenizer_is_loaded_with_its_model(tmp_path):
    loaded = AutoTokenizer.from_pretrained(saved_model(tmp_path))
    assert loaded("red")["input_ids"] == vision().tokenizer("red")["input_ids"]
