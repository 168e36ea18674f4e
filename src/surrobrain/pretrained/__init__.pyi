"""Public names for type checkers; written by scripts/names.py, never by hand."""



__all__ = [
]
