"""Priors of unknown parameters, one file each."""

from surrobrain.catalog import on_demand

__getattr__, __dir__ = on_demand(__name__)
