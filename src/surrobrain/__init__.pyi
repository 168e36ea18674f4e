"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain import brainbench, clip_hba, errors, linear, llm_networks, pretrained, rsa
from surrobrain.analysis.basins import basins
from surrobrain.analysis.continuation import continuation
from surrobrain.analysis.cycles import cycles
from surrobrain.analysis.effective_connectivity import effective_connectivity
from surrobrain.analysis.fixed_points import fixed_points
from surrobrain.analysis.limit_cycle import limit_cycle
from surrobrain.analysis.lyapunov import lyapunov_of_map, lyapunov_spectrum
from surrobrain.analysis.phase_map import phase_map
from surrobrain.analysis.profile import network_profile
from surrobrain.analysis.scale_ei import scale_ei
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
from surrobrain.intervention.band_power import BandPower
from surrobrain.intervention.closed_loop import ClosedLoop
from surrobrain.intervention.coordinate import Coordinate
from surrobrain.intervention.edit import edit
from surrobrain.intervention.endpoint_hilbert import EndpointHilbert
from surrobrain.intervention.hemisphere import hemisphere
from surrobrain.intervention.latency import measured_latency
from surrobrain.intervention.lesion import lesion
from surrobrain.intervention.limits import Limits
from surrobrain.intervention.loop_log import LoopLog
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.optimal_control import optimal_control
from surrobrain.intervention.oscillation import Oscillation
from surrobrain.intervention.plant import ModelPlant
from surrobrain.intervention.predictive_control import predictive_control
from surrobrain.intervention.rank_targets import rank_targets
from surrobrain.intervention.refine_stimulus import refine_stimulus
from surrobrain.intervention.resection import resected
from surrobrain.intervention.safety import LoopLimits
from surrobrain.intervention.seizures import seizures
from surrobrain.intervention.spatial import electrode_weights, field_weights
from surrobrain.intervention.stimulus import Stimulus
from surrobrain.intervention.stream_plant import StreamPlant
from surrobrain.intervention.tune_stimulus import tune_stimulus
from surrobrain.intervention.virtual_surgery import plan_surgery
from surrobrain.intervention.what_if import what_if
from surrobrain.intervention.what_if_each import what_if_each
from surrobrain.intervention.when import phase_triggered, state_triggered
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

__all__ = [
    "BandPower",
    "ClosedLoop",
    "Connectome",
    "Constraint",
    "Coordinate",
    "EndpointHilbert",
    "FreeNetwork",
    "Inference",
    "JansenRit",
    "Limits",
    "Linear",
    "LinearVAR",
    "LoopLimits",
    "LoopLog",
    "MLP",
    "ModelPlant",
    "Network",
    "Operation",
    "Oscillation",
    "Posterior",
    "Recording",
    "Report",
    "Scorecard",
    "Search",
    "SparseConnectome",
    "Stimulus",
    "StreamPlant",
    "StuartLandau",
    "Training",
    "Trials",
    "WongWang",
    "along_maps",
    "architectures",
    "balanced",
    "basins",
    "brainbench",
    "choose_memory",
    "choose_strength",
    "clip_hba",
    "continuation",
    "cortical_sheet",
    "couplings",
    "cycles",
    "decode",
    "differentiable",
    "edit",
    "effective_connectivity",
    "electrode_weights",
    "errors",
    "evaluate",
    "examples",
    "features",
    "feedback_inhibition",
    "field_weights",
    "fingerprint",
    "fit",
    "fit_group",
    "fixed_points",
    "hemisphere",
    "infer",
    "lesion",
    "lesion_outcome",
    "limit_cycle",
    "linear",
    "llm_networks",
    "load_answer",
    "load_model",
    "losses",
    "lyapunov_of_map",
    "lyapunov_spectrum",
    "measured_latency",
    "metrics",
    "network_profile",
    "noises",
    "observers",
    "optimal_control",
    "penalties",
    "per_region",
    "phase_map",
    "phase_triggered",
    "plan_surgery",
    "pmap",
    "populations",
    "prediction_error",
    "predictive_control",
    "pretrained",
    "priors",
    "protocols",
    "rank_targets",
    "read",
    "read_connectome",
    "refine_stimulus",
    "reliability",
    "resected",
    "rsa",
    "save_answer",
    "save_model",
    "scale_ei",
    "seizures",
    "simulate",
    "spiking",
    "state_triggered",
    "sweep",
    "tied",
    "trust",
    "tune_stimulus",
    "valid_time",
    "what_if",
    "what_if_each",
]

__version__: str
