"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.neuron_responses import Responses, join_responses, read_responses
from surrobrain.llm_networks.pattern_choice import choose_patterns
from surrobrain.llm_networks.patterns import Patterns, read_patterns
from surrobrain.llm_networks.words import Words, read_words

__all__ = [
    "CaptureRecipe",
    "Patterns",
    "Responses",
    "Words",
    "choose_patterns",
    "find_patterns",
    "join_responses",
    "read_patterns",
    "read_responses",
    "read_words",
    "responses",
]
