"""The same jobs by other packages, each run by the Python of its own environment."""
