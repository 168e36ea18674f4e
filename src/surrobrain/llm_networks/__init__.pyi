"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.llm_networks.neuron_responses import Responses, join_responses, read_responses
from surrobrain.llm_networks.patterns import Patterns, read_patterns

__all__ = [
    "Patterns",
    "Responses",
    "join_responses",
    "read_patterns",
    "read_responses",
]
