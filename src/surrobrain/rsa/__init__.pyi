"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.rsa.ceiling import NoiseCeiling, noise_ceiling
from surrobrain.rsa.comparison import compare
from surrobrain.rsa.dissimilarity import rdm
from surrobrain.rsa.matching import matched
from surrobrain.rsa.model_scores import ModelScores, evaluate
from surrobrain.rsa.movies import movie
from surrobrain.rsa.noise import Noise, noise_precision
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.storage import read_rdms, write_rdms
from surrobrain.rsa.trials import Trials

__all__ = [
    "ModelScores",
    "Noise",
    "NoiseCeiling",
    "RDMs",
    "Trials",
    "compare",
    "evaluate",
    "matched",
    "movie",
    "noise_ceiling",
    "noise_precision",
    "rdm",
    "read_rdms",
    "write_rdms",
]
