"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.adapters import Adapter, adapt, load_adapter
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.encoder import load_encoder
from surrobrain.pretrained.images import Images, find_images
from surrobrain.pretrained.language import LanguageModel, load_language
from surrobrain.pretrained.likelihood import score_texts
from surrobrain.pretrained.scoring import Scoring
from surrobrain.pretrained.vision import VisionModel, load_vision

__all__ = [
    "Adapter",
    "CompletionServer",
    "Images",
    "LanguageModel",
    "Scoring",
    "VisionModel",
    "adapt",
    "find_images",
    "load_adapter",
    "load_encoder",
    "load_language",
    "load_vision",
    "score_texts",
    "token_activations",
]
