"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.rsa.ceiling import NoiseCeiling, noise_ceiling
from surrobrain.rsa.comparison import compare
from surrobrain.rsa.dissimilarity import rdm
from surrobrain.rsa.matching import matched
from surrobrain.rsa.model_scores import ModelScores, evaluate
from surrobrain.rsa.rdms import RDMs

__all__ = [
    "ModelScores",
    "NoiseCeiling",
    "RDMs",
    "compare",
    "evaluate",
    "matched",
    "noise_ceiling",
    "rdm",
]
