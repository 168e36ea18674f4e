"""Whether a model behaves like the brain."""
