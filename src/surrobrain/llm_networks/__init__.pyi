"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.llm_networks.bold_images import Bold, read_bold
from surrobrain.llm_networks.brain_networks import networks_from_labels, read_networks
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.group_encoding import across_subjects
from surrobrain.llm_networks.model_organization import organization
from surrobrain.llm_networks.network_matching import MatchRecipe, match
from surrobrain.llm_networks.neuron_responses import Responses, join_responses, read_responses
from surrobrain.llm_networks.pattern_choice import choose_patterns
from surrobrain.llm_networks.patterns import Patterns, read_patterns
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.llm_networks.words import Words, read_words

__all__ = [
    "Bold",
    "BrainSpace",
    "CaptureRecipe",
    "EncodeRecipe",
    "MatchRecipe",
    "Patterns",
    "Responses",
    "Words",
    "across_subjects",
    "choose_patterns",
    "encode",
    "find_patterns",
    "join_responses",
    "match",
    "networks_from_labels",
    "organization",
    "read_bold",
    "read_networks",
    "read_patterns",
    "read_responses",
    "read_words",
    "responses",
]
