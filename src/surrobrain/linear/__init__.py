"""Linear encoding and autoregression in closed form."""
