"""Other people's models: loading, scoring, listening in, adapting."""

from surrobrain.lazy import lazy_names

_where: dict[str, str] = {}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
