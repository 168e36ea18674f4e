"""AI as a surrogate brain: fit a model to a recording, judge it honestly, then ask what if."""

from surrobrain.lazy import lazy_names

__version__ = "0.1.0"

_where = {
    # containers
    "Connectome": "surrobrain.data.connectome",
    "Recording": "surrobrain.data.recording",
    "Report": "surrobrain.reports.report",
    "SparseConnectome": "surrobrain.data.sparse_connectome",
    "Scorecard": "surrobrain.evaluation.scorecard",
    "Stimulus": "surrobrain.intervention.stimulus",
    "Trials": "surrobrain.evaluation.decoding",
    # verbs, in the order of use
    "read": "surrobrain.data.read",
    "read_connectome": "surrobrain.data.read_connectome",
    "cortical_sheet": "surrobrain.data.cortical_sheet",
    "choose_memory": "surrobrain.inverse.choose_memory",
    "FreeNetwork": "surrobrain.inverse.free_network",
    "per_region": "surrobrain.inverse.unknowns",
    "along_maps": "surrobrain.inverse.unknowns",
    "tied": "surrobrain.inverse.unknowns",
    "fit": "surrobrain.inverse.fit",
    "Search": "surrobrain.inverse.search",
    "simulate": "surrobrain.simulation",
    "sweep": "surrobrain.mechanistic.sweep",
    "differentiable": "surrobrain.mechanistic.differentiable",
    "evaluate": "surrobrain.evaluation.scorecard",
    "prediction_error": "surrobrain.evaluation.prediction_error",
    "valid_time": "surrobrain.evaluation.valid_time",
    "lesion_outcome": "surrobrain.evaluation.lesion_outcome",
    "decode": "surrobrain.evaluation.decoding",
    "effective_connectivity": "surrobrain.analysis.effective_connectivity",
    "lyapunov_spectrum": "surrobrain.analysis.lyapunov",
    "lyapunov_of_map": "surrobrain.analysis.lyapunov",
    "feedback_inhibition": "surrobrain.mechanistic.feedback_inhibition",
    "lesion": "surrobrain.intervention.lesion",
    "what_if": "surrobrain.intervention.what_if",
    "save_model": "surrobrain.models",
    "load_model": "surrobrain.models",
    "Training": "surrobrain.training.options",
    "pmap": "surrobrain.parallel",
    # models
    "Network": "surrobrain.mechanistic.network",
    "Linear": "surrobrain.mechanistic.nodes.linear",
    "populations": "surrobrain.mechanistic.populations",
    "StuartLandau": "surrobrain.mechanistic.nodes.stuart_landau",
    "JansenRit": "surrobrain.mechanistic.nodes.jansen_rit",
    "WongWang": "surrobrain.mechanistic.nodes.wong_wang",
    "LinearVAR": "surrobrain.learned.architectures.linear_var",
    "MLP": "surrobrain.learned.architectures.mlp",
    # folders
    "architectures": "surrobrain.learned.architectures:",
    "couplings": "surrobrain.mechanistic.couplings:",
    "errors": "surrobrain.errors:",
    "examples": "surrobrain.data.examples:",
    "losses": "surrobrain.inverse.losses:",
    "metrics": "surrobrain.evaluation.metrics:",
    "noises": "surrobrain.mechanistic.noises:",
    "observers": "surrobrain.mechanistic.observers:",
    "penalties": "surrobrain.inverse.penalties:",
    "priors": "surrobrain.inverse.priors:",
    "protocols": "surrobrain.intervention.protocols:",
    "features": "surrobrain.inverse.features:",
    "spiking": "surrobrain.mechanistic.spiking:",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
