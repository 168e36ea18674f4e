"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain import errors
from surrobrain.analysis.effective_connectivity import effective_connectivity
from surrobrain.analysis.lyapunov import lyapunov_of_map, lyapunov_spectrum
from surrobrain.data import examples
from surrobrain.data.connectome import Connectome
from surrobrain.data.cortical_sheet import cortical_sheet
from surrobrain.data.read import read
from surrobrain.data.read_connectome import read_connectome
from surrobrain.data.recording import Recording
from surrobrain.data.sparse_connectome import SparseConnectome
from surrobrain.evaluation import metrics
from surrobrain.evaluation.decoding import Trials, decode
from surrobrain.evaluation.fingerprint import fingerprint
from surrobrain.evaluation.lesion_outcome import lesion_outcome
from surrobrain.evaluation.prediction_error import prediction_error
from surrobrain.evaluation.scorecard import Scorecard, evaluate
from surrobrain.evaluation.valid_time import valid_time
from surrobrain.intervention import protocols
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.intervention.what_if import what_if
from surrobrain.inverse import features, losses, penalties, priors
from surrobrain.inverse.answers import load_answer, save_answer
from surrobrain.inverse.balanced import balanced
from surrobrain.inverse.choose_memory import choose_memory
from surrobrain.inverse.constraint import Constraint
from surrobrain.inverse.fit import fit
from surrobrain.inverse.fit_group import fit_group
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.infer import infer
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.posterior import Posterior
from surrobrain.inverse.reliability import reliability
from surrobrain.inverse.search import Search
from surrobrain.inverse.strength import choose_strength
from surrobrain.inverse.unknowns import along_maps, per_region, tied
from surrobrain.inverse.well_posed import trust
from surrobrain.learned import architectures
from surrobrain.learned.architectures.linear_var import LinearVAR
from surrobrain.learned.architectures.mlp import MLP
from surrobrain.mechanistic import couplings, noises, observers, spiking
from surrobrain.mechanistic.differentiable import differentiable
from surrobrain.mechanistic.feedback_inhibition import feedback_inhibition
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.populations import populations
from surrobrain.mechanistic.sweep import sweep
from surrobrain.models import load_model, save_model
from surrobrain.parallel import pmap
from surrobrain.reports.report import Report
from surrobrain.simulation import simulate
from surrobrain.training.options import Training

__all__ = [  # noqa: RUF022
    "Connectome",
    "Constraint",
    "FreeNetwork",
    "Inference",
    "JansenRit",
    "Linear",
    "LinearVAR",
    "MLP",
    "Network",
    "Posterior",
    "Recording",
    "Report",
    "Scorecard",
    "Search",
    "SparseConnectome",
    "Stimulus",
    "StuartLandau",
    "Training",
    "Trials",
    "WongWang",
    "along_maps",
    "architectures",
    "balanced",
    "choose_memory",
    "choose_strength",
    "cortical_sheet",
    "couplings",
    "decode",
    "differentiable",
    "effective_connectivity",
    "errors",
    "evaluate",
    "examples",
    "features",
    "feedback_inhibition",
    "fingerprint",
    "fit",
    "fit_group",
    "infer",
    "lesion",
    "lesion_outcome",
    "load_answer",
    "load_model",
    "losses",
    "lyapunov_of_map",
    "lyapunov_spectrum",
    "metrics",
    "noises",
    "observers",
    "penalties",
    "per_region",
    "pmap",
    "populations",
    "prediction_error",
    "priors",
    "protocols",
    "read",
    "read_connectome",
    "reliability",
    "save_answer",
    "save_model",
    "simulate",
    "spiking",
    "sweep",
    "tied",
    "trust",
    "valid_time",
    "what_if",
]

__version__: str
