"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.encoder import load_encoder
from surrobrain.pretrained.language import LanguageModel, load_language
from surrobrain.pretrained.likelihood import score_texts
from surrobrain.pretrained.scoring import Scoring

__all__ = [
    "CompletionServer",
    "LanguageModel",
    "Scoring",
    "load_encoder",
    "load_language",
    "score_texts",
    "token_activations",
]
