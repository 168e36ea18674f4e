"""Public names for type checkers; written by scripts/names.py, never by hand."""

from surrobrain.clip_hba.loading import Clip, load

__all__ = [
    "Clip",
    "load",
]
