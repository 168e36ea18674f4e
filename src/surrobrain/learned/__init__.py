"""Black and grey box: surrogates learned from a recording."""
