"""Features by which a simulation is compared with a recording, one file each."""

from surrobrain.catalog import everything

globals().update(everything(__name__))
