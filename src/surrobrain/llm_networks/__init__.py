"""Functional brain networks inside language models."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "Bold": "surrobrain.llm_networks.bold_images",
    "BrainSpace": "surrobrain.llm_networks.brain_space",
    "CaptureRecipe": "surrobrain.llm_networks.capture",
    "EncodeRecipe": "surrobrain.llm_networks.voxel_encoding",
    "MatchRecipe": "surrobrain.llm_networks.network_matching",
    "Patterns": "surrobrain.llm_networks.patterns",
    "Responses": "surrobrain.llm_networks.neuron_responses",
    "Words": "surrobrain.llm_networks.words",
    "across_subjects": "surrobrain.llm_networks.group_encoding",
    "choose_patterns": "surrobrain.llm_networks.pattern_choice",
    "encode": "surrobrain.llm_networks.voxel_encoding",
    "find_patterns": "surrobrain.llm_networks.decomposition",
    "join_responses": "surrobrain.llm_networks.neuron_responses",
    "match": "surrobrain.llm_networks.network_matching",
    "networks_from_labels": "surrobrain.llm_networks.brain_networks",
    "organization": "surrobrain.llm_networks.model_organization",
    "read_bold": "surrobrain.llm_networks.bold_images",
    "read_networks": "surrobrain.llm_networks.brain_networks",
    "read_patterns": "surrobrain.llm_networks.patterns",
    "read_responses": "surrobrain.llm_networks.neuron_responses",
    "read_words": "surrobrain.llm_networks.words",
    "responses": "surrobrain.llm_networks.capture",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
