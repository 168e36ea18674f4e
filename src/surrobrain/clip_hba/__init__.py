"""A vision model tuned to how people judge, then to how brains respond, then to one person."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {
    "Clip": "surrobrain.clip_hba.loading",
    "load": "surrobrain.clip_hba.loading",
    "simulate_study": "surrobrain.clip_hba.simulator",
    "tune_meg": "surrobrain.clip_hba.meg",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
