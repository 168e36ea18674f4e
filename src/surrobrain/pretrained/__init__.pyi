"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.images import Images, find_images
from surrobrain.pretrained.language import LanguageModel, load_language
from surrobrain.pretrained.likelihood import score_texts
from surrobrain.pretrained.scoring import Scoring
from surrobrain.pretrained.vision import VisionModel, load_vision

__all__ = [
    "CompletionServer",
    "Images",
    "LanguageModel",
    "Scoring",
    "VisionModel",
    "find_images",
    "load_language",
    "load_vision",
    "score_texts",
]
