"""Penalties on a model, one file each."""

from surrobrain.catalog import everything

globals().update(everything(__name__))
