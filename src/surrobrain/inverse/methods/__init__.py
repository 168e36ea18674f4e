"""Ways to a posterior, one file each: a function of a `Problem` and an `Inference`."""

from surrobrain.catalog import everything

globals().update(everything(__name__))
