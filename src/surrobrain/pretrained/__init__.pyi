"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.adapters import Adapter, adapt, load_adapter
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.encoder import load_encoder
from surrobrain.pretrained.language import LanguageModel, load_language
from surrobrain.pretrained.likelihood import score_texts
from surrobrain.pretrained.scoring import Scoring

__all__ = [
    "Adapter",
    "CompletionServer",
    "LanguageModel",
    "Scoring",
    "adapt",
    "load_adapter",
    "load_encoder",
    "load_language",
    "score_texts",
    "token_activations",
]
