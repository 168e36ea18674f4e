"""Functional brain networks inside language models."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "CaptureRecipe": "surrobrain.llm_networks.capture",
    "Patterns": "surrobrain.llm_networks.patterns",
    "Responses": "surrobrain.llm_networks.neuron_responses",
    "Words": "surrobrain.llm_networks.words",
    "choose_patterns": "surrobrain.llm_networks.pattern_choice",
    "find_patterns": "surrobrain.llm_networks.decomposition",
    "join_responses": "surrobrain.llm_networks.neuron_responses",
    "read_patterns": "surrobrain.llm_networks.patterns",
    "read_responses": "surrobrain.llm_networks.neuron_responses",
    "read_words": "surrobrain.llm_networks.words",
    "responses": "surrobrain.llm_networks.capture",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
