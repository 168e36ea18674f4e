"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.rsa.bootstrapping import Bootstrap, bootstrap
from surrobrain.rsa.ceiling import NoiseCeiling, noise_ceiling
from surrobrain.rsa.comparison import compare
from surrobrain.rsa.decoding import decode
from surrobrain.rsa.dissimilarity import rdm
from surrobrain.rsa.generalizing import Generalization, generalization, group_generalization
from surrobrain.rsa.matching import matched
from surrobrain.rsa.model_scores import ModelScores, evaluate
from surrobrain.rsa.movies import movie
from surrobrain.rsa.noise import Noise, noise_precision
from surrobrain.rsa.onsets import Latency, latency
from surrobrain.rsa.permuting import permutation_test
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.sign_flips import sign_flip_test
from surrobrain.rsa.significance import Significance
from surrobrain.rsa.storage import read_rdms, write_rdms
from surrobrain.rsa.trials import Trials

__all__ = [
    "Bootstrap",
    "Generalization",
    "Latency",
    "ModelScores",
    "Noise",
    "NoiseCeiling",
    "RDMs",
    "Significance",
    "Trials",
    "bootstrap",
    "compare",
    "decode",
    "evaluate",
    "generalization",
    "group_generalization",
    "latency",
    "matched",
    "movie",
    "noise_ceiling",
    "noise_precision",
    "permutation_test",
    "rdm",
    "read_rdms",
    "sign_flip_test",
    "write_rdms",
]
