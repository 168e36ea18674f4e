"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.llm_networks.bids_stories import find_bids_subjects, read_bids_bold
from surrobrain.llm_networks.bold_images import Bold, read_bold
from surrobrain.llm_networks.brain_networks import (
    BrainNetworks,
    networks_from_labels,
    read_networks,
)
from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.group_encoding import across_subjects
from surrobrain.llm_networks.loudness import read_loudness
from surrobrain.llm_networks.model_organization import ModelComparison, organization
from surrobrain.llm_networks.network_matching import Links, MatchRecipe, match
from surrobrain.llm_networks.neuron_groups import find_neuron_groups, network_neurons
from surrobrain.llm_networks.neuron_lesion import lesion_neurons
from surrobrain.llm_networks.neuron_responses import Responses, join_responses, read_responses
from surrobrain.llm_networks.pattern_choice import choose_patterns
from surrobrain.llm_networks.patterns import Patterns, read_patterns
from surrobrain.llm_networks.result_files import (
    read_encoding,
    read_links,
    save_encoding,
    save_links,
)
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, Encoding, encode
from surrobrain.llm_networks.words import Words, read_words

__all__ = [
    "Bold",
    "BrainNetworks",
    "BrainSpace",
    "CaptureRecipe",
    "EncodeRecipe",
    "Encoding",
    "Links",
    "MatchRecipe",
    "ModelComparison",
    "Patterns",
    "Responses",
    "Words",
    "across_subjects",
    "choose_patterns",
    "encode",
    "find_bids_subjects",
    "find_neuron_groups",
    "find_patterns",
    "join_responses",
    "lesion_neurons",
    "match",
    "network_neurons",
    "networks_from_labels",
    "organization",
    "read_bids_bold",
    "read_bold",
    "read_encoding",
    "read_links",
    "read_loudness",
    "read_networks",
    "read_patterns",
    "read_responses",
    "read_words",
    "responses",
    "save_encoding",
    "save_links",
]
