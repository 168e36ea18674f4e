"""Loading a model that puts images and words into one space, by name or from a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64

from surrobrain.checks import choice, whole
from surrobrain.lazy import need
from surrobrain.pretrained.images import Images, decoded
from surrobrain.pretrained.language import load_tokenizer

__all__ = ["Preparation", "VisionModel", "load_vision", "pixels", "tokens"]

_HUB = {
    "ViT-B/16": "openai/clip-vit-base-patch16",
    "ViT-B/32": "openai/clip-vit-base-patch32",
    "ViT-L/14": "openai/clip-vit-large-patch14",
    "ViT-L/14@336px": "openai/clip-vit-large-patch14-336",
}
# Radford et al. (2021), and the mean and spread of the THINGS images as CLIP-HBA states them
_NORMALIZATIONS = {
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "things": ((0.530, 0.481, 0.419), (0.276, 0.266, 0.282)),
}


@dataclass(frozen=True)
class Preparation:
    """What is done to an image before a model sees it.

    Parameters
    ----------
    size : int
        Pixels of a side.
    fit : {"crop", "squash"}
        Keep the proportions and cut, as CLIP does, or squash, as CLIP-HBA does.
    resample : {"bicubic", "bilinear"}
        How pixels are found between pixels.
    normalization : {"clip", "things"}
        Mean and standard deviation of the colors that are taken out: those of CLIP's own
        training images, or those of the THINGS images.

    Examples
    --------
    >>> Preparation(size=224).mean[0]
    0.48145466
    """

    size: int = 224
    fit: str = "crop"
    resample: str = "bicubic"
    normalization: str = "clip"

    def __post_init__(self) -> None:
        """Validate once."""
        whole(self.size, "size", low=1)
        choice(self.fit, ("crop", "squash"), "fit")
        choice(self.resample, ("bicubic", "bilinear"), "resampling")
        choice(self.normalization, _NORMALIZATIONS, "normalization")

    @property
    def mean(self) -> tuple[float, float, float]:
        """Mean of red, green and blue, 0 to 1."""
        return _NORMALIZATIONS[self.normalization][0]

    @property
    def deviation(self) -> tuple[float, float, float]:
        """Standard deviation of red, green and blue."""
        return _NORMALIZATIONS[self.normalization][1]


@dataclass(frozen=True, eq=False)
class VisionModel:
    """A CLIP model with its tokenizer and what it wants done to images.

    Parameters
    ----------
    model : transformers.CLIPModel or a peft model around one
        In evaluation mode.
    tokenizer : transformers tokenizer
        That of the model.
    name : str
        What it is called in results.
    preparation : Preparation
        What is done to images.
    device : str
        Where it computes.

    Examples
    --------
    >>> from surrobrain.pretrained.untrained import untrained_vision
    >>> model = untrained_vision()
    >>> model.name, model.preparation.fit
    ('untrained', 'crop')
    """

    model: Any
    tokenizer: Any
    name: str
    preparation: Preparation
    device: str = "cpu"

    @property
    def network(self) -> Any:
        """The CLIPModel itself, with whatever layers an adapter has put into it."""
        return self.model.get_base_model() if hasattr(self.model, "peft_config") else self.model


def load_vision(
    name_or_folder: str | Path, *, fit: str = "crop", resample: str = "bicubic",
    normalization: str = "clip", device: str | None = None, local_files_only: bool = False,
    pickled: bool = False,
) -> VisionModel:  # fmt: skip
    """Load a CLIP model of Hugging Face, in single precision.

    Parameters
    ----------
    name_or_folder : str or Path
        ``"ViT-L/14"``, ``"ViT-B/32"``, ``"ViT-B/16"``, another name of the hub, or a folder with
        a model and its tokenizer. The hub is asked only for a name.
    fit, resample, normalization : str
        As in `Preparation`; the size is that of the model.
    device : str, optional
        Such as ``"cuda:0"``; by default a graphics card where there is one.
    local_files_only : bool
        Never ask the hub, even for a name: use what was downloaded before.
    pickled : bool
        Accept weights that are no safetensors. Loading them may run code.

    Returns
    -------
    VisionModel

    Raises
    ------
    FileNotFoundError
        The folder holds no model or no tokenizer, or nothing of this name is there.
    ValueError
        The model is no CLIP model; its weights are pickled.
    MissingDependency
        transformers is not installed.

    Examples
    --------
    >>> load_vision("no/such/folder", local_files_only=True)
    Traceback (most recent call last):
    FileNotFoundError: no CLIP model 'no/such/folder' could be loaded: ...
    """
    import torch

    need("transformers", extra="vision")
    source = _HUB.get(str(name_or_folder), str(name_or_folder))
    folder = Path(source).expanduser()
    if folder.is_dir():
        source = str(folder)
    network = _network(source, local_only=local_files_only or folder.is_dir(), pickled=pickled)
    tokenizer = load_tokenizer(source, local_files_only=local_files_only)
    preparation = Preparation(network.config.vision_config.image_size, fit, resample, normalization)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    name = folder.name if folder.is_dir() else str(name_or_folder)
    network = network.float().to(device).eval().requires_grad_(requires_grad=False)
    return VisionModel(network, tokenizer, name, preparation, device)


def pixels(images: Images, preparation: Preparation) -> Float32[np.ndarray, "images 3 size size"]:
    """Return images as a model takes them: resized, 0 to 1, mean and spread of colors taken out.

    Raises
    ------
    ValueError
        An image does not decode; the message names it.

    Examples
    --------
    >>> gray = Images(["gray"], [np.full((8, 6, 3), 128, np.uint8)])
    >>> pixels(gray, Preparation(size=4)).shape
    (1, 3, 4, 4)
    """
    mean, deviation = (np.array(v, np.float32) for v in (preparation.mean, preparation.deviation))
    out = np.empty((len(images), 3, preparation.size, preparation.size), np.float32)
    for k, (name, source) in enumerate(zip(images.names, images.sources, strict=True)):
        picture = decoded(
            source, name=name, size=preparation.size, fit=preparation.fit,
            resample=preparation.resample,
        )  # fmt: skip
        out[k] = ((picture / np.float32(255) - mean) / deviation).transpose(2, 0, 1)
    return out


def tokens(
    vision: VisionModel, texts: Sequence[str]
) -> tuple[Int64[np.ndarray, "texts length"], Int64[np.ndarray, "texts"]]:
    """Return the tokens of texts, cut to the longest of them, and where each text ends.

    A text is read from left to right, and only where it ends is looked at: what stands behind
    that, up to the 77 tokens that CLIP pads to, changes nothing.

    Raises
    ------
    ValueError
        A text is longer than the model can read, or has no end token; the message names it.
    """
    config = vision.network.config.text_config
    ids = [list(vision.tokenizer(text)["input_ids"]) for text in texts]
    for text, one in zip(texts, ids, strict=True):
        if len(one) > config.max_position_embeddings:
            raise ValueError(
                f"the text {text!r} has {len(one)} tokens but the model reads "
                f"{config.max_position_embeddings}; shorten it"
            )
    longest = max(len(one) for one in ids)
    table = np.array([one + [one[-1]] * (longest - len(one)) for one in ids], dtype=np.int64)
    if config.eos_token_id == 2:  # CLIP's first files misname it: there the largest number ends
        return table, table.argmax(axis=1)
    ends = table == config.eos_token_id
    if not ends.any(axis=1).all():
        text = texts[int(np.flatnonzero(~ends.any(axis=1))[0])]
        raise ValueError(
            f"the tokenizer puts no end token (number {config.eos_token_id}) behind {text!r}; "
            "use the tokenizer of this model"
        )
    return table, ends.argmax(axis=1)


def _network(source: str, *, local_only: bool, pickled: bool) -> Any:
    from transformers import AutoConfig, CLIPModel

    try:
        kind = AutoConfig.from_pretrained(source, local_files_only=local_only).model_type
        if kind != "clip":
            raise ValueError(f"{source!r} is a model of kind {kind}, not clip; give a CLIP model")
        return CLIPModel.from_pretrained(
            source, use_safetensors=None if pickled else True, local_files_only=local_only
        )
    except OSError as error:
        said = " ".join(str(error).split())
        if not pickled and "safetensors" in said:
            raise ValueError(
                f"{source!r} has no weights as safetensors; pickled ones may run code when they "
                "are loaded: convert them, or say pickled=True if you trust their origin"
            ) from None
        raise FileNotFoundError(f"no CLIP model {source!r} could be loaded: {said}") from None
